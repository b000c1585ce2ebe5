import type { Band } from '../checkpoint.ts';
import type { RangeReader } from '../rangeReader.ts';
import { otherUse, type ConsumingNode, type Consumption, type MatrixUse } from './consumption.ts';
import { directionNames, GATES, isRecurrent } from './recurrentUse.ts';
import { piecesWithin, RowSources, type RowAxis, type SourcedRows } from './rowSources.ts';
import { lookUp, type PlacedNode, type Value } from './scopes.ts';

/** The inputs of a recurrent layer that are matrices, by their names in ONNX. */
const MATRICES: Readonly<Record<number, string>> = { 1: 'W', 2: 'R' };

/** Said where the gates leave some of a tensor's rows out. */
export const PARTLY_GATES =
  'only some of its rows are gates of a recurrent layer; what the others are is not followed';

export function isGateInput({ op, input }: ConsumingNode): boolean {
  return isRecurrent(op) && MATRICES[input] !== undefined;
}

/**
 * The use of a stored tensor whose rows are gates of a recurrent layer after they were cut out and joined,
 * with those of other tensors where one holds each direction: a band for each gate, where it is stored.
 * Undefined where the layer's weights are not made of stored rows alone.
 */
export function joinedGates(
  seen: ConsumingNode,
  node: PlacedNode,
  tensor: Value,
  reader: RangeReader,
  countStep: () => void,
): Consumption | undefined {
  const { op, input } = seen;
  const taken = lookUp(node.scope, node.tree.inputs[input] ?? '');
  const header = tensor.tensor?.header;
  if (!taken || !header) return undefined;
  const axes: readonly RowAxis[] = ['last', 'second-last'];
  for (const axis of axes) {
    const rows = new RowSources(reader, axis, countStep).of(taken);
    if (rows?.lengths.length !== 3 || rows.col !== 2) continue;
    const bands = gateBands(rows, tensor, GATES[op]!, seen.text('direction'));
    if (bands === 'mixed')
      return otherUse(`gate weights of ${op} whose gates are not stored in one piece each`);
    if (!bands) continue;
    const outFirst = axis === 'last';
    const count = header.dims.reduce((all, length) => all * length, 1) / rows.lengths[2]!;
    const use: MatrixUse = {
      kind: 'matrix',
      role: 'recurrent',
      orientation: outFirst ? 'out-in' : 'in-out',
      rowAxes: header.dims.length - 1,
      groups: 1,
      division: { batchAxes: 0, batchNames: [], side: outFirst ? 'rows' : 'cols', bands },
    };
    return isCovered(bands, count)
      ? use
      : { ...use, partial: { name: `${node.label} ${MATRICES[input]}`, rows: count } };
  }
  return undefined;
}

/**
 * The use of a tensor some of whose rows are gates of one layer and some of another, or W and R of the same;
 * undefined where that is not all of them.
 */
export function unitedGates(uses: readonly MatrixUse[]): MatrixUse | undefined {
  const [first] = uses;
  const division = first?.division;
  if (!division || !first.partial) return undefined;
  const bands = new Map<number, Band>();
  for (const use of uses) {
    if (use.division?.side !== division.side || !use.partial) return undefined;
    for (const { name, start, length } of use.division.bands) {
      const known = bands.get(start);
      if (known && known.length !== length) return undefined;
      if (!known) bands.set(start, { name: `${use.partial.name}, ${name}`, start, length });
    }
  }
  const all = [...bands.values()].sort((a, b) => a.start - b.start);
  const { partial, ...whole } = first;
  return isCovered(all, partial.rows)
    ? { ...whole, division: { ...division, bands: all } }
    : undefined;
}

/**
 * In the order in which they are stored, those that two gates share once; `mixed` where a gate is not in one
 * piece.
 */
function gateBands(
  rows: SourcedRows,
  tensor: Value,
  gates: readonly string[],
  direction: string | undefined,
): readonly Band[] | 'mixed' | undefined {
  const [directions, gateRows] = rows.lengths as [number, number, number];
  if (directions > 2 || gateRows % gates.length !== 0) return undefined;
  const hidden = gateRows / gates.length;
  const bands: Band[] = [];
  for (const [d, way] of directionNames(directions, direction).entries())
    for (const [g, gate] of gates.entries()) {
      const pieces = piecesWithin(rows.pieces, d * gateRows + g * hidden, hidden);
      if (!pieces.some(({ source }) => source === tensor)) continue;
      if (pieces.length !== 1) return 'mixed';
      const name = [way, gate].filter((each) => each !== '').join(', ');
      const { start } = pieces[0]!;
      if (!bands.some((band) => band.start === start)) bands.push({ name, start, length: hidden });
    }
  return bands.length > 0 ? bands.sort((a, b) => a.start - b.start) : undefined;
}

/** Whether bands are side by side from the first row to the last of `count`. */
function isCovered(bands: readonly Band[], count: number): boolean {
  let next = 0;
  for (const { start, length } of bands) {
    if (start !== next) return false;
    next += length;
  }
  return next === count;
}
