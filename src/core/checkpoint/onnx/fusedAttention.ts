import type { Band } from '../checkpoint.ts';
import type { RangeReader } from '../rangeReader.ts';
import { attentionRoles } from './attentionRoles.ts';
import { integerConstant } from './integerConstants.ts';
import { ATTENTION_PARTS } from './packedAttentionUse.ts';
import { partialShape } from './partialShape.ts';
import { lookUp, type PlacedNode, type Use, type Value } from './scopes.ts';
import { sliceBounds, sliceRange } from './sliceBounds.ts';

/**
 * How the outputs of a product lie in the axes of a value made of it: factors of their number, outermost
 * first, each with its axis counted from the last one (-1).
 */
interface Layout {
  readonly lengths: readonly number[];
  readonly axes: readonly number[];
  /** Axes of the value, where that is known. */
  readonly rank: number | undefined;
}

/** A part that is cut out of a value, and the values that hold it. */
interface Piece {
  readonly start: number;
  readonly length: number;
  readonly values: Value[];
}

/** Nodes between the product and the cut: bias, Reshape, Transpose, casts. */
const STEPS = 12;

/** Nodes that take one value; a fused projection has three and those that ask for its shape. */
const USES = 32;

/** Ask for an axis but for no values. */
const SHAPE_ONLY = new Set(['Shape', 'Size']);

/**
 * Finds products whose outputs are cut in three that attention takes as query, key and value: the fused
 * projections of transformers. A projection is divided only where the graph shows all of it: the cut is
 * by constants, whole, and contiguous in the outputs (not head by head); two of the parts meet in a
 * product whose result goes through Softmax to a product with the third.
 */
export class FusedAttention {
  constructor(
    private readonly reader: RangeReader,
    private readonly countStep: () => void,
  ) {}

  /** The bands of the `outputs` of a product that `node` makes along the last axis of its result. */
  bandsOf(node: PlacedNode, outputs: number): readonly Band[] | undefined {
    if (outputs < ATTENTION_PARTS.length) return undefined;
    let value = resultOf(node);
    const rank = node.tree.op.endsWith('Gemm') ? 2 : undefined;
    let layout: Layout = { lengths: [outputs], axes: [-1], rank };
    for (let step = 0; value && step < STEPS; step++) {
      this.countStep();
      if (value.uses.length > USES) return undefined;
      const uses = value.uses.filter((use) => !SHAPE_ONLY.has(use.node.tree.op));
      const [only] = uses;
      if (!only || value.results.length > 0) return undefined;
      const next = uses.length === 1 ? this.passed(only, layout) : undefined;
      if (!next) return this.cutBands(uses, layout);
      layout = next;
      value = resultOf(only.node);
    }
    return undefined;
  }

  /** The layout after a node that keeps all outputs together; undefined where it is another node. */
  private passed({ node, input }: Use, layout: Layout): Layout | undefined {
    const { op, attributes } = node.tree;
    switch (op) {
      case 'Identity':
      case 'Cast':
      case 'Dropout':
        return input === 0 ? layout : undefined;
      case 'Add':
      case 'BiasAdd':
        return this.isBias(node, 1 - input) ? layout : undefined;
      case 'Reshape':
        return input === 0 ? this.reshaped(node, layout) : undefined;
      case 'Transpose':
        return transposed(attributes.find(({ name }) => name === 'perm')?.integers, layout);
      default:
        return undefined;
    }
  }

  /** A vector that the model holds. */
  private isBias({ tree, scope }: PlacedNode, input: number): boolean {
    const name = tree.inputs[input];
    const dims = name ? lookUp(scope, name)?.tensor?.header.dims : undefined;
    return dims !== undefined && dims.slice(0, -1).every((length) => length === 1);
  }

  /** The last axes of the new shape, where together they are as long as the outputs. */
  private reshaped(node: PlacedNode, layout: Layout): Layout | undefined {
    if (layout.lengths.length !== 1 || layout.axes[0] !== -1) return undefined;
    const { tree, scope } = node;
    const attribute = tree.attributes.find(({ name }) => name === 'shape')?.integers;
    const shape = attribute?.length
      ? { lengths: attribute, complete: true }
      : partialShape(lookUp(scope, tree.inputs[1] ?? ''), this.reader);
    const lengths: number[] = [];
    let product = 1;
    for (let at = shape.lengths.length - 1; product < layout.lengths[0]!; at--) {
      const length = shape.lengths[at];
      if (length === undefined || length < 1) return undefined;
      product *= length;
      lengths.unshift(length);
    }
    if (product !== layout.lengths[0]) return undefined;
    return {
      lengths,
      axes: lengths.map((_, k) => k - lengths.length),
      rank: shape.complete ? shape.lengths.length : undefined,
    };
  }

