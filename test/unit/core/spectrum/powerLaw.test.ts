import { describe, expect, it } from 'vitest';
import { fitHill, fitUpperHill } from '../../../../src/core/spectrum/hill.ts';
import { fitPowerLaw, type PowerLawTail } from '../../../../src/core/spectrum/powerLaw.ts';
import { seededRandom, type SeededRandom } from '../../../fixtures/seededRandom.ts';

/** The definition, written out: every start, every term, nothing given up early. */
function byDefinition(x: readonly number[]): PowerLawTail {
  let best: PowerLawTail | undefined;
  for (let i = 0; i <= x.length - 2; i++) {
    const n = x.length - i;
    const tail = x.slice(i);
    const sum = tail.reduce((total, value) => total + Math.log(value), 0);
    const alpha = 1 + n / (sum - n * Math.log(x[i]!));
    const gaps = tail.map((value, k) => Math.abs(1 - (value / x[i]!) ** (1 - alpha) - k / n));
    const D = alpha > 1 ? Math.max(...gaps) : 1;
    if (!best || D < best.D) best = { alpha, D, xmin: x[i]!, tail: n };
  }
  return best!;
}

function ascending(count: number, draw: () => number): Float64Array {
  return Float64Array.from({ length: count }, draw).sort();
}

const DISTRIBUTIONS: Readonly<Record<string, (random: SeededRandom) => number>> = {
  'a power law of exponent 2.5': (random) => (1 - random.uniform()) ** (-1 / 1.5),
  uniform: (random) => random.uniform() + 1e-3,
  'log-normal': (random) => Math.exp(random.normal()),
  'nearly equal': (random) => 1 + 1e-3 * random.uniform(),
  'full of ties': (random) => 1 + random.integer(4),
};

describe('the power-law search', () => {
  it.each(Object.entries(DISTRIBUTIONS))('is its definition on values that are %s', (_, draw) => {
    for (const [count, seed] of [
      [2, 1],
      [3, 2],
      [17, 3],
      [200, 4],
      [301, 5],
    ] as const) {
      const random = seededRandom(seed);
      const values = ascending(count, () => draw(random));
      const expected = byDefinition([...values]);
      const fit = fitPowerLaw(values)!;
      if (expected.alpha === Infinity) {
        expect(fit.alpha).toBe(Infinity);
        continue;
      }
      expect(fit.D).toBeCloseTo(expected.D, 10);
      expect([fit.xmin, fit.tail]).toEqual([expected.xmin, expected.tail]);
      expect(fit.alpha / expected.alpha).toBeCloseTo(1, 9);
    }
  });

  it('finds where a power law begins, and its exponent', () => {
    const random = seededRandom(6);
    const values = ascending(4000, () =>
      random.uniform() < 0.5 ? random.uniform() : (1 - random.uniform()) ** (-1 / 1.2),
    );
    const fit = fitPowerLaw(values)!;
    expect(fit.alpha).toBeGreaterThan(2.05);
    expect(fit.alpha).toBeLessThan(2.35);
    expect(fit.xmin).toBeGreaterThan(0.9);
    expect(fit.xmin).toBeLessThan(1.6);
  });

  it.each([
    ['no value', []],
    ['one value', [3]],
  ])('says nothing of %s', (_, values) => {
    expect(fitPowerLaw(Float64Array.from(values))).toBeNull();
  });

  it('has an infinite alpha for equal values, at the shortest tail', () => {
    expect(fitPowerLaw(new Float64Array(8).fill(2))).toEqual({
      alpha: Infinity,
      D: 0.5,
      xmin: 2,
      tail: 2,
    });
  });

  it.each(['a power law of exponent 2.5', 'uniform', 'log-normal'])(
    'keeps D within 2 %% and its tail near when it looks at chosen sizes only: %s',
    (name) => {
      for (const seed of [11, 12, 13]) {
        const random = seededRandom(seed);
        const values = ascending(5000, () => DISTRIBUTIONS[name]!(random));
        const full = fitPowerLaw(values, Infinity)!;
        const chosen = fitPowerLaw(values, 4999)!;
        expect(chosen.D).toBeGreaterThanOrEqual(full.D);
        expect(chosen.D / full.D).toBeLessThan(1.02);
      }
    },
  );
});

describe('the Hill estimate', () => {
  it('is one over the mean logarithm of the upper half over its smallest', () => {
    const fit = fitHill(Float64Array.of(1, 2, 4, 8, 16))!;
    expect(fit.alpha).toBeCloseTo(1 + 3 / (Math.log(2) + Math.log(4)), 12);
    expect([fit.xmin, fit.tail]).toEqual([4, 3]);
  });

  it.each([
    [30, 4],
    [40, 4],
    [41, 5],
    [1000, 100],
  ])('over the upper tenth of %i values looks at %i', (count, tail) => {
    const values = Float64Array.from({ length: count }, (_, k) => k + 1);
    expect(fitUpperHill(values)!.tail).toBe(tail);
  });

  it.each([
    ['no value', []],
    ['a half that begins at zero', [0, 0, 0, 1]],
  ])('says nothing of %s', (_, values) => {
    expect(fitHill(Float64Array.from(values))).toBeNull();
  });
});
