import type { Band } from '../checkpoint.ts';
import type { RangeReader } from '../rangeReader.ts';
import { AttentionRoles } from './attentionRoles.ts';
import {
  attributeOf,
  formalInput,
  inputValue,
  resultOutside,
  type CallFrame,
} from './callFrame.ts';
import { integerConstant } from './integerConstants.ts';
import { placeOf, reshapedLayout, transposedLayout, type OutputLayout } from './outputLayout.ts';
import { ATTENTION_PARTS } from './packedAttentionUse.ts';
import { packedHeadBands } from './packedHeads.ts';
import { partialShape } from './partialShape.ts';
import {
  calledFunction,
  lookUp,
  type PlacedModel,
  type PlacedNode,
  type Use,
  type Value,
} from './scopes.ts';
import { sliceBounds, sliceRange } from './sliceBounds.ts';

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

/** A value on the way from the product to the cut. */
interface Place {
  readonly value: Value;
  readonly layout: OutputLayout;
  readonly frame: CallFrame | undefined;
}

/**
 * Finds products whose outputs are cut in three that attention takes as query, key and value: the fused
 * projections of transformers. A projection is divided only where the graph shows all of it: the cut is
 * by constants and whole, be it of all outputs or of those of each head; two of the parts meet in a
 * product whose result goes through Softmax to a product with the third. Or an attention operator of
 * ONNX Runtime takes all of it as one.
 */
export class FusedAttention {
  private readonly roles: AttentionRoles;

  constructor(
    private readonly model: PlacedModel,
    private readonly reader: RangeReader,
    private readonly countStep: () => void,
  ) {
    this.roles = new AttentionRoles(model, countStep);
  }

  /** The bands of the `outputs` of a product that `node` makes along the last axis of its result. */
  bandsOf(
    node: PlacedNode,
    outputs: number,
    frame: CallFrame | undefined,
  ): readonly Band[] | undefined {
    if (outputs < ATTENTION_PARTS.length) return undefined;
    const rank = node.tree.op.endsWith('Gemm') ? 2 : undefined;
    let place = placeAt(resultOf(node), { lengths: [outputs], axes: [-1], rank }, frame);
    for (let step = 0; place && step < STEPS; step++) {
      this.countStep();
      const { value, layout } = place;
      if (value.uses.length > USES) return undefined;
      const uses = value.uses.filter((use) => !SHAPE_ONLY.has(use.node.tree.op));
      const [only] = uses;
      if (value.results.length > 0) {
        place = uses.length === 0 ? left(place) : undefined;
        continue;
      }
      if (!only) return undefined;
      const next = uses.length === 1 ? this.passed(only, place) : undefined;
      if (!next) {
        const packed = uses.length === 1 && packedHeadBands(only, layout, place.frame);
        return packed || this.cutBands(uses, layout);
      }
      place = next;
    }
    return undefined;
  }

  /** The place after a node that keeps all outputs together; undefined where it is another node. */
  private passed({ node, input }: Use, { layout, frame }: Place): Place | undefined {
    const called = calledFunction(this.model, node);
    if (called) {
      const depth = (frame?.depth ?? 0) + 1;
      if (depth > STEPS) return undefined;
      return placeAt(formalInput(called, input), layout, {
        call: node,
        called,
        outer: frame,
        depth,
      });
    }
    const next = this.layoutAfter(node, input, layout, frame);
    return next && placeAt(resultOf(node), next, frame);
  }

  private layoutAfter(
    node: PlacedNode,
    input: number,
    layout: OutputLayout,
    frame: CallFrame | undefined,
  ): OutputLayout | undefined {
    switch (node.tree.op) {
      case 'Identity':
      case 'Cast':
      case 'Dropout':
        return input === 0 ? layout : undefined;
      case 'Add':
      case 'BiasAdd':
        return isBias(inputValue(node, 1 - input, frame)) ? layout : undefined;
      case 'Reshape': {
        if (input !== 0) return undefined;
        const attribute = attributeOf(node, 'shape', frame)?.integers;
        const shape = attribute?.length
          ? { lengths: attribute, complete: true }
          : partialShape(inputValue(node, 1, frame), this.reader);
        return reshapedLayout(layout, shape);
      }
      case 'Transpose':
        return transposedLayout(layout, attributeOf(node, 'perm', frame)?.integers);
      default:
        return undefined;
    }
  }

  /** The three parts that the nodes which take a value cut out of it, by what attention does with them. */
  private cutBands(uses: readonly Use[], layout: OutputLayout): readonly Band[] | undefined {
    const { lengths } = layout;
    for (const [factor, length] of lengths.entries()) {
      const pieces = length > 1 ? this.piecesOf(uses, layout, factor) : undefined;
      const roles = pieces && this.roles.of(pieces.map(({ values }) => values));
      if (!roles) continue;
      const count = product(lengths.slice(0, factor));
      const inner = product(lengths.slice(factor + 1));
      // Parts of an inner factor come again with every one of the outer, as in each head.
      const repeats = count > 1 ? { repeats: { count, stride: length * inner } } : {};
      return pieces.map((piece, k) => ({
        name: ATTENTION_PARTS[roles[k]!]!,
        start: piece.start * inner,
        length: piece.length * inner,
        ...repeats,
      }));
    }
    return undefined;
  }

  /** Three pieces that make up a factor of the outputs; undefined where it is cut in another way. */
  private piecesOf(
    uses: readonly Use[],
    layout: OutputLayout,
    factor: number,
  ): readonly Piece[] | undefined {
    const pieces: Piece[] = [];
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
    const isWhole = pieces.length === ATTENTION_PARTS.length && next === layout.lengths[factor];
    return isWhole ? pieces : undefined;
  }

  private cutOf(
    node: PlacedNode,
    layout: OutputLayout,
    factor: number,
  ): readonly Piece[] | undefined {
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

/** A vector that the model holds. */
function isBias(value: Value | undefined): boolean {
  const dims = value?.tensor?.header.dims;
  return dims !== undefined && dims.slice(0, -1).every((length) => length === 1);
}

function placeAt(
  value: Value | undefined,
  layout: OutputLayout,
  frame: CallFrame | undefined,
): Place | undefined {
  return value && { value, layout, frame };
}

/** The place outside of the function whose one result it is. */
function left({ value, layout, frame }: Place): Place | undefined {
  if (!frame || value.results.length > 1) return undefined;
  return placeAt(resultOutside(value, frame), layout, frame.outer);
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all * length, 1);
}

function resultOf({ tree, scope }: PlacedNode): Value | undefined {
  const [name] = tree.outputs;
  const value = name === undefined ? undefined : scope.values.get(name);
  return value?.producer?.tree === tree ? value : undefined;
}
