/**
 * Standard deviation, from one Gaussian matrix to the next, of figures of its spectrum, on the scales of
 * shuffleNull.ts. PLACEHOLDER
 */
export function gaussianSpread(
  figure: 'hill' | 'powerLaw' | 'distance' | 'effectiveRank' | 'largestEigenvalue',
  rows: number,
  cols: number,
): number {
  const m = Math.min(rows, cols);
  void figure;
  return 2 / m;
}
