import { GAUSS_NODES, GAUSS_WEIGHTS } from './gaussLegendre.ts';

/** Where the density has fallen to e^-40 of its peak, what is left does not reach the last digit. */
const NEGLIGIBLE = 40;
const PANELS = 24;
const MOST_STEPS = 200;
const SETTLED = 1e-12;

/** Sums of a tail: means over its values v = x / xmin. */
export interface TailMeans {
  /** Of u = ln v. */
  readonly log: number;
  /** Of v - 1. */
  readonly excess: number;
}

/**
 * The greatest mean log-likelihood, per value and as a density of u = ln(x / xmin), of a power law with an
 * exponential cutoff, `x^-alpha exp(-cutoff x)` for x >= xmin (Clauset, Shalizi and Newman 2009, table 2.1).
 * The exponent is not bounded: below 1 it is a gamma law's.
 *
 * The likelihood is concave in exponent and cutoff, so that Newton's steps, halved until they gain, find
 * its only maximum. Where that lies at no cutoff, it is the power law's.
 */
export function truncatedPowerLawLikelihood({ log, excess }: TailMeans): number {
  const rate = 1 / log;
  const powerLaw = Math.log(rate) - 1;
  // With no cutoff the mean of v - 1 would be 1 / (rate - 1): where the tail's is no less, a cutoff loses.
  if (rate > 1 && 1 / (rate - 1) <= excess) return powerLaw;
  // From the exponential law, whose exponent is 0.
  let at = likelihood({ rate: -1, cutoff: 1 / excess }, log, excess);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = uphill(at, log, excess);
    const gain = next.value - at.value;
    at = next;
    if (!(gain > SETTLED * Math.abs(at.value))) break;
  }
  return Math.max(at.value, powerLaw);
}

/** Exponent less 1, and the cutoff in units of 1 / xmin. */
interface Parameters {
  readonly rate: number;
  readonly cutoff: number;
}

interface Point extends Parameters {
  readonly value: number;
  /** How the log-likelihood grows with each parameter. */
  readonly gradient: readonly [number, number];
  /** Variances of u and of v - 1, and their covariance: the curvature, with its sign changed. */
  readonly curvature: readonly [number, number, number];
}

function uphill(from: Point, log: number, excess: number): Point {
  const [a, b] = from.gradient;
  const [uu, uw, ww] = from.curvature;
  const determinant = uu * ww - uw * uw;
  const rateStep = (ww * a - uw * b) / determinant;
  const cutoffStep = (uu * b - uw * a) / determinant;
  // The cutoff stays positive: at most nine tenths of it are taken away at once.
  const most = cutoffStep < 0 ? Math.min(1, (-0.9 * from.cutoff) / cutoffStep) : 1;
  for (let share = most; share > 1e-6; share /= 2) {
    const to = {
      rate: from.rate + share * rateStep,
      cutoff: from.cutoff + share * cutoffStep,
    };
    const next = likelihood(to, log, excess);
    if (next.value > from.value) return next;
  }
  return from;
}

/** The integrals of the density `exp(-rate u - cutoff (e^u - 1))` on u >= 0, over the range that matters. */
function likelihood({ rate, cutoff }: Parameters, log: number, excess: number): Point {
  const height = (u: number): number => -rate * u - cutoff * Math.expm1(u);
  const peak = Math.max(0, Math.log(-rate / cutoff) || 0);
  const top = height(peak);
  const low = peak === 0 ? 0 : edge((u) => top - height(u), peak, 0);
  let reach = 1;
  while (top - height(peak + reach) < NEGLIGIBLE) reach *= 2;
  const high = edge((u) => top - height(u), peak, peak + reach);
  let [mass, u1, w1, u2, uw, w2] = [0, 0, 0, 0, 0, 0];
  const width = (high - low) / PANELS;
  for (let panel = 0; panel < PANELS; panel++) {
    const middle = low + (panel + 0.5) * width;
    GAUSS_NODES.forEach((node, k) => {
      const u = middle + (node * width) / 2;
      const w = Math.expm1(u);
      const share = GAUSS_WEIGHTS[k]! * Math.exp(height(u) - top);
      mass += share;
      u1 += share * u;
      w1 += share * w;
      u2 += share * u * u;
      uw += share * u * w;
      w2 += share * w * w;
    });
  }
  const [meanU, meanW] = [u1 / mass, w1 / mass];
  return {
    rate,
    cutoff,
    value: -rate * log - cutoff * excess - top - Math.log((mass * width) / 2),
    gradient: [meanU - log, meanW - excess],
    curvature: [u2 / mass - meanU ** 2, uw / mass - meanU * meanW, w2 / mass - meanW ** 2],
  };
}

/** Between the peak and a point beyond: where the fall reaches what is negligible, or that point. */
function edge(fall: (u: number) => number, peak: number, beyond: number): number {
  if (fall(beyond) <= NEGLIGIBLE) return beyond;
  let [inside, outside] = [peak, beyond];
  for (let k = 0; k < 30; k++) {
    const middle = (inside + outside) / 2;
    if (fall(middle) > NEGLIGIBLE) outside = middle;
    else inside = middle;
  }
  return outside;
}
