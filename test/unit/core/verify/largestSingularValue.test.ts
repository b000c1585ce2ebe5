import { describe, expect, it } from 'vitest';
import { largestSingularValue } from '../../../../src/core/verify/largestSingularValue.ts';
import { loadLapackOracle } from '../../../fixtures/lapackOracle.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const lapack = await loadLapackOracle();

describe('the largest singular value', () => {
  it.each([
    [1, 1],
    [1, 40],
    [40, 1],
    [30, 90],
    [90, 30],
    [200, 200],
  ])('of a Gaussian %i x %i matrix is that of LAPACK', (rows, cols) => {
    const random = seededRandom(rows * 100 + cols);
    const data = Float64Array.from({ length: rows * cols }, () => random.normal());
    const [wanted] = lapack({ rows, cols, data });
    const found = largestSingularValue({ rows, cols, data });
    expect(Math.abs(found - wanted!) / wanted!).toBeLessThan(1e-11);
  });

  it.each([
    ['zeros', [0, 0, 0, 0, 0, 0], 0],
    ['huge entries', [3e200, 0, 0, 0, 1e200, 0], 3e200],
    ['tiny entries', [3e-200, 0, 0, 0, 1e-200, 0], 3e-200],
    ['rank one', [1, 2, 2, 2, 4, 4], Math.sqrt(45)],
  ])('of %s is exact', (_what, values, wanted) => {
    const found = largestSingularValue({ rows: 2, cols: 3, data: Float64Array.from(values) });
    expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-14 * wanted);
  });
});
