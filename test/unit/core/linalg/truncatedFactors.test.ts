import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { LinalgError } from '../../../../src/core/linalg/linalgError.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { type Factors, truncatedFactors } from '../../../../src/core/linalg/truncatedFactors.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixKinds, matrixOf, product } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const FLOAT32 = 2 ** -24;

function factors(matrix: Matrix, rank: number, roundoff = FLOAT32): Factors {
  return truncatedFactors(matrix, rank, kernels, {
    singularValues: singularValues(matrix, kernels),
    roundoff,
  });
}

/** The largest magnitude, for norms that neither overflow nor vanish. */
function scaleOf({ data }: Matrix): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function relativeDistance(a: Matrix, b: Matrix): number {
  const scale = scaleOf(a) || 1;
  let [difference, norm] = [0, 0];
  for (const [k, value] of a.data.entries()) {
    difference += (value / scale - b.data[k]! / scale) ** 2;
    norm += (value / scale) ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

function optimumOf(matrix: Matrix, rank: number): number {
  const values = singularValues(matrix, kernels);
  const relative = values.map((value) => (values[0] === 0 ? 0 : value / values[0]!));
  const energy = (from: number): number =>
    relative.slice(from).reduce((sum, value) => sum + value ** 2, 0);
  return energy(0) === 0 ? 0 : Math.sqrt(energy(rank) / energy(0));
}

/** A matrix with these singular values. */
function withSpectrum(rows: number, cols: number, values: (k: number) => number): Matrix {
  const random = seededRandom(7);
  const small = Math.min(rows, cols);
  const left = matrixKinds['orthogonal']!(rows, small, random);
  const right = matrixKinds['orthogonal']!(small, cols, random);
  const scaled = matrixOf(rows, small, (i, j) => left.data[i * small + j]! * values(j));
  return product(scaled, right);
}

/** residual^2 <= (1.001 optimum)^2 + (2 roundoff)^2, measured here from the product. */
function expectBest(matrix: Matrix, rank: number, roundoff = FLOAT32): Factors {
  const found = factors(matrix, rank, roundoff);
  const { u, v } = found;
  expect([u.rows, u.cols, v.rows, v.cols]).toEqual([matrix.rows, rank, rank, matrix.cols]);
  const left = relativeDistance(matrix, product(u, v));
  const optimum = optimumOf(matrix, rank);
  expect(left).toBeLessThanOrEqual(Math.hypot(1.001 * optimum, 2 * roundoff));
  expect(found.relativeResidual).toBeCloseTo(left, 12);
  expect(found.optimum).toBeCloseTo(optimum, 12);
  return found;
}

describe('every kind of matrix', () => {
  const shapes = [
    [40, 40],
    [90, 30],
    [25, 70],
  ] as const;
  test.each(Object.entries(matrixKinds).filter(([name]) => name !== 'denormal'))(
    '%s leaves what its spectrum says',
    (_, kind) => {
      for (const [rows, cols] of shapes)
        for (const rank of [1, 9, Math.min(rows, cols)])
          expectBest(kind(rows, cols, seededRandom(3)), rank);
    },
  );
});

describe('spectra, by subspace iteration', () => {
  const decays: readonly { name: string; values: (k: number) => number }[] = [
    { name: 'slow decay', values: (k) => (k + 1) ** -0.2 },
    { name: 'fast decay', values: (k) => (k + 1) ** -1.2 },
    { name: 'a cluster across the rank', values: (k) => (k < 10 ? 3 : 1 - 1e-9 * k) },
    { name: 'all the same', values: () => 1 },
    { name: 'a step after the rank', values: (k) => (k < 20 ? 1 : 1e-6) },
    { name: 'one outlier', values: (k) => (k === 0 ? 1e5 : 1 / (k + 5)) },
    { name: 'exponential', values: (k) => 0.8 ** k },
  ];
  test.each(decays)('$name', ({ values }) => {
    for (const [rows, cols] of [
      [110, 90],
      [80, 160],
      [600, 60],
    ] as const)
      for (const rank of [3, 20, 50]) expectBest(withSpectrum(rows, cols, values), rank);
  });

  test('an exact rank is found to rounding, in every stored type', () => {
    const random = seededRandom(5);
    const exact = product(gaussian(200, 17, random), gaussian(17, 150, random));
    for (const roundoff of [2 ** -53, 2 ** -24, 2 ** -11, 2 ** -8])
      expect(factors(exact, 17, roundoff).relativeResidual).toBeLessThan(2e-15);
  });
});

test('both factors of a direction have the same norm, about the root of its singular value', () => {
  const matrix = gaussian(60, 45, seededRandom(2));
  const { u, v } = factors(matrix, 12);
  const values = singularValues(matrix, kernels);
  for (let c = 0; c < 12; c++) {
    let [left, right] = [0, 0];
    for (let i = 0; i < 60; i++) left += u.data[i * 12 + c]! ** 2;
    for (let j = 0; j < 45; j++) right += v.data[c * 45 + j]! ** 2;
    expect(left / right).toBeCloseTo(1, 12);
    expect(left / values[c]!).toBeCloseTo(1, 3);
  }
});

test('a matrix much longer than wide is factorised by the triangle of its QR, either way round', () => {
  const tall = gaussian(700, 40, seededRandom(4));
  const wide = matrixOf(40, 700, (i, j) => tall.data[j * 40 + i]!);
  const [first, second] = [expectBest(tall, 15), expectBest(wide, 15)];
  for (let c = 0; c < 15; c++)
    for (let i = 0; i < 700; i++) {
      expect(second.v.data[c * 700 + i]).toBeCloseTo(first.u.data[i * 15 + c]!, 12);
    }
});

test('denormal weights become factors that are not', () => {
  const matrix = matrixKinds['denormal']!(30, 20, seededRandom(1));
  const { u, relativeResidual } = factors(matrix, 20);
  expect(scaleOf(u)).toBeGreaterThan(1e-200);
  expect(relativeResidual).toBeLessThan(1e-13);
});

test('the same matrix gives the same factors', () => {
  const matrix = withSpectrum(120, 100, (k) => 1 / (k + 1));
  expect(factors(matrix, 8).u.data).toEqual(factors(matrix, 8).u.data);
});

describe('refusals', () => {
  const matrix = gaussian(6, 4, seededRandom(1));
  const values = [4, 3, 2, 1];
  const call =
    (rank: number, singular: number[] = values, cancelled = false) =>
    () =>
      truncatedFactors(matrix, rank, kernels, {
        singularValues: singular,
        roundoff: FLOAT32,
        cancelled: () => cancelled,
      });
  test.each([
    { name: 'rank 0', action: call(0), words: 'The rank 0 is none of a 6 x 4 matrix' },
    { name: 'a rank above full', action: call(5), words: 'from 1 to 4' },
    { name: 'half a rank', action: call(1.5), words: 'The rank 1.5' },
    { name: 'a spectrum of another length', action: call(2, [1]), words: 'has 1 values' },
    { name: 'cancelled', action: call(2, values, true), words: 'was cancelled' },
    { name: 'a spectrum of another matrix', action: call(1, [1, 0, 0, 0]), words: 'No factors' },
  ])('$name', ({ action, words }) => {
    expect(action).toThrow(LinalgError);
    expect(action).toThrow(words);
  });
});
