import { countAbove } from './eigenvalues.ts';
import type { Figure, LayerMetrics } from './figures.ts';
import { finite } from './finite.ts';
import { power } from './power.ts';

/** WeightWatcher's WEAK_RANK_LOSS_THRESHOLD: absolute, whatever the scale of the layer. */
const WEAK_EIGENVALUE = 1e-6;

export type Norms = Pick<
  LayerMetrics,
  | 'numEvals'
  | 'norm'
  | 'logNorm'
  | 'spectralNorm'
  | 'logSpectralNorm'
  | 'stableRank'
  | 'weakRankLoss'
>;

/** Norms of the ascending eigenvalues, the same in both modes; logarithms of zero are null. */
export function normsOf(eigenvalues: Float64Array): Norms {
  const norm = sumOf(eigenvalues);
  const largest = eigenvalues.at(-1) ?? 0;
  let weak = eigenvalues.length - countAbove(eigenvalues, WEAK_EIGENVALUE);
  while (weak > 0 && eigenvalues[weak - 1] === WEAK_EIGENVALUE) weak--;
  return {
    numEvals: eigenvalues.length,
    norm: finite(norm),
    logNorm: finite(Math.log10(norm)),
    spectralNorm: finite(largest),
    logSpectralNorm: finite(Math.log10(largest)),
    stableRank: finite(norm / largest),
    weakRankLoss: weak,
  };
}

/** `alpha log10(largest)`: null where either is not to be had. */
export function alphaWeighted(alpha: Figure, eigenvalues: Float64Array): Figure {
  return alpha === null ? null : finite(alpha * Math.log10(eigenvalues.at(-1) ?? 0));
}

/**
 * log10 of the sum of the eigenvalues raised to alpha, by log-sum-exp: the largest is taken out first,
 * so that no power overflows.
 */
export function logAlphaNorm(alpha: Figure, eigenvalues: Float64Array): Figure {
  if (alpha === null) return null;
  const largest = eigenvalues.at(-1) ?? 0;
  let sum = 0;
  for (const value of eigenvalues) sum += power(value / largest, alpha);
  return finite(Math.log10(sum) + alpha * Math.log10(largest));
}

/** Sum of ascending values, smallest first. */
export function sumOf(ascending: Float64Array): number {
  let sum = 0;
  for (const value of ascending) sum += value;
  return sum;
}
