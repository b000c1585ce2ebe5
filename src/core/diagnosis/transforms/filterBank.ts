import { lineReader, type Side } from '../entries/lineReader.ts';
import { counted, figureText } from '../figureText.ts';
import type { FixedTransform, TransformInput } from './fixedTransform.ts';

/** Filters of a bank are local: at least that part of the matrix is zero. */
const LEAST_ZEROS = 0.4;
const LEAST_FILTERS = 8;
/** Very narrow filters fall between two bins and have no entry: at most that part of them. */
const MOST_EMPTY = 0.2;
/** Of the filters: those with more than one entry. Without them it is a diagonal, which can be learned. */
const LEAST_WIDE = 0.5;
/** Relative difference of sums of weights that are meant to be one. */
const UNIT = 1e-3;
/** Neighbours between which an interpolation takes its values, along one axis. */
const INTERPOLATED = 2;

interface Filter {
  readonly from: number;
  readonly entries: number;
  readonly centre: number;
  readonly sum: number;
  readonly isFlat: boolean;
}

/**
 * Rows or columns that are filters without negative entries: each one run that rises and then falls, and
 * the centres of the runs in order. A mel or another bank of triangles; where the weights of each sum to
 * one, an interpolation (between two neighbours) or an average (of equal weights).
 */
export function filterBank(input: TransformInput): FixedTransform | undefined {
  const { matrix, census } = input;
  if (census.negatives > 0 || census.zeros < LEAST_ZEROS * matrix.data.length) return undefined;
  const [byRows, byCols] = [bankOf(input, 'rows'), bankOf(input, 'cols')];
  // The columns of an interpolation are filters as well, but say less.
  return byCols && byCols.kind !== 'filter-bank' ? byCols : (byRows ?? byCols);
}

function bankOf({ matrix, rounding }: TransformInput, side: Side): FixedTransform | undefined {
  const [count, length] = side === 'rows' ? [matrix.rows, matrix.cols] : [matrix.cols, matrix.rows];
  const read = lineReader(matrix, side);
  const line = new Float64Array(length);
  const filters: Filter[] = [];
  for (let k = 0; k < count; k++) {
    read(k, line);
    const filter = filterOf(line, rounding);
    if (filter === 'other') return undefined;
    if (filter) {
      if (filter.centre < (filters.at(-1)?.centre ?? 0)) return undefined;
      filters.push(filter);
    }
  }
  const empty = count - filters.length;
  const wide = filters.filter(({ entries }) => entries > 1).length;
  if (filters.length < LEAST_FILTERS || empty > MOST_EMPTY * count) return undefined;
  if (wide < LEAST_WIDE * filters.length) return undefined;
  if (new Set(filters.map(({ centre }) => centre)).size < filters.length / 2) return undefined;
  const noun = side === 'rows' ? 'row' : 'column';
  const widest = Math.max(...filters.map(({ entries }) => entries));
  const evidence = { filters: filters.length, side, empty, widest };
  const [sum] = filters.map((filter) => filter.sum).sort((a, b) => a - b);
  const within = (UNIT + rounding(sum!) / sum!) * sum!;
  if (empty === 0 && filters.every((filter) => filter.sum - sum! <= 2 * within)) {
    const total = Math.abs(sum! - 1) <= within ? 'one' : figureText(sum!);
    if (filters.every(({ isFlat }) => isFlat))
      return {
        kind: 'averaging',
        text: `an average over windows: each of its ${counted(count, noun)} has equal weights that sum to ${total}, on at most ${widest} neighbours`,
        evidence,
      };
    if (widest <= INTERPOLATED)
      return {
        kind: 'interpolation',
        text: `a linear interpolation: each of its ${counted(count, noun)} has at most two neighbouring weights, which sum to ${total}`,
        evidence,
      };
  }
  return {
    kind: 'filter-bank',
    text: `a bank of ${filters.length} filters (mel or the like): each ${noun} is one run of positive weights that rises and falls, on at most ${widest} of ${length} bins, with the centres in order`,
    evidence,
  };
}

/** Undefined for a line of zeros. */
function filterOf(
  line: Float64Array,
  rounding: TransformInput['rounding'],
): Filter | 'other' | undefined {
  const from = line.findIndex((value) => value > 0);
  if (from < 0) return undefined;
  let to = line.length - 1;
  while (line[to] === 0) to--;
  let [peak, sum, moment, isFalling, isFlat] = [0, 0, 0, false, true];
  for (let k = from; k <= to; k++) {
    const value = line[k]!;
    if (value === 0) return 'other';
    if (value > peak + rounding(peak) && isFalling) return 'other';
    if (value < peak - rounding(peak)) isFalling = true;
    if (Math.abs(value - line[from]!) > rounding(value)) isFlat = false;
    peak = isFalling ? value : Math.max(peak, value);
    sum += value;
    moment += k * value;
  }
  return { from, entries: to - from + 1, centre: moment / sum, sum, isFlat };
}