  /** The three parts that the nodes which take a value cut out of it, by what attention does with them. */
  private cutBands(uses: readonly Use[], layout: Layout): readonly Band[] | undefined {
    const pieces: Piece[] = [];
    const { lengths } = layout;
    // The outermost factor longer than 1: parts of an inner one are not neighbours among the outputs.
    const factor = lengths.findIndex((length) => length > 1);
    const inner = lengths.slice(factor + 1).reduce((product, length) => product * length, 1);
    for (const { node, input } of uses) {
      if (input !== 0) return undefined;
      const cut = this.cutOf(node, layout, factor);
      if (!cut) return undefined;
      for (const { start, length, values } of cut) {
        const same = pieces.find((piece) => piece.start === start && piece.length === length);
        if (same) same.values.push(...values);
        else pieces.push({ start, length, values: [...values] });
      }
      if (pieces.length > ATTENTION_PARTS.length) return undefined;
    }
    pieces.sort((a, b) => a.start - b.start);
    let next = 0;
    for (const { start, length } of pieces) {
      if (start !== next || length < 1) return undefined;
      next += length;
    }
    if (pieces.length !== ATTENTION_PARTS.length || next !== lengths[factor]) return undefined;
    const roles = attentionRoles(
      pieces.map(({ values }) => values),
      this.countStep,
    );
    return (
      roles &&
      pieces.map(({ start, length }, k) => ({
        name: ATTENTION_PARTS[roles[k]!]!,
        start: start * inner,
        length: length * inner,
      }))
    );
  }

  private cutOf(node: PlacedNode, layout: Layout, factor: number): readonly Piece[] | undefined {
    const { tree, scope } = node;
    const total = layout.lengths[factor]!;
    const attribute = (name: string) => tree.attributes.find((each) => each.name === name);
    const constant = (input: number): readonly number[] | undefined => {
      const name = tree.inputs[input];
      return name ? integerConstant(lookUp(scope, name), this.reader) : undefined;
    };
    const values = tree.outputs.flatMap((name) => scope.values.get(name) ?? []);
    const [value] = values;
    if (!value) return undefined;
    switch (tree.op) {
      case 'Split': {
        const listed = attribute('split')?.integers;
        const sizes = listed?.length ? listed : constant(1);
        const equal = (tree.inputs[1] ?? '') === '' ? total / values.length : NaN;
        const parts = sizes ?? values.map(() => equal);
        const sum = parts.reduce((all, size) => all + size, 0);
        if (parts.length !== values.length || sum !== total) return undefined;
        const axis = attribute('axis')?.integer ?? 0;
        // Listed lengths that make up all outputs name their axis where the rank is not known.
        const told = sizes !== undefined && layout.lengths.length === 1 && axis > 0;
        const here = placeOf(axis, layout) ?? (told ? -1 : undefined);
        if (here !== layout.axes[factor] || parts.some((size) => !Number.isInteger(size)))
          return undefined;
        let start = 0;
        return parts.map((length, k) => {
          const piece = { start, length, values: [values[k]!] };
          start += length;
          return piece;
        });
      }
      case 'Slice': {
        const bounds = sliceBounds(node, this.reader);
        if (!bounds || placeOf(bounds.axis, layout) !== layout.axes[factor]) return undefined;
        return [{ ...sliceRange(bounds, total), values: [value] }];
      }
      case 'Gather': {
        const indices = constant(1);
        if (placeOf(attribute('axis')?.integer ?? 0, layout) !== layout.axes[factor])
          return undefined;
        if (indices?.length !== 1) return undefined;
        const index = indices[0]!;
        return [{ start: index < 0 ? index + total : index, length: 1, values: [value] }];
      }
      default:
        return undefined;
    }
  }
}

/** An axis counted from the last; undefined where that takes the number of axes, which is not known. */
function placeOf(axis: number, { rank }: Layout): number | undefined {
  if (axis < 0) return axis;
  return rank === undefined ? undefined : axis - rank;
}

function transposed(order: readonly number[] | undefined, layout: Layout): Layout | undefined {
  if (!order?.length || (layout.rank !== undefined && layout.rank !== order.length))
    return undefined;
  const rank = order.length;
  const axes = layout.axes.map((axis) => order.indexOf(axis + rank) - rank);
  return axes.some((axis) => axis < -rank) ? undefined : { ...layout, axes, rank };
}

function resultOf({ tree, scope }: PlacedNode): Value | undefined {
  const [name] = tree.outputs;
  const value = name === undefined ? undefined : scope.values.get(name);
  return value?.producer?.tree === tree ? value : undefined;
}
