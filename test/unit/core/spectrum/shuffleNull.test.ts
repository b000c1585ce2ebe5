import { describe, expect, it } from 'vitest';
import {
  COUNT_SCALE,
  EXPONENT_SCALE,
  LOG_SCALE,
  predictedBelow,
  shuffleNull,
} from '../../../../src/core/spectrum/shuffleNull.ts';
import { studentBelow, studentQuantile } from '../../../../src/core/spectrum/studentT.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

describe("Student's distribution", () => {
  // Published tables: t, degrees of freedom, probability below.
  it.each([
    [1, 1, 0.75],
    [31.820516, 1, 0.99],
    [6.964557, 2, 0.99],
    [3.746947, 4, 0.99],
    [2.539483, 19, 0.99],
    [-1.729133, 19, 0.05],
    [1.644854, Infinity, 0.95],
    [-3.090232, Infinity, 0.001],
    [4.753424, Infinity, 0.999999],
    [0, 7, 0.5],
  ])('below %f with %f degrees of freedom lies %f', (t, freedom, probability) => {
    expect(studentBelow(t, freedom)).toBeCloseTo(probability, 7);
  });

  it('has a quantile that undoes it', () => {
    for (const freedom of [1, 4, 19, Infinity])
      for (const probability of [0.0025, 0.5, 0.99])
        expect(studentBelow(studentQuantile(probability, freedom), freedom)).toBeCloseTo(
          probability,
          9,
        );
  });
});

describe('shuffleNull', () => {
  it('is the prediction interval of a further shuffle, on its scale', () => {
    const found = shuffleNull(6, [3, 4, 5], COUNT_SCALE, NaN)!;
    expect([found.shuffles, found.mean, found.sd]).toEqual([3, 4, 1]);
    const t = 2 / Math.sqrt(4 / 3);
    expect(found.percentile).toBeCloseTo(100 * studentBelow(t, 2), 10);
  });

  it('takes the spread of a Gaussian matrix for a single shuffle', () => {
    const found = shuffleNull(Math.exp(0.2), [1], LOG_SCALE, 0.1)!;
    expect(found.sd).toBeCloseTo(0.1, 12);
    expect(found.percentile).toBeCloseTo(100 * studentBelow(Math.SQRT2, Infinity), 8);
  });

  it.each([
    ['no shuffle has the figure', 3, [], null],
    ['the shuffles have none that is finite', 3, [null, Infinity], null],
  ])('is null where %s', (_, value, values, expected) => {
    expect(shuffleNull(value, values, EXPONENT_SCALE, 0.1)).toBe(expected);
  });

  it.each([
    ['missing', null],
    ['infinite', Infinity],
  ])('has no percentile for a figure that is %s', (_, value) => {
    expect(shuffleNull(value, [2, 3], EXPONENT_SCALE, 0.1)?.percentile).toBeNull();
  });

  it('puts a figure equal to identical shuffles in the middle', () => {
    expect(shuffleNull(1, [1, 1, 1], LOG_SCALE, 0.1)).toEqual({
      shuffles: 3,
      mean: 1,
      sd: 0,
      percentile: 50,
    });
  });

  it.each([1, 2, 5, 20])(
    'gives uniform percentiles to further draws, with %i shuffles',
    (count) => {
      const random = seededRandom(count);
      const draw = (): number => 2 + Math.exp(0.3 * random.normal()) - 1;
      const percentiles = Array.from(
        { length: 4000 },
        () =>
          shuffleNull(draw(), Array.from({ length: count }, draw), EXPONENT_SCALE, 0.3)!
            .percentile!,
      );
      const below = (limit: number): number =>
        percentiles.filter((each) => each < limit).length / percentiles.length;
      expect(Math.abs(below(1) - 0.01)).toBeLessThan(0.006);
      expect(Math.abs(below(50) - 0.5)).toBeLessThan(0.03);
      expect(Math.abs(below(99) - 0.99)).toBeLessThan(0.006);
    },
  );

  it('predicts the value that a further shuffle stays below', () => {
    const limit = predictedBelow([1, 2, 4], 0.99, LOG_SCALE, NaN);
    expect(shuffleNull(limit, [1, 2, 4], LOG_SCALE, NaN)?.percentile).toBeCloseTo(99, 6);
  });
});
