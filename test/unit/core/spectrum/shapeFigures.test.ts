import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import {
  normalizedSpectrum,
  removedRanks,
} from '../../../../src/core/spectrum/normalizedSpectrum.ts';
import { shapeFigures } from '../../../../src/core/spectrum/shapeFigures.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

function figuresOf(values: readonly number[], fan?: { readonly in: number; readonly out: number }) {
  const ascending = Float64Array.from(values).sort();
  return shapeFigures(
    ascending,
    ascending.map((value) => value * value),
    fan,
  );
}

describe('the orthogonality deviation', () => {
  it.each([
    [8, 8],
    [8, 20],
    [20, 8],
  ])(
    'of a %i x %i matrix is the norm of its scaled Gram matrix less the identity',
    (rows, cols) => {
      const random = seededRandom(rows);
      const data = Float64Array.from({ length: rows * cols }, () => random.normal());
      const side = Math.min(rows, cols);
      const at = (i: number, j: number): number =>
        rows <= cols ? data[i * cols + j]! : data[j * cols + i]!;
      const gram = (i: number, j: number): number => {
        let sum = 0;
        for (let k = 0; k < Math.max(rows, cols); k++) sum += at(i, k) * at(j, k);
        return sum;
      };
      let [trace, squares] = [0, 0];
      for (let i = 0; i < side; i++) trace += gram(i, i);
      for (let i = 0; i < side; i++)
        for (let j = 0; j < side; j++)
          squares += ((gram(i, j) * side) / trace - (i === j ? 1 : 0)) ** 2;
      const values = [...singularValues({ rows, cols, data }, kernels)];
      expect(figuresOf(values).orthogonalityDeviation).toBeCloseTo(Math.sqrt(squares / side), 9);
    },
  );

  it.each([
    ['a multiple of an orthogonal matrix', [3, 3, 3], 0],
    ['rank 1 of 5', [7, 0, 0, 0, 0], 2],
    ['two levels', [1, 3], 0.8],
  ])('of %s is its formula', (_, values, expected) => {
    expect(figuresOf(values).orthogonalityDeviation).toBeCloseTo(expected, 12);
  });

  it('of zeros is null', () => {
    expect(figuresOf([0, 0]).orthogonalityDeviation).toBeNull();
  });
});

describe('the spectral muP ratio', () => {
  it('is the largest singular value over the root of outputs over inputs', () => {
    expect(figuresOf([1, 4], { in: 16, out: 64 }).mupRatio).toBe(2);
    expect(figuresOf([1, 4], { in: 64, out: 16 }).mupRatio).toBe(8);
  });

  it('is null where inputs and outputs are not known', () => {
    expect(figuresOf([1, 4]).mupRatio).toBeNull();
  });
});

describe('the normalised spectrum', () => {
  it('runs from 0 to 1', () => {
    expect([...normalizedSpectrum(Float64Array.of(6, 2, 4, 3))]).toEqual([1, 0, 0.5, 0.25]);
  });

  it('loses what is strictly below the threshold', () => {
    const normalized = normalizedSpectrum(Float64Array.of(6, 2, 4, 3));
    expect([0, 0.25, 0.26, 1, 2].map((t) => removedRanks(normalized, t))).toEqual([0, 1, 2, 3, 4]);
  });

  it('of equal values is empty, so that nothing is reducible', () => {
    expect(normalizedSpectrum(Float64Array.of(2, 2))).toHaveLength(0);
    expect(figuresOf([2, 2])).toMatchObject({ reducibility: 0, normalizedMean: null });
  });

  it('gives the share below 0.1 and the mean', () => {
    const { reducibility, normalizedMean } = figuresOf([10, 0, 0.9, 1]);
    expect(reducibility).toBe(0.5);
    expect(normalizedMean).toBeCloseTo(0.2975, 12);
  });
});
