import type { RangeReader } from '../rangeReader.ts';
import { integerConstant } from './integerConstants.ts';
import { lookUp, type PlacedNode, type Value } from './scopes.ts';
import { sliceBounds, sliceRange } from './sliceBounds.ts';

/** Neighbouring rows of a stored tensor. */
export interface SourcePiece {
  readonly source: Value;
  readonly start: number;
  readonly length: number;
}

/** A value all of whose rows are those of stored tensors. */
export interface SourcedRows {
  readonly lengths: readonly number[];
  /** The axis along which a row runs; the others number the rows, the last of them fastest. */
  readonly col: number;
  readonly pieces: readonly SourcePiece[];
}

/** Which axis of a stored tensor its rows run along. */
export type RowAxis = 'last' | 'second-last';

/** Nodes between stored tensors and what is made of them. Exporters write some ten. */
const NODES = 256;
const DEPTH = 16;
/** Pieces of one value: gates, in two directions. */
const PIECES = 64;

/** Operators that leave every element where it is. */
const SAME = new Set(['Identity', 'Cast', 'CastLike', 'Dropout']);

/**
 * Follows a value back to the stored tensors whose rows it is cut and joined of, by Slice, Split, Concat,
 * Transpose, Reshape, Squeeze and Unsqueeze: as exporters bring the gates and directions of a recurrent
 * layer together. Rows are never cut; where they are, or anything is computed, nothing is found.
 */
export class RowSources {
  private nodes = 0;

  constructor(
    private readonly reader: RangeReader,
    private readonly axis: RowAxis,
    private readonly countStep: () => void,
  ) {}

  of(value: Value, depth = 0): SourcedRows | undefined {
    this.countStep();
    if (++this.nodes > NODES || depth > DEPTH) return undefined;
    if (value.tensor) return this.stored(value);
    const node = value.producer;
    if (!node) return undefined;
    if (node.tree.op === 'Concat') return this.joined(node, depth);
    const rows = this.input(node, 0, depth);
    return rows && this.after(node, rows, value);
  }

  private stored(value: Value): SourcedRows | undefined {
    const lengths = value.tensor!.header.dims;
    const rank = lengths.length;
    if (rank < 2 || lengths.some((length) => length < 1)) return undefined;
    const col = this.axis === 'last' ? rank - 1 : rank - 2;
    // In a batch of transposed matrices the rows of one are not those of a single matrix.
    if (this.axis !== 'last' && product(lengths.slice(0, col)) !== 1) return undefined;
    const count = product(lengths) / lengths[col]!;
    return { lengths, col, pieces: [{ source: value, start: 0, length: count }] };
  }

  private after(node: PlacedNode, rows: SourcedRows, value: Value): SourcedRows | undefined {
    const { op, attributes } = node.tree;
    if (SAME.has(op)) return rows;
    const listed = (name: string): readonly number[] | undefined => {
      const list = attributes.find((each) => each.name === name)?.integers;
      return list?.length ? list : undefined;
    };
    const rank = rows.lengths.length;
    switch (op) {
      case 'Slice': {
        const bounds = sliceBounds(node, this.reader);
        const axis = bounds && placeOf(bounds.axis, rank);
        if (!bounds || axis === undefined) return undefined;
        const { start, length } = sliceRange(bounds, rows.lengths[axis]!);
        return cut(rows, axis, start, length);
      }
      case 'Split':
        return this.part(node, rows, value);
      case 'Transpose':
        return reordered(rows, listed('perm') ?? rows.lengths.map((_, k) => rank - 1 - k));
      case 'Reshape':
        return regrouped(rows, this.constant(node, 1) ?? listed('shape'));
      case 'Squeeze': {
        const axes = this.constant(node, 1) ?? listed('axes');
        const dropped = axes
          ? axes.map((axis) => placeOf(axis, rank))
          : rows.lengths.flatMap((length, axis) => (length === 1 ? [axis] : []));
        return withoutAxes(rows, dropped);
      }
      case 'Unsqueeze':
        return withAxes(rows, this.constant(node, 1) ?? listed('axes'));
      default:
        return undefined;
    }
  }

