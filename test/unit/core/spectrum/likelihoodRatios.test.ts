import { describe, expect, it } from 'vitest';
import { halfNormal } from '../../../../src/core/spectrum/halfNormal.ts';
import { likelihoodRatios } from '../../../../src/core/spectrum/likelihoodRatios.ts';
import { seededRandom, type SeededRandom } from '../../../fixtures/seededRandom.ts';

type Draw = (random: SeededRandom) => number;

/** Values of the law that are at least 1. */
const LAWS: Readonly<Record<'powerLaw' | 'logNormal' | 'exponential' | 'truncated', Draw>> = {
  powerLaw: (random) => (1 - random.uniform()) ** (-1 / 1.5),
  logNormal: (random) => above1(() => Math.exp(0.8 + 0.6 * random.normal())),
  exponential: (random) => 1 - 2 * Math.log(1 - random.uniform()),
  // x^-1.5 exp(-x / 5): a power law, kept with the probability that the cutoff leaves.
  truncated: (random) => {
    for (;;) {
      const x = (1 - random.uniform()) ** -2;
      if (random.uniform() < Math.exp((1 - x) / 5)) return x;
    }
  },
};

function above1(draw: () => number): number {
  for (;;) {
    const value = draw();
    if (value >= 1) return value;
  }
}

function tailOf(law: keyof typeof LAWS, count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => LAWS[law](random)).sort();
}

type Law = (u: number, a: number, b: number) => number;

/** Integral of exp(log density) over u = ln(x / xmin) from 0 to 40, by Simpson's rule. */
function integral(logDensity: (u: number) => number): number {
  const steps = 2400;
  const width = 40 / steps;
  let sum = 0;
  for (let k = 0; k <= steps; k++)
    sum += (k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2) * Math.exp(logDensity(k * width));
  return (sum * width) / 3;
}

/** The greatest log-likelihood of a law of two parameters, a in [-6, 6] and b in (0, 3], by a closing grid. */
function greatest(tail: Float64Array, law: Law): number {
  const logs = [...tail].map((value) => Math.log(value / tail[0]!));
  let best = { a: 0, b: 1.5, value: -Infinity };
  for (let reach = 1; reach > 1e-4; reach /= 2) {
    const { a: aMiddle, b: bMiddle } = best;
    for (let i = -4; i <= 4; i++)
      for (let j = -4; j <= 4; j++) {
        const a = aMiddle + (6 * reach * i) / 4;
        const b = Math.max(1e-9, bMiddle + (1.5 * reach * j) / 4);
        const mass = Math.log(integral((u) => law(u, a, b)));
        const value = logs.reduce((sum, u) => sum + law(u, a, b) - mass, 0);
        if (value > best.value) best = { a, b, value };
      }
  }
  return best.value;
}

const powerLawLikelihood = (tail: Float64Array): number => {
  const sum = tail.reduce((total, value) => total + Math.log(value / tail[0]!), 0);
  return tail.length * Math.log(tail.length / sum) - tail.length;
};

describe('a normal law cut off', () => {
  it.each([-30, -8, -2, -0.5, 0, 0.7, 1.9, 2, 2.1, 5, 40])('at %d has its moments', (h) => {
    const width = (Math.max(0, -h) + 12) / 40_000;
    const top = h < 0 ? (h * h) / 2 : 0;
    const sums = [0, 0, 0];
    for (let k = 0; k < 40_000; k++) {
      const t = (k + 0.5) * width;
      const density = Math.exp((-t * t) / 2 - h * t - top) * width;
      sums.forEach((sum, power) => (sums[power] = sum + density * t ** power));
    }
    const { logMass, mean, square } = halfNormal(h);
    expect(logMass).toBeCloseTo(Math.log(sums[0]!) + top, 4);
    expect(mean / (sums[1]! / sums[0]!)).toBeCloseTo(1, 4);
    expect(square / (sums[2]! / sums[0]!)).toBeCloseTo(1, 4);
  });

  it('is continuous where its two ways of reckoning meet', () => {
    const [below, beyond] = [halfNormal(2), halfNormal(2 + 1e-13)];
    expect(beyond.logMass).toBeCloseTo(below.logMass, 11);
    expect(beyond.mean).toBeCloseTo(below.mean, 11);
    expect(beyond.square).toBeCloseTo(below.square, 11);
  });
});

