import type { Figure, TrapTestFigures } from './figures.ts';
import { finite } from './finite.ts';

/** Of a layer without shuffles. */
export const NO_TRAP_TEST: TrapTestFigures = {
  shuffles: null,
  maxRandEval: null,
  softRank: null,
  maxDistance: null,
  randDistance: null,
  traps: null,
};

/**
 * The randomised test of WeightWatcher 0.7.5.5 (weightwatcher.py, `randomize=True`), on seeded shuffles
 * of the entries: how far the spectrum differs from theirs, and what stands out of theirs.
 *
 * An eigenvalue out of the random bulk of a shuffle is a correlation trap: the order of the entries is
 * gone, so it comes from single large weights or from their mean. `traps` is the lower median over the
 * shuffles, `randDistance` the mean over them.
 *
 * @param eigenvalues of the layer, ascending
 * @param shuffles eigenvalues of each shuffle, ascending, as many as the layer has
 * @param trapsOf how many eigenvalues of a shuffle are out of its own bulk; null where it has none
 */
export function trapTest(
  eigenvalues: Float64Array,
  shuffles: readonly Float64Array[],
  trapsOf: (shuffle: Float64Array) => Figure,
): TrapTestFigures {
  if (shuffles.length === 0) return NO_TRAP_TEST;
  const largest = eigenvalues.at(-1) ?? 0;
  const maxRandEval = Math.max(...shuffles.map((shuffle) => shuffle.at(-1) ?? 0));
  const distances = shuffles.map((shuffle) => jensenShannonDistance(eigenvalues, shuffle));
  return {
    shuffles: shuffles.length,
    maxRandEval: finite(maxRandEval),
    softRank: finite(maxRandEval / largest),
    maxDistance: finite(largest - maxRandEval),
    randDistance: finite(distances.reduce((sum, each) => sum + each, 0) / distances.length),
    traps: lowerMedian(shuffles.map(trapsOf)),
  };
}

/**
 * Jensen-Shannon distance in nats, 0 to sqrt(ln 2), between two equally long lists of non-negative values
 * normalised to sum 1 (Endres and Schindelin 2003). NaN where one of them is all zero. As the reference
 * has it, the lists are sorted eigenvalues, not densities.
 */
export function jensenShannonDistance(one: Float64Array, other: Float64Array): number {
  const oneSum = one.reduce((sum, value) => sum + value, 0);
  const otherSum = other.reduce((sum, value) => sum + value, 0);
  let divergence = 0;
  one.forEach((value, k) => {
    const p = value / oneSum;
    const q = other[k]! / otherSum;
    const middle = (p + q) / 2;
    divergence += relativeEntropy(p, middle) + relativeEntropy(q, middle);
  });
  // Rounding leaves the divergence of equal lists a little below 0.
  return Math.sqrt(Math.max(0, divergence / 2));
}

function relativeEntropy(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}

function lowerMedian(counts: readonly Figure[]): Figure {
  const known = counts.filter((count) => count !== null).sort((a, b) => a - b);
  return known[(known.length - 1) >>> 1] ?? null;
}