  private part(node: PlacedNode, rows: SourcedRows, value: Value): SourcedRows | undefined {
    const { tree } = node;
    const attribute = (name: string) => tree.attributes.find((each) => each.name === name);
    const axis = placeOf(attribute('axis')?.integer ?? 0, rows.lengths.length);
    if (axis === undefined) return undefined;
    const listed = attribute('split')?.integers;
    const computed = (tree.inputs[1] ?? '') !== '';
    const equal = rows.lengths[axis]! / tree.outputs.length;
    const sizes =
      (listed?.length ? listed : this.constant(node, 1)) ??
      (computed ? undefined : tree.outputs.map(() => equal));
    const index = tree.outputs.indexOf(value.name);
    if (sizes?.length !== tree.outputs.length || index < 0) return undefined;
    if (sizes.some((size) => !Number.isInteger(size) || size < 0)) return undefined;
    const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    return cut(rows, axis, start, sizes[index]!);
  }

  private joined(node: PlacedNode, depth: number): SourcedRows | undefined {
    const { inputs, attributes } = node.tree;
    if (inputs.length > PIECES) return undefined;
    const parts: SourcedRows[] = [];
    for (const input of inputs.keys()) {
      const rows = this.input(node, input, depth);
      if (!rows) return undefined;
      parts.push(rows);
    }
    const [first] = parts;
    const given = attributes.find(({ name }) => name === 'axis')?.integer;
    const axis = first && given !== undefined ? placeOf(given, first.lengths.length) : undefined;
    return axis === undefined ? undefined : together(parts, axis);
  }

  private input(node: PlacedNode, input: number, depth: number): SourcedRows | undefined {
    const name = node.tree.inputs[input];
    const value = name ? lookUp(node.scope, name) : undefined;
    return value && this.of(value, depth + 1);
  }

  private constant({ tree, scope }: PlacedNode, input: number): readonly number[] | undefined {
    const name = tree.inputs[input];
    return name ? integerConstant(lookUp(scope, name), this.reader) : undefined;
  }
}

/** The rows `from <= row < from + length` of a list of pieces, with neighbours of one tensor joined. */
export function piecesWithin(
  pieces: readonly SourcePiece[],
  from: number,
  length: number,
): readonly SourcePiece[] {
  const found: SourcePiece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const first = Math.max(from, at);
    const end = Math.min(from + length, at + piece.length);
    if (first < end)
      append(found, {
        source: piece.source,
        start: piece.start + first - at,
        length: end - first,
      });
    at += piece.length;
  }
  return found;
}

function append(pieces: SourcePiece[], { source, start, length }: SourcePiece): void {
  const last = pieces.at(-1);
  if (last && last.source === source && last.start + last.length === start)
    pieces[pieces.length - 1] = { source, start: last.start, length: last.length + length };
  else pieces.push({ source, start, length });
}

/** Entries `start <= k < start + length` of an axis that numbers rows. */
function cut(
  { lengths, col, pieces }: SourcedRows,
  axis: number,
  start: number,
  length: number,
): SourcedRows | undefined {
  const total = lengths[axis]!;
  if (axis === col || length < 1 || start + length > total) return undefined;
  const { outer, inner } = around(lengths, col, axis);
  if (outer > PIECES) return undefined;
  const kept: SourcePiece[] = [];
  for (let o = 0; o < outer; o++)
    for (const piece of piecesWithin(pieces, (o * total + start) * inner, length * inner))
      append(kept, piece);
  return bounded({ lengths: withLength(lengths, axis, length), col, pieces: kept });
}

