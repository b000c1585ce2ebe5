import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  mean,
  median,
  quantile,
  shareInterval,
} from '../../../../src/core/verify/interval.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

describe('an interval over samples', () => {
  it('is the same for the same seed and another for another', () => {
    const values = [1, 4, 2, 8, 5, 7];
    const once = bootstrapInterval(values, mean, 1);
    expect(bootstrapInterval(values, mean, 1)).toEqual(once);
    expect(bootstrapInterval(values, mean, 2)).not.toEqual(once);
  });

  it.each([[[]], [[3]]])('of %j is none', (values) => {
    expect(bootstrapInterval(values, mean, 1)).toBe(null);
  });

  it('of equal values is that value', () => {
    expect(bootstrapInterval([0, 0, 0], mean, 1)).toEqual({ low: 0, high: 0 });
  });

  it.each([5, 10, 40])('of %i normal samples is as wide as that of Student t', (n) => {
    const random = seededRandom(11);
    const quantiles = { 5: 2.7764, 10: 2.2622, 40: 2.0227 };
    const ratios = Array.from({ length: 40 }, (_, seed) => {
      const values = Array.from({ length: n }, () => 3 + random.normal());
      const { low, high } = bootstrapInterval(values, mean, seed)!;
      const about = mean(values);
      const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - about) ** 2, 0) / (n - 1));
      return (high - low) / (2 * quantiles[n as 5] * (spread / Math.sqrt(n)));
    });
    expect(Math.abs(mean(ratios) - 1)).toBeLessThan(n === 5 ? 0.2 : 0.06);
  });

  it('of shares that are all 1 goes down to what so many samples can show', () => {
    expect(shareInterval([1, 1, 1, 1, 1], 1)!.low).toBeCloseTo(0.025 ** 0.2, 12);
    expect(shareInterval([1, 0.5], 1)!.high).toBe(1);
  });

  it.each([
    [[1, 2, 3, 4], 2.5],
    [[5, 1, 3], 3],
    [[7], 7],
  ])('has the median of %j', (values, wanted) => {
    expect(median(values)).toBe(wanted);
  });

  it('has quantiles between the values', () => {
    expect(quantile([0, 10, 20], 0.25)).toBe(5);
  });
});
