/** Edges of the Marchenko-Pastur law of variance 1 for `ratio` = smaller side / larger side, in (0, 1]. */
export function marchenkoPasturEdges(ratio: number): {
  readonly low: number;
  readonly high: number;
} {
  const root = Math.sqrt(ratio);
  return { low: (1 - root) ** 2, high: (1 + root) ** 2 };
}

/**
 * Median of the Marchenko-Pastur law of variance 1 (Marchenko and Pastur 1967), by bisection of its
 * distribution function. `ratio` is the smaller side over the larger, in (0, 1].
 */
export function marchenkoPasturMedian(ratio: number): number {
  const { low: a, high: b } = marchenkoPasturEdges(ratio);
  let low = 0;
  let high = Math.PI;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (massBelow(middle, ratio) < 0.5) low = middle;
    else high = middle;
  }
  return a + ((b - a) / 2) * (1 - Math.cos(low));
}

/**
 * Mass of the law below `x = a + (b - a)/2 (1 - cos angle)`: the integral of
 * `sqrt((b - x)(x - a)) / (2 pi ratio x)`, which this substitution makes elementary.
 */
function massBelow(angle: number, ratio: number): number {
  const { low: a, high: b } = marchenkoPasturEdges(ratio);
  const c = (b - a) / 2;
  const bend =
    a === 0
      ? 0
      : (2 * a + (a * a) / c) *
        (2 / Math.sqrt(a * b)) *
        Math.atan(Math.sqrt(b / a) * Math.tan(angle / 2));
  return (c / (2 * Math.PI * ratio)) * (angle + Math.sin(angle) + (a * angle) / c - bend);
}
