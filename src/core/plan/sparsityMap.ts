/** A weight as the alpha maps see it. */
export interface MappedWeight {
  /** Heavy-tail exponent; null where its fit failed, which the maps treat as average. */
  readonly alpha: number | null;
  readonly parameters: number;
  /** Weights of one block share the mean of their exponents where the map works by block; '' for none. */
  readonly block: string;
}

/** How exponents become shares of the target. Each gives the lightest tail the largest share. */
export type SparsityMap = 'uniform' | 'linear' | 'softmax';

/** Alpha by weight, with the mean over its block put in place of each where `byBlock`; null stays. */
export function mappedAlphas(
  weights: readonly MappedWeight[],
  byBlock: boolean,
): readonly (number | null)[] {
  if (!byBlock) return weights.map(({ alpha }) => alpha);
  const sums = new Map<string, { total: number; count: number }>();
  for (const { alpha, block } of weights) {
    if (alpha === null || block === '') continue;
    const { total, count } = sums.get(block) ?? { total: 0, count: 0 };
    sums.set(block, { total: total + alpha, count: count + 1 });
  }
  return weights.map(({ alpha, block }) => {
    const found = sums.get(block);
    return found ? found.total / found.count : alpha;
  });
}

/**
 * AlphaPruning's map (Lu et al. 2024), which FARMS uses as well: alpha taken linearly from its range to
 * 1 - epsilon ... 1 + epsilon, then scaled so that the mean weighted by parameters is the target. May
 * exceed 1, as the reference's does; `redistributed` mends that. Equal alphas (0 / 0 there) give the target.
 */
export function linearShares(
  weights: readonly MappedWeight[],
  alphas: readonly (number | null)[],
  target: number,
  epsilon: number,
): readonly number[] {
  const places = unitPlaces(alphas);
  return scaledToTarget(
    places.map((place) => 1 - epsilon + 2 * epsilon * place),
    weights,
    target,
  );
}

/**
 * The softmax map (MoDeGPT, Lin et al. 2024) with the temperature at which its largest and smallest share
 * have the quotient of the linear map's, (1 + epsilon) / (1 - epsilon).
 */
export function softmaxShares(
  weights: readonly MappedWeight[],
  alphas: readonly (number | null)[],
  target: number,
  epsilon: number,
): readonly number[] {
  const steepness = Math.log((1 + epsilon) / (1 - epsilon));
  return scaledToTarget(
    unitPlaces(alphas).map((place) => Math.exp(steepness * (place - 0.5))),
    weights,
    target,
  );
}

/** FARMS's own end of the linear map: what is above 1 is cut, and what is cut off is lost. Compat only. */
export function farmsClipped(shares: readonly number[], target: number): readonly number[] {
  const ceiling = target === 0.7 ? 0.99999 : 0.998;
  return shares.map((share) => (share > 1 ? ceiling : share));
}

/**
 * Shares cut to lowest ... highest, with one factor on all of them chosen so that the mean weighted by
 * parameters is the target all the same (bisection; the mean rises with the factor). Throws RangeError
 * where the target itself is outside lowest ... highest.
 */
export function redistributed(
  shares: readonly number[],
  weights: readonly { readonly parameters: number }[],
  target: number,
  [lowest, highest]: readonly [number, number],
): readonly number[] {
  if (!(target >= lowest && target <= highest))
    throw new RangeError(
      `A mean of ${target} cannot be had from shares between ${lowest} and ${highest}.`,
    );
  const cut = (factor: number): readonly number[] =>
    shares.map((share) => Math.min(highest, Math.max(lowest, factor * share)));
  let [low, high] = [0, 1];
  while (weightedMean(cut(high), weights) < target && high < Number.MAX_VALUE) high *= 2;
  for (let step = 0; step < 200 && low < high; step++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (weightedMean(cut(middle), weights) < target) low = middle;
    else high = middle;
  }
  return cut(high);
}

/** Mean of values weighted by parameters. */
export function weightedMean(
  values: readonly number[],
  weights: readonly { readonly parameters: number }[],
): number {
  let [total, parameters] = [0, 0];
  for (const [w, value] of values.entries()) {
    total += value * weights[w]!.parameters;
    parameters += weights[w]!.parameters;
  }
  return parameters === 0 ? 0 : total / parameters;
}

/** Place of each alpha in the range of all, 0 to 1; the middle for one that is missing, and where all are equal. */
function unitPlaces(alphas: readonly (number | null)[]): readonly number[] {
  const known = alphas.filter((alpha) => alpha !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
  return alphas.map((alpha) =>
    alpha === null || !(most > least) ? 0.5 : (alpha - least) / (most - least),
  );
}

function scaledToTarget(
  shares: readonly number[],
  weights: readonly MappedWeight[],
  target: number,
): readonly number[] {
  const mean = weightedMean(shares, weights);
  return shares.map((share) => (mean === 0 ? target : (share * target) / mean));
}
