import { LIMITS } from '../limits.ts';
import { calledFunction, type PlacedModel, type Scope } from './scopes.ts';

/**
 * Where in the graph each model-local function is first called: the orders of the calls that lead to it,
 * outermost first. Weights that a function holds itself stand there on the depth axis.
 */
export function callOrders(model: PlacedModel): ReadonlyMap<Scope, readonly number[]> {
  const orders = new Map<Scope, readonly number[]>();
  if (model.functions.size === 0) return orders;
  const bodies = new Set([...model.functions.values()].map(({ scope }) => scope));
  const calls = model.nodes.flatMap((node) => {
    const called = calledFunction(model, node);
    return called ? [{ node, called: called.scope, caller: outermost(node.scope) }] : [];
  });
  for (let depth = 0; depth < LIMITS.callDepth; depth++) {
    const before = orders.size;
    for (const { node, called, caller } of calls) {
      const outer = bodies.has(caller) ? orders.get(caller) : [];
      if (outer && !orders.has(called)) orders.set(called, [...outer, node.order]);
    }
    if (orders.size === before) break;
  }
  return orders;
}

export function outermost(scope: Scope): Scope {
  let at = scope;
  while (at.parent) at = at.parent;
  return at;
}
