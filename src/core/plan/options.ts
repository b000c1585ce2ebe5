/**
 * What can be done to one weight, in columns (a large model has a million ranks): by rising cost, at least one
 * option.
 */
export interface Options {
  /** What each leaves: parameters, bytes or ranks, whole numbers. */
  readonly costs: ArrayLike<number>;
  /** Squared errors that they add to the objective, at least 0. */
  readonly errors: ArrayLike<number>;
}

/**
 * The lower convex hull of (cost, error): those options that a price per unit of cost can single out, by rising
 * cost and falling error. Indices into `options`; never empty.
 */
export function lowerHull({ costs, errors }: Options): Int32Array {
  const hull = new Int32Array(costs.length);
  let size = 0;
  for (let k = 0; k < costs.length; k++) {
    const cost = costs[k]!;
    const error = errors[k]!;
    if (size > 0) {
      const top = hull[size - 1]!;
      if (error >= errors[top]!) continue;
      // Of two options of one cost the better one stands for both.
      if (cost === costs[top]) size--;
    }
    while (size >= 2) {
      const a = hull[size - 2]!;
      const b = hull[size - 1]!;
      const rise = errors[b]! - errors[a]!;
      const run = costs[b]! - costs[a]!;
      // Whether b lies strictly below the line from a to here.
      if (rise * (cost - costs[a]!) < (error - errors[a]!) * run) break;
      size--;
    }
    hull[size++] = k;
  }
  return hull.slice(0, size);
}
