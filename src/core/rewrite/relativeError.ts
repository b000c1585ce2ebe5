/** The Frobenius norm of the difference over that of the original; null where that is zero. */
export function relativeError(original: Float64Array, changed: Float64Array): number | null {
  let largest = 0;
  for (const value of original) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return null;
  let [difference, norm] = [0, 0];
  for (let k = 0; k < original.length; k++) {
    // Relative to the largest, so that no square leaves the range of float64.
    difference += ((original[k]! - changed[k]!) / largest) ** 2;
    norm += (original[k]! / largest) ** 2;
  }
  return Math.sqrt(difference / norm);
}
