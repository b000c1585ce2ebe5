import { describe, expect, it } from 'vitest';
import { detXOf } from '../../../../src/core/spectrum/detX.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** The definition: the product of the scaled values from each start to the end. */
function byDefinition(ascending: readonly number[]): number {
  const mean = ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
  for (let tail = 1; tail < ascending.length; tail++) {
    const product = ascending.slice(-tail).reduce((total, value) => (total * value) / mean, 1);
    if (product < 1) return tail;
  }
  return ascending.length;
}

describe('the detX tail', () => {
  it.each([
    ['half of a two-level list and one more', [0.5, 0.5, 1.5, 1.5], 4, 0.5],
    ['ends with the first zero', [0, 0, 1, 2], 3, 0],
    ['one value of weight', [1e-300, 1e-300, 1], 2, 1e-300],
    // 1.9^2000 is beyond float64; 2000 ln 1.9 / ln 10 = 557.5 of the small values bring it below 1.
    [
      'does not overflow',
      [...Array<number>(2000).fill(0.1), ...Array<number>(2000).fill(1.9)],
      2558,
      0.1,
    ],
  ])('%s', (_, values, count, last) => {
    expect(detXOf(Float64Array.from(values))).toEqual({ detXNum: count, detXVal: last });
  });

  it.each([
    ['no value', []],
    ['zeros', [0, 0, 0]],
    ['equal values', [2, 2, 2]],
    ['a sum that overflows', [1e308, 1e308, 1.5e308]],
  ])('there is none of %s', (_, values) => {
    expect(detXOf(Float64Array.from(values))).toEqual({ detXNum: null, detXVal: null });
  });

  it('is its definition on random lists', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const values = Float64Array.from({ length: 5 + seed }, () => Math.exp(2 * random.normal()));
      values.sort();
      expect(detXOf(values).detXNum).toBe(byDefinition([...values]));
    }
  });
});
