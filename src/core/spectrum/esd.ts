import type { Esd } from './figures.ts';
import { above } from './eigenvalues.ts';

const MOST_BINS = 128;
/** Enough bins to show the shape, few enough that most hold more than one of a small layer's values. */
const BINS_PER_ROOT = 4;

/** Of nothing. */
export const NO_ESD: Esd = { log10Min: 0, log10Max: 0, counts: [] };

/**
 * Histogram of log10 of the eigenvalues (ascending), equal bins between the smallest and the largest.
 * Eigenvalues that are zero to the solver's resolution have no place on a logarithmic axis and are left
 * out; their number is `numEvals` less the sum of the counts.
 */
export function esdOf(eigenvalues: Float64Array): Esd {
  const largest = eigenvalues.at(-1) ?? 0;
  const shown = above(eigenvalues, largest * Number.EPSILON * Number.EPSILON);
  if (shown.length === 0) return NO_ESD;
  const log10Min = Math.log10(shown[0]!);
  const log10Max = Math.log10(largest);
  if (log10Min === log10Max) return { log10Min, log10Max, counts: [shown.length] };
  const bins = Math.min(MOST_BINS, Math.ceil(BINS_PER_ROOT * Math.sqrt(shown.length)));
  const counts = new Array<number>(bins).fill(0);
  for (const value of shown) {
    const position = ((Math.log10(value) - log10Min) / (log10Max - log10Min)) * bins;
    counts[Math.min(bins - 1, Math.floor(position))]! += 1;
  }
  return { log10Min, log10Max, counts };
}