/** Joined along an axis that numbers rows. */
function together(parts: readonly SourcedRows[], axis: number): SourcedRows | undefined {
  const { lengths, col } = parts[0]!;
  const alike = parts.every(
    (part) =>
      part.col === col &&
      part.lengths.length === lengths.length &&
      part.lengths.every((length, k) => k === axis || length === lengths[k]),
  );
  const { outer, inner } = around(lengths, col, axis);
  if (!alike || axis === col || outer > PIECES) return undefined;
  const joined: SourcePiece[] = [];
  for (let o = 0; o < outer; o++)
    for (const part of parts) {
      const run = part.lengths[axis]! * inner;
      for (const piece of piecesWithin(part.pieces, o * run, run)) append(joined, piece);
    }
  const length = parts.reduce((sum, part) => sum + part.lengths[axis]!, 0);
  return bounded({ lengths: withLength(lengths, axis, length), col, pieces: joined });
}

/** Undefined where rows come in another order: then axes of more than one entry change places. */
function reordered(rows: SourcedRows, order: readonly number[]): SourcedRows | undefined {
  const { lengths, col } = rows;
  if (order.length !== lengths.length || new Set(order).size !== order.length) return undefined;
  if (order.some((axis) => lengths[axis] === undefined)) return undefined;
  const counting = order.filter((axis) => axis !== col && lengths[axis]! > 1);
  if (counting.some((axis, k) => k > 0 && axis < counting[k - 1]!)) return undefined;
  return { ...rows, lengths: order.map((axis) => lengths[axis]!), col: order.indexOf(col) };
}

/** Rows grouped in another way; they run along the last axis before and after. */
function regrouped(
  rows: SourcedRows,
  target: readonly number[] | undefined,
): SourcedRows | undefined {
  const before = rows.lengths;
  if (!target?.length || rows.col !== before.length - 1) return undefined;
  const lengths = target.map((length, axis) => (length === 0 ? (before[axis] ?? 0) : length));
  const open = lengths.indexOf(-1);
  if (open >= 0) {
    const known = lengths.reduce((all, length, k) => (k === open ? all : all * length), 1);
    lengths[open] = product(before) / known;
  }
  if (lengths.some((length) => !Number.isInteger(length) || length < 1)) return undefined;
  if (product(lengths) !== product(before) || lengths.at(-1) !== before.at(-1)) return undefined;
  return { ...rows, lengths, col: lengths.length - 1 };
}

function withoutAxes(
  rows: SourcedRows,
  axes: readonly (number | undefined)[],
): SourcedRows | undefined {
  if (axes.some((axis) => axis === undefined || axis === rows.col || rows.lengths[axis] !== 1))
    return undefined;
  const lengths = rows.lengths.filter((_, axis) => !axes.includes(axis));
  return { ...rows, lengths, col: rows.col - axes.filter((axis) => axis! < rows.col).length };
}

function withAxes(rows: SourcedRows, axes: readonly number[] | undefined): SourcedRows | undefined {
  if (!axes) return undefined;
  const rank = rows.lengths.length + axes.length;
  const added = new Set(axes.map((axis) => placeOf(axis, rank)));
  if (added.size !== axes.length || added.has(undefined)) return undefined;
  const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !added.has(axis));
  const lengths = Array.from({ length: rank }, () => 1);
  for (const [k, axis] of kept.entries()) lengths[axis] = rows.lengths[k]!;
  return { ...rows, lengths, col: kept[rows.col]! };
}

function withLength(lengths: readonly number[], axis: number, length: number): readonly number[] {
  return lengths.map((each, k) => (k === axis ? length : each));
}

function bounded(rows: SourcedRows): SourcedRows | undefined {
  return rows.pieces.length <= PIECES ? rows : undefined;
}

/** How many rows the axes before and after one number, without the axis that rows run along. */
function around(
  lengths: readonly number[],
  col: number,
  axis: number,
): { readonly outer: number; readonly inner: number } {
  const counting = lengths.map((length, k) => (k === col ? 1 : length));
  return { outer: product(counting.slice(0, axis)), inner: product(counting.slice(axis + 1)) };
}

function placeOf(axis: number, rank: number): number | undefined {
  const place = axis < 0 ? axis + rank : axis;
  return place >= 0 && place < rank ? place : undefined;
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all * length, 1);
}
