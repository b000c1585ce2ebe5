/** Up to here the tail of the normal law is had from its centre without losing more than two digits. */
const FAR = 2;
/** From there on so many terms of the continued fraction settle to the last digit. */
const TERMS = 120;

/** Of the density proportional to `exp(-t^2 / 2 - h t)` on t >= 0: a normal law cut off at h. */
export interface HalfNormal {
  /** Logarithm of the integral of the density. */
  readonly logMass: number;
  readonly mean: number;
  /** Mean of the squares. */
  readonly square: number;
}

/**
 * Moments of a normal law cut off at `h` standard deviations from its mean, measured from the cut, for
 * any h. With I_k the integral of `t^k exp(-t^2 / 2 - h t)`, I_{k+2} = (k + 1) I_k - h I_{k+1}: forward
 * where h is small, and where it is large, so that the terms would cancel, as Laplace's continued
 * fraction of I_{k+1} / I_k (Abramowitz and Stegun 1964, 26.2.14).
 */
export function halfNormal(h: number): HalfNormal {
  if (h > FAR) {
    let ratio = 0;
    for (let k = TERMS; k >= 2; k--) ratio = k / (h + ratio);
    const mean = 1 / (h + ratio);
    return { logMass: -Math.log(h + mean), mean, square: mean * ratio };
  }
  const edge = Math.exp((-h * h) / 2);
  const mass = Math.sqrt(2 * Math.PI) * normalAbove(h);
  const first = edge - h * mass;
  return {
    logMass: Math.log(mass) + (h * h) / 2,
    mean: first / mass,
    square: 1 - (h * first) / mass,
  };
}

/** Probability that a standard normal value is above h, for h up to 2: a series of like signs. */
function normalAbove(h: number): number {
  const at = Math.min(Math.abs(h), 9);
  let term = (at * Math.exp((-at * at) / 2)) / Math.sqrt(2 * Math.PI);
  let sum = 0;
  for (let k = 3; term > sum * Number.EPSILON; k += 2) {
    sum += term;
    term *= (at * at) / k;
  }
  return h < 0 ? 0.5 + sum : 0.5 - sum;
}
