import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { entryProfile, PROFILE_ENTRIES } from '../../../../src/core/spectrum/entryProfile.ts';
import type { EntryCauses } from '../../../../src/core/spectrum/figures.ts';
import { robustFigures } from '../../../../src/core/spectrum/robustFigures.ts';
import { shuffledEntries } from '../../../../src/core/spectrum/shuffles.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const [ROWS, COLS] = [80, 60] as const;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

function solve(data: Float64Array): Float64Array {
  return singularValues({ rows: ROWS, cols: COLS, data }, kernels);
}

/** Causes in a Gaussian 80 x 60 matrix of variance 1 after a change, and its largest eigenvalue. */
function causesOf(change: (values: Float64Array) => void): EntryCauses & { readonly top: number } {
  const random = seededRandom(3);
  const values = Float64Array.from({ length: ROWS * COLS }, () => random.normal());
  change(values);
  const own = solve(values);
  const { causes } = robustFigures({
    rows: ROWS,
    cols: COLS,
    slices: 1,
    singularValues: own,
    shuffles: Array.from({ length: 5 }, (_, k) => solve(shuffledEntries(values, k))),
    roundingVariance: 0,
    entries: entryProfile(values),
  });
  return { ...causes!, top: own[0]! ** 2 };
}

describe('entryProfile', () => {
  it('has the mean and the largest magnitudes, descending', () => {
    expect(entryProfile(Float64Array.from([1, -5, 3, 0]))).toEqual({
      mean: -0.25,
      largest: Float64Array.from([5, 3, 1, 0]),
    });
    const random = seededRandom(1);
    const many = Float64Array.from({ length: 5000 }, () => random.normal());
    const sorted = many.map(Math.abs).sort().reverse();
    expect(entryProfile(many).largest).toEqual(sorted.subarray(0, PROFILE_ENTRIES));
  });

  it('of nothing is nothing', () => {
    expect(entryProfile(new Float64Array(0))).toEqual({ mean: 0, largest: new Float64Array(0) });
  });
});

describe('entryCauses', () => {
  it('finds none in a fresh layer', () => {
    const causes = causesOf(() => undefined);
    expect(causes).toMatchObject({ hugeEntries: 0, entryEigenvalue: 0, meanEigenvalue: 0 });
    expect(causes.typicalEntry).toBeCloseTo(1, 1);
  });

  it.each([1, 2, 5])(
    'counts %i huge entries and foretells the eigenvalue of the largest',
    (count) => {
      const causes = causesOf((values) => {
        for (let k = 0; k < count; k++) values[k * (COLS + 1)] = 40 + 10 * k;
      });
      expect(causes.hugeEntries).toBe(count);
      expect(causes.largestEntry).toBe(30 + 10 * count);
      expect(causes.entryEigenvalue / causes.top).toBeCloseTo(1, 1);
    },
  );

  it('takes the end of heavy-tailed entries for no entry apart', () => {
    const random = seededRandom(8);
    const causes = causesOf((values) => {
      values.forEach((_, k) => {
        values[k] = random.normal() / Math.hypot(random.normal(), random.normal());
      });
    });
    expect(causes.hugeEntries).toBe(0);
    expect(causes.entryEigenvalue).toBeGreaterThan(causes.edge);
  });

  it('foretells the eigenvalue of a mean that is not zero', () => {
    const causes = causesOf((values) => values.forEach((value, k) => (values[k] = value + 0.8)));
    expect(causes.mean).toBeCloseTo(0.8, 1);
    expect(causes.meanEigenvalue / causes.top).toBeCloseTo(1, 1);
    expect(causes.hugeEntries).toBe(0);
  });
});
