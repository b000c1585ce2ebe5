import { describe, expect, it } from 'vitest';
import { peerOutliers, type OutlierTest } from '../../../../src/core/diagnosis/peerOutliers.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const BOTH: OutlierTest = { level: 0.01, side: 'both', tails: Infinity };
const normals = (count: number, seed: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.normal());
};

const CASES: Readonly<
  Record<
    string,
    readonly [values: readonly number[], test: OutlierTest, outliers: readonly number[]]
  >
> = {
  'values in line': [normals(20, 1), BOTH, []],
  'one far above': [[...normals(20, 1), 30], BOTH, [20]],
  'one far below': [[...normals(20, 1), -30], BOTH, [20]],
  'one far above, where low ones are asked for': [
    [...normals(20, 1), 30],
    { ...BOTH, side: 'low' },
    [],
  ],
  'one far below, where low ones are asked for': [
    [...normals(20, 1), -30],
    { ...BOTH, side: 'low' },
    [20],
  ],
  'two that would hide each other': [[...normals(20, 1), 30, 32], BOTH, [21, 20]],
  'one on each side': [[...normals(20, 1), 30, -40], BOTH, [21, 20]],
  'a quarter of the family': [[...normals(15, 1), 30, 30, 30, 30, 30], BOTH, []],
  'equal values and one that differs': [[2, 2, 2, 2, 2, 2, 2, 3], BOTH, [7]],
  'equal values': [[2, 2, 2, 2, 2, 2, 2, 2], BOTH, []],
  'too few to know': [[1, 1, 1, 1, 90], BOTH, []],
  'one that heavier tails explain': [[...normals(20, 1), 6], { ...BOTH, tails: 3 }, []],
  none: [[], BOTH, []],
};

describe('peerOutliers', () => {
  it.each(Object.entries(CASES))('%s', (_, [values, test, outliers]) => {
    expect(peerOutliers(values, test).map(({ index }) => index)).toEqual(outliers);
  });

  it('gives the center of the others and the limit that the outlier is beyond', () => {
    const values = [...normals(20, 1), 30];
    const [outlier] = peerOutliers(values, BOTH);
    const mean = values.slice(0, 20).reduce((sum, value) => sum + value, 0) / 20;
    expect(outlier!.center).toBeCloseTo(mean, 12);
    expect(outlier!.peers).toBe(20);
    expect(outlier!.limit).toBeGreaterThan(Math.max(...values.slice(0, 20)));
    expect(outlier!.limit).toBeLessThan(30);
  });

  it.each([8, 20, 60])(
    'finds one in a family of %i in line about as often as the level',
    (count) => {
      const families = Array.from({ length: 1000 }, (_, k) => normals(count, 100 + k));
      const fired = families.filter((values) => peerOutliers(values, BOTH).length > 0).length;
      expect(fired).toBeGreaterThanOrEqual(3);
      expect(fired).toBeLessThanOrEqual(20);
    },
  );
});
