import { describe, expect, it } from 'vitest';
import { fitPowerLaw, fitPowerLawBetween } from '../../../../src/core/spectrum/powerLaw.ts';
import { NO_CURVE, powerLawCurve } from '../../../../src/core/spectrum/powerLawCurve.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

function pareto(count: number, exponent: number): Float64Array {
  const random = seededRandom(count);
  const draw = () => (1 - random.uniform()) ** (-1 / (exponent - 1));
  return Float64Array.from({ length: count }, draw).sort();
}

describe('the curve of a power law', () => {
  it.each([2, 3, 10, 64, 65])('of %i values has every start', (count) => {
    const values = pareto(count, 2.5);
    const { tail } = powerLawCurve(values, 2, Infinity);
    expect(tail).toEqual(Array.from({ length: count - 1 }, (_, k) => count - k));
  });

  it.each([66, 100, 1000, 30_000])('of %i values has at most 64, the chosen one too', (count) => {
    const values = pareto(count, 2.5);
    const chosen = Math.floor(count * 0.37);
    const { tail } = powerLawCurve(values, chosen, Infinity);
    expect(tail.length).toBeLessThanOrEqual(64);
    expect(tail.length).toBeGreaterThanOrEqual(40);
    expect(tail).toContain(chosen);
    expect([tail[0], tail.at(-1)]).toEqual([count, 2]);
    expect(tail).toEqual([...new Set(tail)].sort((a, b) => b - a));
  });

  it('is the fit of each start alone, and least at the one that was chosen', () => {
    const values = pareto(500, 3);
    const fit = fitPowerLaw(values)!;
    const curve = powerLawCurve(values, fit.tail, Infinity);
    curve.tail.forEach((tail, k) => {
      const start = values.length - tail;
      const single = fitPowerLawBetween(values, start, start)!;
      expect(curve.xmin[k]! / single.xmin).toBeCloseTo(1, 4);
      expect(curve.alpha[k]! / single.alpha).toBeCloseTo(1, 4);
      expect(curve.D[k]! / single.D).toBeCloseTo(1, 4);
    });
    expect(curve.D[curve.tail.indexOf(fit.tail)]).toBe(Math.min(...curve.D));
  });

  it('leaves an exponent open that is infinite or over the most that is shown', () => {
    const equal = powerLawCurve(Float64Array.of(1, 2, 2, 2), 3, Number.MAX_VALUE);
    expect(equal.alpha.map((alpha) => alpha === null)).toEqual([false, true, true]);
    const close = powerLawCurve(Float64Array.of(1, 2, 2.01), 2, 50);
    expect(close.alpha.map((alpha) => alpha === null)).toEqual([false, true]);
    expect(close.D.every(Number.isFinite)).toBe(true);
  });

  it.each([[[]], [[3]]])('of %j is empty', (values) => {
    expect(powerLawCurve(Float64Array.from(values), 0, 50)).toEqual(NO_CURVE);
  });
});
