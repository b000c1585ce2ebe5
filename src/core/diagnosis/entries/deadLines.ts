import type { LineSketch } from './entrySketch.ts';

/** Of the median norm: a row that is smaller has no part in what the layer computes. */
const OF_MEDIAN = 1e-3;
/** Of the root mean square norm: where most rows are dead, so is the median. */
const OF_RMS = 1e-4;
/** Rounding errors of that many standard deviations. */
const ROUNDING = 2;
/** Indices that are listed. */
export const LISTED = 8;

/** Rows, or columns, that are zero or negligible against the others. */
export interface DeadLines {
  readonly count: number;
  /** Of them: every entry exactly zero. */
  readonly zero: number;
  /** The first few, ascending. */
  readonly first: readonly number[];
  /** The largest norm among them over the median norm of the others; 0 where there are none or no others. */
  readonly largest: number;
}

/**
 * The lines whose norm is at most a thousandth of the median one, a ten-thousandth of their root mean
 * square, or what rounding alone would leave (`roundingVariance` of an entry, in the sketch's unit).
 */
export function deadLines(
  lines: LineSketch,
  roundingVariance: number,
): { readonly figures: DeadLines; readonly isDead: (line: number) => boolean } {
  const { norms, count, length } = lines;
  const limit = Math.max(
    OF_MEDIAN * median(norms),
    OF_RMS * Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0) / count),
    ROUNDING * Math.sqrt(roundingVariance * length),
  );
  const isDead = (line: number): boolean => norms[line]! <= limit;
  const dead: number[] = [];
  for (let k = 0; k < count; k++) if (isDead(k)) dead.push(k);
  const others = norms.filter((norm) => norm > limit);
  const largest = dead.reduce((most, k) => Math.max(most, norms[k]!), 0);
  const figures = {
    count: dead.length,
    zero: dead.filter((k) => norms[k] === 0).length,
    first: dead.slice(0, LISTED),
    largest: others.length > 0 ? largest / median(others) : 0,
  };
  return { figures, isDead };
}

/** The lower median; 0 of nothing. */
function median(values: Float64Array): number {
  return values.slice().sort()[Math.floor((values.length - 1) / 2)] ?? 0;
}
