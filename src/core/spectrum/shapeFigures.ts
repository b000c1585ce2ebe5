import { sumOf } from './norms.ts';
import { finite } from './finite.ts';
import type { Fan, LayerMetrics } from './figures.ts';
import { normalizedSpectrum, removedRanks } from './normalizedSpectrum.ts';

/**
 * Below it a normalised singular value counts as reducible. WeLore removes 40 % of the ranks of LLaMA-2
 * 7B at 0.105 and 13B at 0.145.
 */
export const REDUCIBLE_BELOW = 0.1;

export type ShapeFigures = Pick<
  LayerMetrics,
  'orthogonalityDeviation' | 'mupRatio' | 'reducibility' | 'normalizedMean'
>;

/**
 * How the spectrum lies, whatever its scale, and how its largest value lies for its shape; the same in
 * both modes.
 *
 * - `orthogonalityDeviation`: with G the Gram matrix of the M shorter sides and c its mean eigenvalue,
 *   `|| G / c - I ||_F / sqrt(M)`: the standard deviation of the eigenvalues over their mean. 0 for a
 *   multiple of an orthogonal matrix, sqrt(M / N) for a Gaussian one, sqrt(M - 1) for rank 1.
 * - `mupRatio`: largest singular value over `sqrt(fan out / fan in)`, which is of order 1 where features are
 *   learned at every width (Yang, Simon and Bernstein 2023, condition 1).
 * - `reducibility`, `normalizedMean`: share of WeLore's normalised spectrum below 0.1, and its mean.
 *
 * @param singularValues ascending
 * @param eigenvalues their squares, ascending
 * @param fan inputs and outputs of the matrix; absent where it is not known which are which
 */
export function shapeFigures(
  singularValues: Float64Array,
  eigenvalues: Float64Array,
  fan: Fan | undefined,
): ShapeFigures {
  const count = eigenvalues.length;
  const mean = sumOf(eigenvalues) / count;
  const variance = eigenvalues.reduce((sum, value) => sum + (value / mean - 1) ** 2, 0) / count;
  const normalized = normalizedSpectrum(singularValues);
  return {
    orthogonalityDeviation: finite(Math.sqrt(variance)),
    mupRatio: fan ? finite((singularValues.at(-1) ?? NaN) / Math.sqrt(fan.out / fan.in)) : null,
    reducibility: finite(removedRanks(normalized, REDUCIBLE_BELOW) / count),
    normalizedMean: finite(sumOf(normalized) / normalized.length),
  };
}
