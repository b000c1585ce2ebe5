import type { AttributeTree } from './modelTree.ts';
import { lookUp, type PlacedFunction, type PlacedNode, type Value } from './scopes.ts';

/** A call of a model-local function: names inside the function mean what the call gives them. */
export interface CallFrame {
  readonly call: PlacedNode;
  readonly called: PlacedFunction;
  readonly outer: CallFrame | undefined;
  readonly depth: number;
}

/** An attribute of a node; inside a function it may be the attribute of the call, or the function's default. */
export function attributeOf(
  node: PlacedNode,
  name: string,
  frame: CallFrame | undefined,
): AttributeTree | undefined {
  const own = node.tree.attributes.find((attribute) => attribute.name === name);
  if (!own || own.reference === '' || !frame) return own;
  return (
    attributeOf(frame.call, own.reference, frame.outer) ??
    frame.called.tree.defaults.find((attribute) => attribute.name === own.reference)
  );
}

/** The value that a node takes; where it is an input of the function, the one that the call gives. */
export function inputValue(
  node: PlacedNode,
  input: number,
  frame: CallFrame | undefined,
): Value | undefined {
  const name = node.tree.inputs[input];
  if (name === undefined || name === '') return undefined;
  const value = lookUp(node.scope, name);
  if (!frame || value?.scope !== frame.called.scope || value.producer || value.tensor) return value;
  const formal = frame.called.tree.body.inputs.indexOf(name);
  return formal < 0 ? undefined : inputValue(frame.call, formal, frame.outer);
}

/** Whether a node is given an input; inside a function the call may have left it out. */
export function isGivenInput(
  node: PlacedNode,
  input: number,
  frame: CallFrame | undefined,
): boolean {
  const name = node.tree.inputs[input] ?? '';
  const formal =
    frame?.called.scope === node.scope ? frame.called.tree.body.inputs.indexOf(name) : -1;
  if (name === '' || !frame || formal < 0) return name !== '';
  return isGivenInput(frame.call, formal, frame.outer);
}

/** What the call's node makes of a result of its function; undefined where that is no result of it. */
export function resultOutside(value: Value, frame: CallFrame): Value | undefined {
  const result = value.results.find(({ scope }) => scope === frame.called.scope);
  const name = result && frame.call.tree.outputs[result.index];
  return name === undefined ? undefined : frame.call.scope.values.get(name);
}

/** The input of a function that a call gives a value as. */
export function formalInput(called: PlacedFunction, input: number): Value | undefined {
  const name = called.tree.body.inputs[input];
  return name === undefined ? undefined : called.scope.values.get(name);
}
