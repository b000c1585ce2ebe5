/** A weight whose zeros come in steps: of single values, or of one more in every group. */
export interface SteppedWeight {
  /** What it is given of the target, relative to the others; at least 0. */
  readonly share: number;
  /** Steps from none to all that the weight may take. */
  readonly steps: number;
  /** Steps that would zero all of it: `steps` or more. */
  readonly whole: number;
  /** Values that a step zeroes. */
  readonly size: number;
}

/**
 * How many steps each weight takes, so that together they zero at least `zeros` values, and without the last
 * step fewer: one factor on all shares is raised, each share cut to its weight's largest (so that what is cut
 * off goes to the others), and a weight takes a step where its share has grown by one. With steps of single
 * values the sum is exact. More zeros never give a weight fewer. Throws RangeError where `zeros` is above
 * what all steps give.
 */
export function steppedShares(weights: readonly SteppedWeight[], zeros: number): readonly number[] {
  const most = weights.reduce((total, { steps, size }) => total + steps * size, 0);
  if (zeros > most)
    throw new RangeError(`${zeros} zeros cannot be had: all weights together take ${most}.`);
  const at = (factor: number): number[] =>
    weights.map(({ share, steps, whole }) => Math.min(steps, Math.floor(factor * share * whole)));
  const total = (taken: readonly number[]): number =>
    taken.reduce((sum, count, w) => sum + count * weights[w]!.size, 0);
  let [low, high] = [0, 1];
  while (total(at(high)) < zeros && high < Number.MAX_VALUE / 4) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (total(at(middle)) < zeros) low = middle;
    else high = middle;
  }
  // Between two neighbouring factors there are only ties, taken in the order of the weights.
  const taken = at(low);
  let left = zeros - total(taken);
  const next = at(high);
  for (const [w, { size }] of weights.entries())
    while (left > 0 && taken[w]! < next[w]!) {
      taken[w]!++;
      left -= size;
    }
  return taken;
}
