/** Entropy in nats of non-negative values normalised to sum 1; zeros contribute nothing. */
export function entropyOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  let entropy = 0;
  for (const value of values) {
    const p = value / sum;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return entropy;
}

/**
 * Effective rank: `exp` of the entropy of the normalised values, 1 to their number. Of singular values
 * it is Roy and Vetterli's (2007); of eigenvalues, the rank of the spectral entropy. NaN where all are zero.
 */
export function entropyRank(values: Float64Array): number {
  return Math.exp(entropyOf(values));
}

/**
 * Entropy of the normalised eigenvalues over that of `rank` equal ones, as WeightWatcher 0.7.5.5 prints
 * it: with 1e-10 added to every probability and to the rank, so that rank 1 divides by almost nothing.
 */
export function compatEntropy(eigenvalues: Float64Array, rank: number): number {
  const tiny = 1e-10;
  let sum = 0;
  for (const value of eigenvalues) sum += value;
  let entropy = 0;
  for (const value of eigenvalues) {
    const p = value / sum + tiny;
    entropy -= p * Math.log(p);
  }
  return entropy / Math.log(rank + tiny);
}
