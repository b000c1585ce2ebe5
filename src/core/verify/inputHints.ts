import { integerConstant } from '../checkpoint/onnx/integerConstants.ts';
import { placeModel, lookUp, type PlacedModel, type Value } from '../checkpoint/onnx/scopes.ts';
import type { ModelTree } from '../checkpoint/onnx/modelTree.ts';
import type { RangeReader } from '../checkpoint/rangeReader.ts';

/** What the graph shows of the values that an integer input takes. */
export interface InputHint {
  /** It looks up the rows of a table of so many: values are below that. */
  readonly below?: number;
  /** It is compared with this number, such as a sampling rate. */
  readonly equals?: number;
}

/** Operators that hand the integers on as they are. */
const PASSING = new Set([
  'Cast',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Expand',
]);

/** Values between an input and the node that says something of it. */
const DEPTH = 8;

/** Values looked at for one input. */
const STEPS = 4096;

/**
 * For each input of the main graph that has one, what its nodes say of its values. The narrowest table
 * counts where there are several.
 */
export function inputHints(tree: ModelTree, reader: RangeReader): ReadonlyMap<string, InputHint> {
  const model = placeModel(tree, reader.file);
  const hints = new Map<string, InputHint>();
  for (const name of tree.graph.inputs) {
    const value = inputValue(model, name);
    const hint = value && hintOf(value, reader);
    if (hint) hints.set(name, hint);
  }
  return hints;
}

function inputValue({ nodes }: PlacedModel, name: string): Value | undefined {
  const inMain = nodes.find(({ scope }) => !scope.parent && scope.path.length === 0);
  return inMain?.scope.values.get(name);
}

function hintOf(input: Value, reader: RangeReader): InputHint | undefined {
  let below = Infinity;
  let equals: number | undefined;
  const open = [{ value: input, depth: 0 }];
  const seen = new Set<Value>();
  for (let step = open.pop(); step && seen.size < STEPS; step = open.pop()) {
    const { value, depth } = step;
    if (seen.has(value)) continue;
    seen.add(value);
    for (const { node, input: index } of value.uses) {
      const { op, inputs, outputs } = node.tree;
      if (op === 'Gather' && index === 1) {
        const table = lookUp(node.scope, inputs[0] ?? '');
        below = Math.min(below, tableRows(table) ?? Infinity);
      } else if (op === 'Equal') {
        const other = integerConstant(lookUp(node.scope, inputs[1 - index] ?? ''), reader);
        if (other?.length === 1) equals ??= other[0]!;
      } else if (PASSING.has(op) && index === 0 && depth < DEPTH) {
        const next = node.scope.values.get(outputs[0] ?? '');
        if (next) open.push({ value: next, depth: depth + 1 });
      }
    }
  }
  if (equals !== undefined) return { equals };
  return below < Infinity && below >= 1 ? { below } : undefined;
}

/** Rows of a stored table, also of one that is widened on the way. */
function tableRows(table: Value | undefined): number | undefined {
  if (table?.tensor) return table.tensor.header.dims[0];
  const node = table?.producer;
  if (!node) return undefined;
  if (node.tree.op !== 'DequantizeLinear' && node.tree.op !== 'Cast') return undefined;
  return lookUp(node.scope, node.tree.inputs[0] ?? '')?.tensor?.header.dims[0];
}
