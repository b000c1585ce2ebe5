import { roundingVariance } from '../../checkpoint/rounding.ts';
import type { FloatType } from '../../checkpoint/checkpoint.ts';
import type { Matrix } from '../../linalg/matrix.ts';
import { LISTED } from './deadLines.ts';
import { entriesOf, type EntryReader } from './entryReader.ts';
import type { EntrySketch, LineSketch } from './entrySketch.ts';
import type { Side } from './lineReader.ts';

/** Standard deviations of rounding within which two projections count as equal. */
const PROJECTION_SPREAD = 8;
/** Rounding errors of that many standard deviations are no difference. */
const ROUNDING = 2;
/** Lines of nearly the same projection that one is compared with: bounds the search where all are alike. */
const NEIGHBOURS = 512;
/** Comparisons entry by entry, for each line: bounds them by a few passes over the matrix. */
const COMPARISONS = 4;
/** Two lines of a single entry in the same place are proportional whatever it is. */
const LEAST_ENTRIES = 2;

/** One line that repeats an earlier one: `line = factor * of`, up to rounding to the storage type. */
export interface Repeat {
  readonly line: number;
  readonly of: number;
  readonly factor: number;
}

export interface DuplicateLines {
  /** Lines that repeat another one. */
  readonly count: number;
  readonly equal: number;
  readonly opposite: number;
  /** Equal up to another factor than 1 and -1. */
  readonly proportional: number;
  /** The first few, by line. */
  readonly first: readonly Repeat[];
}

/**
 * Rows (or columns) that are another one up to scale and rounding. Candidates are neighbours by their
 * random projections, sorted; each is compared entry by entry. Lines for which `isLeftOut` are no
 * candidates. At most COMPARISONS passes over the matrix.
 */
export function duplicateLines(
  matrix: Matrix | EntryReader,
  side: Side,
  sketch: EntrySketch,
  dtype: FloatType,
  isLeftOut: (line: number) => boolean,
): DuplicateLines {
  const lines = sketch[side];
  const order = projectedOrder(lines, isLeftOut);
  const { directionOf, tolerance } = projected(lines, sketch.scale, dtype);
  const [first, second] = [new Float64Array(lines.length), new Float64Array(lines.length)];
  const claimed = new Uint8Array(lines.count);
  const repeats: Repeat[] = [];
  function* candidates(a: number): Generator<number> {
    const leader = order[a]!;
    const here = Math.abs(directionOf(0, leader));
    for (let b = a + 1; b < Math.min(order.length, a + NEIGHBOURS); b++) {
      const other = order[b]!;
      const within = tolerance(leader) + tolerance(other);
      if (Math.abs(directionOf(0, other)) - here > within) break;
      if (!claimed[other] && isNear(directionOf, leader, other, within)) yield other;
    }
  }
  function* upcoming(): Generator<number> {
    for (let a = 0; a < order.length; a++) {
      if (claimed[order[a]!]) continue;
      let isAlone = true;
      for (const other of candidates(a)) {
        if (isAlone) yield order[a]!;
        isAlone = false;
        yield other;
      }
    }
  }
  const read = entriesOf(matrix).lines(side, upcoming());
  let comparisons = COMPARISONS * lines.count;
  for (let a = 0; a < order.length && comparisons > 0; a++) {
    const leader = order[a]!;
    if (claimed[leader]) continue;
    let isLoaded = false;
    const group = [{ line: leader, factor: 1 }];
    for (const other of candidates(a)) {
      if (comparisons === 0) break;
      if (!isLoaded) read(leader, first);
      isLoaded = true;
      read(other, second);
      comparisons--;
      const factor = factorBetween(first, second, dtype);
      if (factor === undefined) continue;
      claimed[other] = 1;
      group.push({ line: other, factor });
    }
    repeats.push(...repeatsOf(group));
  }
  const equal = repeats.filter(({ factor }) => factor === 1).length;
  const opposite = repeats.filter(({ factor }) => factor === -1).length;
  return {
    count: repeats.length,
    equal,
    opposite,
    proportional: repeats.length - equal - opposite,
    first: repeats.sort((a, b) => a.line - b.line).slice(0, LISTED),
  };
}

/** Every line of a group as a multiple of the first one. */
function repeatsOf(group: readonly { line: number; factor: number }[]): readonly Repeat[] {
  const [first, ...others] = [...group].sort((a, b) => a.line - b.line);
  return others.map(({ line, factor }) => ({
    line,
    of: first!.line,
    factor: factor / first!.factor,
  }));
}

/** The lines by the size of their first projection over their norm. */
function projectedOrder(
  { count, norms, projections }: LineSketch,
  isLeftOut: (line: number) => boolean,
): readonly number[] {
  const size = (k: number): number => Math.abs(projections[0]![k]! / norms[k]!);
  return Array.from({ length: count }, (_, k) => k)
    .filter((k) => norms[k]! > 0 && !isLeftOut(k))
    .sort((a, b) => size(a) - size(b));
}

/**
 * Projections of a line of norm 1, and how far rounding moves them: by the relative step of the type, or
 * where the line is tiny by its smallest subnormal number.
 */
function projected(
  { norms, projections, length }: LineSketch,
  scale: number,
  dtype: FloatType,
): { directionOf: (k: number, line: number) => number; tolerance: (line: number) => number } {
  const relative = 2 * Math.sqrt(roundingVariance(Float64Array.of(1), dtype));
  const smallest = Math.sqrt(roundingVariance(Float64Array.of(0), dtype) * length) / scale;
  // A sum of `length` terms in float64 has an error of its own.
  const least = 64 * length * Number.EPSILON;
  return {
    directionOf: (k, line) => projections[k]![line]! / norms[line]!,
    tolerance: (line) => least + PROJECTION_SPREAD * (relative + smallest / norms[line]!),
  };
}

function isNear(
  directionOf: (k: number, line: number) => number,
  a: number,
  b: number,
  within: number,
): boolean {
  return [1, -1].some((sign) =>
    [0, 1, 2, 3].every((k) => Math.abs(directionOf(k, a) - sign * directionOf(k, b)) <= within),
  );
}

/** The factor that makes b of a; undefined where none does, up to rounding. Exactly 1 or -1 where that does. */
function factorBetween(a: Float64Array, b: Float64Array, dtype: FloatType): number | undefined {
  let [aa, ab, entries] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    aa += a[k]! * a[k]!;
    ab += a[k]! * b[k]!;
    if (a[k] !== 0) entries++;
  }
  if (aa === 0 || ab === 0) return undefined;
  const allowed = (factor: number): number =>
    ROUNDING ** 2 *
    a.length *
    (factor ** 2 * roundingVariance(a, dtype) + roundingVariance(b, dtype));
  for (const factor of [Math.sign(ab), ab / aa]) {
    if (Math.abs(factor) !== 1 && entries < LEAST_ENTRIES) continue;
    let residual = 0;
    for (let k = 0; k < a.length; k++) residual += (b[k]! - factor * a[k]!) ** 2;
    if (residual <= allowed(factor)) return factor;
  }
  return undefined;
}