describe('the likelihood ratio', () => {
  const cases = (['powerLaw', 'logNormal', 'exponential', 'truncated'] as const).flatMap((law) =>
    [12, 40].map((count) => [law, count] as const),
  );
  const laws: Readonly<Record<'logNormal' | 'truncated', Law>> = {
    logNormal: (u, a, b) => a * u - b * u * u,
    truncated: (u, a, b) => a * u - b * Math.expm1(u),
  };

  describe.each(['logNormal', 'truncated'] as const)('to the %s', (other) => {
    it.each(cases)('of a %s tail of %i values is that of a grid', (law, count) => {
      const tail = tailOf(law, count, count);
      const ratio = powerLawLikelihood(tail) - greatest(tail, laws[other]);
      expect(likelihoodRatios(tail)[other]).toBeCloseTo(Math.min(0, ratio), 4);
    });
  });

  it('to the exponential is that of the formulas', () => {
    const tail = Float64Array.of(2, 2.5, 3, 3.2, 4, 5, 5.5, 7, 9, 12, 16, 30);
    const mean = tail.reduce((sum, value) => sum + value, 0) / tail.length;
    const alpha = 1 + tail.length / tail.reduce((sum, value) => sum + Math.log(value / 2), 0);
    const ratio = tail.reduce(
      (sum, x) =>
        sum +
        Math.log(((alpha - 1) / 2) * (x / 2) ** -alpha) -
        Math.log(Math.exp(-(x - 2) / (mean - 2)) / (mean - 2)),
      0,
    );
    expect(likelihoodRatios(tail).exponential).toBeCloseTo(ratio, 10);
  });

  it('does not depend on the scale', () => {
    const tail = tailOf('truncated', 80, 3);
    const scaled = likelihoodRatios(tail.map((value) => value * 1e-9));
    const { logNormal, exponential, truncated } = likelihoodRatios(tail);
    expect(scaled.logNormal).toBeCloseTo(logNormal!, 6);
    expect(scaled.exponential).toBeCloseTo(exponential!, 6);
    expect(scaled.truncated).toBeCloseTo(truncated!, 6);
  });

  it.each([
    ['too short', Float64Array.from({ length: 9 }, (_, k) => k + 1), 'fewer than 10'],
    ['equal', new Float64Array(20).fill(3), 'are equal'],
  ])('of a tail that is %s is null, with the reason', (_, tail, reason) => {
    const figures = likelihoodRatios(tail);
    expect(figures).toMatchObject({ logNormal: null, exponential: null, truncated: null });
    expect(figures.reason).toContain(reason);
  });

  it.each([
    ['one value far above equal ones', [...new Array<number>(30).fill(1), 1e30]],
    ['values over sixty decades', Array.from({ length: 40 }, (_, k) => 10 ** (1.5 * k))],
    ['nearly equal values', Array.from({ length: 40 }, (_, k) => 1 + k * 1e-12)],
    ['one value below equal ones', [1, ...new Array<number>(2000).fill(7)]],
  ])('of %s is a number', (_, values) => {
    const { logNormal, exponential, truncated } = likelihoodRatios(Float64Array.from(values));
    expect([logNormal, exponential, truncated].every(Number.isFinite)).toBe(true);
    expect(Math.max(logNormal!, truncated!)).toBeLessThanOrEqual(0);
  });
});

describe('over 200 tails of 200 values', () => {
  /** Twice the ratio beyond it is what chance gives a further parameter once in twenty. */
  const CLEAR = 1.92;
  const ratesOf = (law: keyof typeof LAWS) => {
    const ratios = Array.from({ length: 200 }, (_, k) => likelihoodRatios(tailOf(law, 200, k)));
    const share = (name: 'logNormal' | 'exponential' | 'truncated') =>
      ratios.filter((each) => each[name]! < -CLEAR).length / ratios.length;
    return {
      logNormal: share('logNormal'),
      exponential: share('exponential'),
      truncated: share('truncated'),
      against: ratios.filter(({ exponential }) => exponential! > CLEAR).length / ratios.length,
    };
  };

  it('the power law is not beaten on its own, and beats the exponential', () => {
    const rates = ratesOf('powerLaw');
    expect(rates.logNormal).toBeLessThan(0.05);
    expect(rates.truncated).toBeLessThan(0.05);
    expect(rates.exponential).toBe(0);
    expect(rates.against).toBeGreaterThan(0.99);
  });

  it.each(['logNormal', 'exponential', 'truncated'] as const)('%s wins on its own', (law) => {
    const rates = ratesOf(law);
    expect(rates[law]).toBeGreaterThan(0.95);
  });
});
