import type { SolvedSpectrum } from './figures.ts';

/**
 * The singular value at or below which nothing can be told from rounding.
 *
 * `2 rho (sqrt(m) + sqrt(n))`, where `rho^2` is the mean variance of the rounding of the stored entries
 * and m x n one matrix (one slice): the norm of a random m x n matrix of rounding errors is
 * `rho (sqrt(m) + sqrt(n))` (Davidson and Szarek 2001); measured errors reach 0.54 to 1.04 of it, hence
 * the 2. Never less than the resolution of the solver itself, `max(m, n)` units of float64 rounding of
 * the largest singular value, which matters only for weights stored in float64, or the bound of its error
 * where that is larger.
 */
export function noiseFloor(
  spectrum: Pick<SolvedSpectrum, 'rows' | 'cols' | 'roundingVariance' | 'solverError'>,
  largest: number,
): number {
  const { rows, cols, roundingVariance, solverError = 0 } = spectrum;
  const rounding = 2 * Math.sqrt(roundingVariance) * (Math.sqrt(rows) + Math.sqrt(cols));
  const resolution = Math.max(solverError, Math.max(rows, cols) * Number.EPSILON);
  return Math.max(rounding, resolution * largest);
}
