import { formalInput } from './callFrame.ts';
import { QUANTISED_OPERATOR } from './consumption.ts';
import { calledFunction, type PlacedModel, type Value } from './scopes.ts';

/** Operators that quantised values go through before they are used: they only move them. */
const MOVING = new Set([
  ...['Identity', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten'],
  ...['Slice', 'Split', 'Concat', 'Gather'],
]);

/** Values looked at; what is quantised is used within a few nodes. */
const VALUES = 64;

/** Whether a quantised computation takes a value, at once, moved, or inside a model-local function. */
export function isQuantised(value: Value, model: PlacedModel): boolean {
  const open = [value];
  const seen = new Set<Value>(open);
  for (let at = open.pop(); at && seen.size <= VALUES; at = open.pop())
    for (const { node, input } of at.uses) {
      const called = calledFunction(model, node);
      if (!called && QUANTISED_OPERATOR.test(node.tree.op)) return true;
      const formal = called ? formalInput(called, input) : undefined;
      const moved = !called && MOVING.has(node.tree.op) ? node.tree.outputs : [];
      const next = moved.flatMap((name) => node.scope.values.get(name) ?? []);
      for (const each of formal ? [formal] : next)
        if (!seen.has(each)) {
          seen.add(each);
          open.push(each);
        }
    }
  return false;
}
