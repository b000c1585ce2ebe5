/**
 * Probability that a Student t variable with `freedom` degrees of freedom is below `t`. Infinite freedom
 * is the normal distribution. `freedom` is a positive integer or Infinity; error below 1e-10.
 *
 * Finite sums for integer degrees of freedom: Abramowitz and Stegun 26.7.3 and 26.7.4.
 */
export function studentBelow(t: number, freedom: number): number {
  if (Number.isNaN(t)) return NaN;
  if (freedom === Infinity) return normalBelow(t);
  if (Math.abs(t) === Infinity) return t > 0 ? 1 : 0;
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? cos : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
  return (1 + inside) / 2;
}

/** The t below which a Student t variable lies with that probability (0 < probability < 1). */
export function studentQuantile(probability: number, freedom: number): number {
  let low = -1e6;
  let high = 1e6;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (studentBelow(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Continued fraction of Mills' ratio in the tails, power series in the middle (A&S 26.2.11, 26.2.14). */
function normalBelow(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(z) < 3) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = Math.abs(z);
  for (let k = 60; k >= 1; k--) fraction = Math.abs(z) + k / fraction;
  const tail = density / fraction;
  return z > 0 ? 1 - tail : tail;
}
