/**
 * Singular values moved and scaled so that the smallest is 0 and the largest 1 (WeLore, Jaiswal et al.
 * 2024, 3.1), in the order given. Empty where all are equal: the spectrum has no shape.
 */
export function normalizedSpectrum(singularValues: Float64Array): Float64Array {
  const largest = singularValues.reduce((most, value) => Math.max(most, value), -Infinity);
  const smallest = singularValues.reduce((least, value) => Math.min(least, value), Infinity);
  const range = largest - smallest;
  if (!(range > 0 && range < Infinity)) return new Float64Array(0);
  return singularValues.map((value) => (value - smallest) / range);
}

/**
 * How many ranks WeLore removes at a threshold: the normalised values strictly below it. The largest
 * always stays; of equal values none is removed.
 */
export function removedRanks(normalized: Float64Array, threshold: number): number {
  return normalized.reduce((count, value) => count + (value < threshold ? 1 : 0), 0);
}
