import type { RangeReader } from '../rangeReader.ts';
import { ATTENTION_PARTS } from './packedAttentionUse.ts';
import { partialShape } from './partialShape.ts';
import { lookUp, type PlacedNode, type Value } from './scopes.ts';

/** An attention whose projections and number of heads the graph shows. */
export interface FoundAttention {
  readonly query: PlacedNode;
  readonly key: PlacedNode;
  readonly value: PlacedNode;
  /** Undefined where what follows is no product with a stored weight. */
  readonly output: PlacedNode | undefined;
  readonly heads: number;
}

/** Nodes between a product and a projection: scale, rotary positions, cuts, reshapes. */
const STEPS = 64;
const USES = 32;

const PRODUCTS = new Set(['MatMul', 'Gemm', 'FusedMatMul']);
/** Pass on their first input, as far as the order of heads and of values inside a head goes. */
const PASSING = new Set([
  'Identity',
  'Cast',
  'Dropout',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Gather',
  'Slice',
  'Split',
]);
/** Combine values entry by entry: the projection is behind one of their inputs. */
const COMBINING = new Set(['Add', 'Mul', 'Div', 'Sub', 'Where', 'Concat', 'Neg', 'BiasAdd']);
const SHAPE_ONLY = new Set(['Shape', 'Size']);

/** What a walk back from a product came to. */
interface Projection {
  readonly node: PlacedNode;
  /** The last two axes of every Reshape on the way. */
  readonly reshapes: readonly (readonly [heads: number, size: number])[];
}

/**
 * The attention around a Softmax: the product before it takes query and key, the one after it the value,
 * each from a projection by a stored weight, through a Reshape into heads that all three share. Undefined
 * where the graph does not show all of that; the number of heads is never guessed.
 */
export function attentionAround(
  softmax: PlacedNode,
  outputsOf: (projection: PlacedNode, part: string) => number | undefined,
  reader: RangeReader,
  countStep: () => void,
): FoundAttention | undefined {
  const scores = walkBack(softmax, 0, (node) => PRODUCTS.has(node.tree.op), reader, countStep);
  const context = scores && weightedProduct(softmax, countStep);
  if (!context) return undefined;
  const isWeight = (node: PlacedNode): boolean =>
    ATTENTION_PARTS.some((part) => outputsOf(node, part) !== undefined);
  const from = [
    [scores.node, 0],
    [scores.node, 1],
    [context.node, 1 - context.input],
  ] as const;
  const found = from.map(([node, input]) => walkBack(node, input, isWeight, reader, countStep));
  const heads = found.map((projection, k) => {
    if (!projection) return undefined;
    const outputs = outputsOf(projection.node, ATTENTION_PARTS[k]!);
    return outputs === undefined ? undefined : headCount(projection, outputs);
  });
  if (heads[0] === undefined || heads[0] < 2 || heads.some((each) => each !== heads[0]))
    return undefined;
  const [query, key, value] = found.map((each) => each!.node);
  return {
    query: query!,
    key: key!,
    value: value!,
    output: outputProjection(context.node, countStep),
    heads: heads[0],
  };
}

/** The one number of heads that the Reshapes on the way give the outputs. */
function headCount({ reshapes }: Projection, outputs: number): number | undefined {
  const counts = reshapes.flatMap(([heads, size]) => {
    const whole = size === -1 ? outputs / heads : size;
    return Number.isInteger(whole) && heads * whole === outputs ? [heads] : [];
  });
  return new Set(counts).size === 1 ? counts[0] : undefined;
}

/** The first node of that kind behind an input, through nodes that keep heads apart. */
function walkBack(
  from: PlacedNode,
  input: number,
  isEnd: (node: PlacedNode) => boolean,
  reader: RangeReader,
  countStep: () => void,
): Projection | undefined {
  let steps = 0;
  const follow = (
    node: PlacedNode,
    index: number,
    reshapes: Projection['reshapes'],
  ): Projection | undefined => {
    if (++steps > STEPS) return undefined;
    countStep();
    const name = node.tree.inputs[index];
    const producer = name ? lookUp(node.scope, name)?.producer : undefined;
    if (!producer) return undefined;
    const { op, inputs } = producer.tree;
    if (isEnd(producer)) return { node: producer, reshapes };
    if (op === 'Reshape') {
      const last = trailingAxes(producer, reader);
      return follow(producer, 0, last ? [...reshapes, last] : reshapes);
    }
    if (PASSING.has(op)) return follow(producer, 0, reshapes);
    if (!COMBINING.has(op)) return undefined;
    for (const k of inputs.keys()) {
      const found = follow(producer, k, reshapes);
      if (found) return found;
    }
    return undefined;
  };
  return follow(from, input, []);
}

/** Heads and size, the last two axes of the new shape; -1 for a size that follows from the others. */
function trailingAxes(
  { tree, scope }: PlacedNode,
  reader: RangeReader,
): readonly [number, number] | undefined {
  const listed = tree.attributes.find(({ name }) => name === 'shape')?.integers;
  const lengths = listed?.length
    ? listed
    : partialShape(lookUp(scope, tree.inputs[1] ?? ''), reader).lengths;
  const [heads, size] = [lengths.at(-2), lengths.at(-1)];
  if (heads === undefined || size === undefined || heads < 1 || (size < 1 && size !== -1))
    return undefined;
  return [heads, size];
}

/** The product that takes what Softmax makes, and as which input. */
function weightedProduct(
  softmax: PlacedNode,
  countStep: () => void,
): { readonly node: PlacedNode; readonly input: number } | undefined {
  return walkOn(softmax, new Set(['Identity', 'Cast', 'Dropout']), countStep);
}

/** The product with a stored weight that joins the heads again. */
function outputProjection(context: PlacedNode, countStep: () => void): PlacedNode | undefined {
  const passing = new Set(['Identity', 'Cast', 'Dropout', 'Transpose', 'Reshape', 'Squeeze']);
  const found = walkOn(context, passing, countStep);
  return found?.input === 0 ? found.node : undefined;
}

function walkOn(
  from: PlacedNode,
  passing: ReadonlySet<string>,
  countStep: () => void,
): { readonly node: PlacedNode; readonly input: number } | undefined {
  let value = resultOf(from);
  for (let step = 0; value && step < USES; step++) {
    countStep();
    const uses = value.uses.filter(({ node }) => !SHAPE_ONLY.has(node.tree.op));
    const [only] = uses;
    if (!only || uses.length > 1) return undefined;
    if (PRODUCTS.has(only.node.tree.op)) return only;
    if (!passing.has(only.node.tree.op) || only.input !== 0) return undefined;
    value = resultOf(only.node);
  }
  return undefined;
}

function resultOf({ tree, scope }: PlacedNode): Value | undefined {
  const [name] = tree.outputs;
  return name === undefined ? undefined : scope.values.get(name);
}
