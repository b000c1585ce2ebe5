/** One thing that can be done to a weight. */
export interface Option {
  /** What it leaves: parameters or bytes, a whole number. */
  readonly cost: number;
  /** Squared error it adds to the objective, at least 0. */
  readonly error: number;
}

/**
 * The lower convex hull of (cost, error) of options that are ordered by rising cost: those that a price
 * per unit of cost can single out, by rising cost and falling error. Indices into `options`; never empty
 * for a list that is not.
 */
export function lowerHull(options: readonly Option[]): readonly number[] {
  const hull: number[] = [];
  for (const [k, option] of options.entries()) {
    const top = hull.at(-1);
    if (top !== undefined) {
      if (option.error >= options[top]!.error) continue;
      // Of two options of one cost the better one stands for both.
      if (option.cost === options[top]!.cost) hull.pop();
    }
    while (hull.length >= 2 && !turnsUp(options[hull.at(-2)!]!, options[hull.at(-1)!]!, option))
      hull.pop();
    hull.push(k);
  }
  return hull;
}

/** Whether b lies strictly below the line from a to c. */
function turnsUp(a: Option, b: Option, c: Option): boolean {
  return (b.error - a.error) * (c.cost - a.cost) < (c.error - a.error) * (b.cost - a.cost);
}
