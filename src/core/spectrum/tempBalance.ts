import { above } from './eigenvalues.ts';
import { fitHill } from './hill.ts';
import { ALPHA_PRUNING_PEAK, fitPeak } from './peakPowerLaw.ts';
import { fitPowerLaw, type PowerLawTail } from './powerLaw.ts';

/** How AlphaPruning (2024) and TempBalance (2023) find where the tail begins; the second name is theirs. */
export type TailRule =
  /** From the middle of the values, or from one over `position` of their number: `xmin_mid`, `median`. */
  | { readonly kind: 'median'; readonly position?: number }
  /** Near the peak of the density: `xmin_peak`, `fix-finger`. */
  | { readonly kind: 'peak' }
  /** Where the Kolmogorov-Smirnov distance is least: `goodness-of-fit`. */
  | { readonly kind: 'goodness-of-fit' };

/** EVALS_THRESH there: with `filter_zeros`, eigenvalues at or below it are left out. */
const ZERO = 1e-5;

/**
 * The exponent as AlphaPruning and TempBalance estimate it (esd_utils.py, tempbalance.py). With
 * `filterZeros`, eigenvalues of at most 1e-5 are left out, unless that would leave none.
 *
 * @param ascending eigenvalues; of a convolution those of its scaled slices, pooled
 * @returns null where the reference ends in an error
 */
export function tailExponent(
  ascending: Float64Array,
  rule: TailRule,
  filterZeros = false,
): PowerLawTail | null {
  const positive = above(ascending, ZERO);
  const values = filterZeros && positive.length > 0 ? positive : ascending;
  switch (rule.kind) {
    case 'median':
      return fitHill(values, rule.position);
    case 'peak':
      return fitPeak(values, ALPHA_PRUNING_PEAK);
    case 'goodness-of-fit':
      return fitPowerLaw(values);
  }
}

/** How exponents become learning rates in TempBalance. */
export type RateMap = 'linear' | 'sqrt' | 'log2' | 'step';

/** Layers of fewer eigenvalues keep their learning rate (`eigs_num_thresh` of TempBalance). */
export const LEAST_BALANCED_EIGENVALUES = 50;

const LOWEST = 0.5;
const RANGE = 1;

/**
 * What TempBalance (Zhou et al. 2023, `get_layer_temps`) multiplies the learning rate of each layer by: a
 * heavier tail is trained more slowly.
 *
 * - `linear`: from 0.5 at the least exponent to 1.5 at the greatest.
 * - `sqrt`, `log2`: in proportion to the root or the binary logarithm, with mean 1.
 * - `step`: 0.5 + rank / n, rank from 0 to n - 1 by exponent.
 *
 * Where all exponents are equal, every factor of `linear` is 1 (the reference divides by zero).
 */
export function learningRateFactors(exponents: readonly number[], map: RateMap): readonly number[] {
  const least = Math.min(...exponents);
  const range = Math.max(...exponents) - least;
  switch (map) {
    case 'linear':
      return exponents.map((alpha) =>
        range === 0 ? LOWEST + RANGE / 2 : LOWEST + (RANGE * (alpha - least)) / range,
      );
    case 'sqrt':
      return meanOne(exponents.map(Math.sqrt));
    case 'log2':
      return meanOne(exponents.map(Math.log2));
    case 'step': {
      const order = exponents.map((_, k) => k).sort((a, b) => exponents[a]! - exponents[b]!);
      const factors = new Array<number>(exponents.length);
      order.forEach((layer, rank) => (factors[layer] = LOWEST + (RANGE * rank) / order.length));
      return factors;
    }
  }
}

function meanOne(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
