import type { LikelihoodFigures } from './figures.ts';
import { halfNormal, type HalfNormal } from './halfNormal.ts';
import { truncatedPowerLawLikelihood } from './truncatedPowerLaw.ts';

/** Two laws of two parameters fitted to fewer values cannot be told from each other. */
const LEAST_TAIL = 10;

/** No comparison, and why. */
export function noLikelihoods(reason: string): LikelihoodFigures {
  return { reason, logNormal: null, exponential: null, truncated: null };
}

/**
 * Logarithm of the likelihood ratio, in nats over the whole tail, of the power law against three other
 * laws of the values from xmin up, each at its own maximum likelihood (Vuong 1989; Clauset, Shalizi and
 * Newman 2009, section 5). Positive: the power law fits better.
 *
 * The log-normal and the truncated power law have the power law as a limit, so that against them no
 * ratio is above 0; what one more parameter gains from nothing is about half a unit. There is no p-value:
 * it would take eigenvalues for independent.
 *
 * @param tail positive values, ascending, from xmin to the largest
 */
export function likelihoodRatios(tail: Float64Array): LikelihoodFigures {
  const n = tail.length;
  if (n < LEAST_TAIL)
    return noLikelihoods(
      `the tail has ${n} eigenvalues, and laws of two parameters are not told apart by fewer than ${LEAST_TAIL}`,
    );
  const xmin = tail[0]!;
  const logs = tail.map((value) => Math.log(value / xmin));
  const means = { log: meanOf(logs), excess: meanOf(tail.map((value) => value / xmin - 1)) };
  if (!(means.log > 0 && means.excess > 0 && means.excess < Infinity))
    return noLikelihoods(`the ${n} eigenvalues of the tail are equal`);
  // Each is a mean log-likelihood per value, of the density of ln(x / xmin).
  const powerLaw = -Math.log(means.log) - 1;
  const exponential = means.log - Math.log(means.excess) - 1;
  return {
    reason: '',
    // Rounding leaves those of the limit a little above 0.
    logNormal: Math.min(0, n * (powerLaw - logNormal(means.log, meanOf(logs.map((u) => u * u))))),
    exponential: n * (powerLaw - exponential),
    truncated: Math.min(0, n * (powerLaw - truncatedPowerLawLikelihood(means))),
  };
}

/** Beyond it the cut-off normal law is an exponential one to the last digit. */
const MOST_CUT = 1e6;

/**
 * Of a log-normal cut off at xmin: in u = ln(x / xmin) a normal law cut off at 0. Its spread follows from
 * the mean once the place of the cut is known, and that is where the law has the tail's mean square over
 * squared mean, which grows with it from 1 to 2. At 2 and above, the limit is the power law.
 */
function logNormal(mean: number, square: number): number {
  const target = square / (mean * mean);
  const shape = ({ mean: m, square: s }: HalfNormal): number => s / (m * m);
  if (target >= shape(halfNormal(MOST_CUT))) return -Math.log(mean) - 1;
  let low = -1;
  while (shape(halfNormal(low)) > target) low *= 2;
  let high = 1;
  while (shape(halfNormal(high)) < target) high *= 2;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (shape(halfNormal(middle)) < target) low = middle;
    else high = middle;
  }
  const cut = (low + high) / 2;
  const law = halfNormal(cut);
  const spread = mean / law.mean;
  return -(square / (spread * spread)) / 2 - (cut * mean) / spread - Math.log(spread) - law.logMass;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
