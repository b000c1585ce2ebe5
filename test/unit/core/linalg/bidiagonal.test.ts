import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, float64View, reserve } from '../../../../src/core/linalg/arena.ts';
import { bandIndex, planBand, reduceToBand } from '../../../../src/core/linalg/band.ts';
import {
  chaseBandToBidiagonal,
  planBidiagonal,
  valueSearchSize,
} from '../../../../src/core/linalg/bidiagonal.ts';
import { bidiagonalValues } from '../../../../src/core/linalg/bidiagonalValues.ts';
import { copyInto, paddedBlock } from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { RowMatrix } from '../../../../src/core/linalg/rowMatrix.ts';
import { kernelContext } from '../../../../src/core/linalg/solverContext.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { planSlabs, SLAB_ROOM, SlabMatrix } from '../../../../src/core/linalg/slabMatrix.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { type LapackOracle, loadLapackOracle } from '../../../fixtures/lapackOracle.ts';
import { gaussian, matrixOf } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { store } from './kernelMemory.ts';

let kernels: Kernels;
let lapack: LapackOracle;

beforeAll(async () => {
  kernels = await testKernels();
  lapack = await loadLapackOracle();
});

/** Largest difference relative to the largest expected value. */
function worst(found: Float64Array, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  return found.reduce((most, s, i) => Math.max(most, Math.abs(s - expected[i]!)), 0) / expected[0]!;
}

function bidiagonalMatrix(d: ArrayLike<number>, e: ArrayLike<number>): Matrix {
  return matrixOf(d.length, d.length, (i, j) => (i === j ? d[i]! : j === i + 1 ? e[i]! : 0));
}

/** Singular values of the bidiagonal. */
function solve(d: ArrayLike<number>, e: ArrayLike<number>, tolerance = 0): Float64Array {
  const size = d.length;
  const arena = new Arena();
  const context = kernelContext(kernels, arena);
  const plan = planBidiagonal(arena, size, 0);
  reserve(kernels, arena.bytes);
  float64View(kernels, plan.diagonal, size).set(d);
  float64View(kernels, plan.superdiagonal, e.length).set(e);
  return bidiagonalValues(context, plan, tolerance);
}

describe('reduceToBand', () => {
  /** Singular values by way of a band of this width. */
  function valuesByBand(
    matrix: Matrix,
    width: number,
    stored: 'rows' | 'slabs' = 'rows',
  ): Float64Array {
    const { rows, cols } = matrix;
    const arena = new Arena();
    const context = kernelContext(kernels, arena);
    const plan = planBand(arena, rows, cols, 'float64', width);
    const bidiagonal = planBidiagonal(arena, cols, 3 * width + 48);
    const rowMatrix = () => new RowMatrix(context, store(kernels, arena, matrix, 2), rows, cols);
    const slabMatrix = () => {
      const place = paddedBlock(arena, rows + SLAB_ROOM, cols);
      const buffer = planSlabs(arena, cols, 'float64', true);
      copyInto(kernels, store(kernels, arena, matrix), rows, cols, place);
      return SlabMatrix.inPlace(context, place, rows, cols, buffer);
    };
    reduceToBand(context, stored === 'rows' ? rowMatrix() : slabMatrix(), plan);
    const band = float64View(kernels, plan.band, plan.bandSize);
    for (let i = 0; i < cols; i++) {
      const outside = [i - 1, i + width + 1].filter((j) => j >= 0 && j < cols);
      expect(outside.every((j) => band[bandIndex(width, i, j)] === 0)).toBe(true);
    }
    chaseBandToBidiagonal(context, plan, bidiagonal);
    return bidiagonalValues(context, bidiagonal);
  }

  test.each([
    { rows: 1, cols: 1, width: 4 },
    { rows: 40, cols: 40, width: 8 },
    { rows: 90, cols: 90, width: 8 },
    { rows: 97, cols: 61, width: 4 },
    { rows: 33, cols: 32, width: 16 },
    { rows: 20, cols: 7, width: 16 },
    { rows: 130, cols: 129, width: 16 },
  ])('$rows x $cols to width $width', ({ rows, cols, width }) => {
    const matrix = gaussian(rows, cols, seededRandom(rows + cols));
    expect(worst(valuesByBand(matrix, width), lapack(matrix))).toBeLessThan(1e-14);
  });

  test.each([
    { rows: 1, cols: 1, width: 8 },
    { rows: 40, cols: 40, width: 8 },
    { rows: 90, cols: 90, width: 8 },
    { rows: 33, cols: 32, width: 16 },
    { rows: 20, cols: 7, width: 16 },
    { rows: 331, cols: 129, width: 16 },
    { rows: 290, cols: 289, width: 64 },
  ])('the same of $rows x $cols in slabs, to width $width', ({ rows, cols, width }) => {
    const matrix = gaussian(rows, cols, seededRandom(rows + cols));
    const values = valuesByBand(matrix, width, 'slabs');
    expect(worst(values, lapack(matrix))).toBeLessThan(1e-14);
  });

  test.each(['rows', 'slabs'] as const)(
    'an update large enough to be applied in strips, stored in %s',
    (stored) => {
      const matrix = gaussian(1300, 900, seededRandom(12));
      const expected = singularValues(matrix, kernels);
      expect(worst(valuesByBand(matrix, 64, stored), expected)).toBeLessThan(1e-13);
    },
  );
});

describe('chaseBandToBidiagonal', () => {
  test.each([
    { size: 1, width: 4 },
    { size: 2, width: 4 },
    { size: 3, width: 8 },
    { size: 9, width: 2 },
    { size: 32, width: 8 },
    { size: 65, width: 16 },
    { size: 100, width: 5 },
    { size: 120, width: 32 },
  ])('a band of $size with $width superdiagonals keeps its values', ({ size, width }) => {
    const random = seededRandom(size * width);
    const dense = matrixOf(size, size, (i, j) => (j >= i && j <= i + width ? random.normal() : 0));
    const arena = new Arena();
    const context = kernelContext(kernels, arena);
    const plan = planBand(arena, size, size, 'float64', width);
    const bidiagonal = planBidiagonal(arena, size, 3 * width + 48);
    reserve(kernels, arena.bytes);
    const band = float64View(kernels, plan.band, plan.bandSize).fill(0);
    for (let i = 0; i < size; i++) {
      for (let j = i; j <= Math.min(i + width, size - 1); j++) {
        band[bandIndex(width, i, j)] = dense.data[i * size + j]!;
      }
    }
    chaseBandToBidiagonal(context, plan, bidiagonal);
    const d = float64View(kernels, bidiagonal.diagonal, size).slice();
    const e = float64View(kernels, bidiagonal.superdiagonal, size - 1).slice();
    const expected = lapack(dense);
    expect(worst(lapack(bidiagonalMatrix(d, e)), expected)).toBeLessThan(1e-14);
    expect(worst(bidiagonalValues(context, bidiagonal), expected)).toBeLessThan(1e-14);
  });
});

describe('directBidiagonal', () => {
  test.each([
    { rows: 1, cols: 1 },
    { rows: 7, cols: 1 },
    { rows: 2, cols: 2 },
    { rows: 9, cols: 8 },
    { rows: 50, cols: 49 },
    { rows: 64, cols: 33 },
  ])('$rows x $cols keeps its values', ({ rows, cols }) => {
    const matrix = gaussian(rows, cols, seededRandom(rows * cols));
    const arena = new Arena();
    const plan = planBidiagonal(arena, cols, kernels.directBidiagonalScratch(rows, cols));
    const a = store(kernels, arena, matrix, 1);
    kernels.directBidiagonal(
      a.address,
      rows,
      cols,
      a.stride,
      plan.diagonal,
      plan.superdiagonal,
      plan.scratch,
    );
    const d = float64View(kernels, plan.diagonal, cols).slice();
    const e = float64View(kernels, plan.superdiagonal, cols - 1).slice();
    expect(worst(lapack(bidiagonalMatrix(d, e)), lapack(matrix))).toBeLessThan(1e-14);
  });
});

describe('bidiagonalValues', () => {
  const ones = (n: number): number[] => new Array<number>(n).fill(1);

  test.each([1, 2, 3, 10, 101, 400])(
    'of %i ones on both diagonals: 2 cos(k pi / (2n + 1))',
    (n) => {
      const expected = Float64Array.from(
        { length: n },
        (_, k) => 2 * Math.cos(((k + 1) * Math.PI) / (2 * n + 1)),
      );
      expect(worst(solve(ones(n), ones(n - 1)), expected)).toBeLessThan(2e-14);
    },
  );

  test('a diagonal comes back as its magnitudes', () => {
    expect([...solve([-3, 0, 2, -0.5], [0, 0, 0])]).toEqual([3, 2, 0.5, 0]);
  });

  test('small values of a graded matrix are right to full relative accuracy', () => {
    const random = seededRandom(5);
    const d = Array.from({ length: 30 }, (_, i) => 10 ** (-2 * i) * (1 + random.uniform()));
    const e = d.slice(1).map((x) => x * (1 + random.uniform()));
    for (const [diagonal, above] of [
      [d, e],
      [[...d].reverse(), [...e].reverse()],
    ] as const) {
      const values = solve(diagonal, above);
      // The product of the values is the determinant; in ratios it stays within the range of float64.
      const logRatio = values.reduce((sum, s, i) => sum + Math.log(s / d[i]!), 0);
      expect(values[29]).toBeGreaterThan(0);
      expect(Math.abs(logRatio)).toBeLessThan(1e-13);
    }
  });

  const TRAPS: readonly { name: string; d: (i: number) => number; e: (i: number) => number }[] = [
    { name: 'zeros on the diagonal', d: (i) => (i % 4 === 2 ? 0 : 1 + (i % 3)), e: () => 0.7 },
    { name: 'a zero at the top', d: (i) => Number(i > 0), e: () => 1 },
    { name: 'a zero at the bottom', d: (i) => Number(i < 39), e: () => 1 },
    { name: 'only zeros on the diagonal', d: () => 0, e: (i) => 1 + i },
    { name: 'squares that underflow', d: (i) => (i % 4 === 2 ? 1e-161 : 1), e: () => 0.7 },
    { name: 'a tail of 1e-155', d: (i) => (i < 20 ? 1 : 1e-155), e: (i) => (i > 25 ? 1e-157 : 1) },
    { name: 'a cluster', d: (i) => 1 + 1e-14 * i, e: () => 3e-13 },
    { name: 'Wilkinson', d: (i) => Math.abs(i - 20), e: () => 1 },
    { name: 'growing steeply', d: (i) => 10 ** (i / 3 - 13), e: (i) => 10 ** (i / 3 - 13) },
  ];

  test.each(TRAPS)('$name: agrees with LAPACK', ({ d, e }) => {
    const diagonal = Array.from({ length: 40 }, (_, i) => d(i));
    const above = Array.from({ length: 39 }, (_, i) => e(i));
    const expected = lapack(bidiagonalMatrix(diagonal, above));
    expect(worst(solve(diagonal, above), expected)).toBeLessThan(1e-14);
  });
});

test('1000 random bidiagonals of mixed magnitudes agree with LAPACK', () => {
  const random = seededRandom(9);
  const magnitudes = [0, 1e-170, 1e-100, 1e-70, 1e-16, 1e-8, 1e-3, 1, 1];
  let most = 0;
  for (let k = 0; k < 1000; k++) {
    const size = 2 + random.integer(40);
    const scales = [random.integer(9), random.integer(9)].map((i) => magnitudes[i]!);
    const entry = (): number => random.normal() * scales[random.integer(2)]!;
    const d = Float64Array.from({ length: size }, entry);
    const e = Float64Array.from({ length: size - 1 }, entry);
    d[0] = 1;
    most = Math.max(most, worst(solve(d, e), lapack(bidiagonalMatrix(d, e))));
  }
  expect(most).toBeLessThan(1e-13);
});

describe('the search for values', () => {
  const random = seededRandom(11);
  const length = 300;
  const KINDS: readonly { name: string; d: (i: number) => number; e: (i: number) => number }[] = [
    { name: 'random', d: () => random.normal(), e: () => random.normal() },
    { name: 'equal', d: () => 1, e: () => 1e-15 * random.normal() },
    { name: 'in near pairs', d: (i) => 1 + (i % (length / 2)) / length, e: () => 1e-9 },
    { name: 'of rank 30', d: (i) => (i < 30 ? 1 : 1e-16), e: (i) => (i < 30 ? 0.5 : 1e-16) },
    { name: 'graded', d: (i) => 10 ** (-i / 20), e: (i) => 10 ** (-i / 20) / 2 },
    { name: 'in blocks', d: (i) => 1 + i, e: (i) => (i % 7 === 6 ? 0 : 1) },
  ];

  test.each(KINDS)('within a tolerance, $name: no value is farther off', ({ d, e }) => {
    const diagonal = Array.from({ length }, (_, i) => d(i));
    const above = Array.from({ length: length - 1 }, (_, i) => e(i));
    const exact = solve(diagonal, above);
    expect(worst(exact, lapack(bidiagonalMatrix(diagonal, above)))).toBeLessThan(1e-14);
    for (const tolerance of [1e-10, 1e-8, 1e-6])
      expect(worst(solve(diagonal, above, tolerance), exact)).toBeLessThan(3 * tolerance);
  });

  /** The values in calls of one step each, of up to 16 intervals, and how many points a value took. */
  function inSteps(d: () => number, e: () => number): { found: number[]; pointsOfEach: number } {
    const arena = new Arena();
    const { diagonal, superdiagonal, search, values } = planBidiagonal(arena, length, 0);
    reserve(kernels, arena.bytes);
    const fill = (address: number, entry: () => number): void =>
      float64View(kernels, address, length).forEach((_, i, all) => (all[i] = entry()));
    fill(diagonal, d);
    fill(superdiagonal, e);
    kernels.startValueSearch(diagonal, superdiagonal, length, 0, search, values);
    let calls = 1;
    while (kernels.searchValues(search, 1) > 0) calls++;
    return {
      found: [...float64View(kernels, values, length)],
      pointsOfEach: (16 * calls) / length,
    };
  }

  test('a value takes few points, in a cluster fewer, and the same whatever the budget', () => {
    const entries = Array.from({ length: 2 * length }, () => Math.abs(random.normal()) + 1);
    let used = 0;
    const { found, pointsOfEach } = inSteps(
      () => entries[used++]!,
      () => entries[used++]!,
    );
    expect(pointsOfEach).toBeGreaterThan(3);
    expect(pointsOfEach).toBeLessThan(7);
    const all = solve(entries.slice(0, length), entries.slice(length, -1));
    expect(found.reverse()).toEqual([...all]);
    const cluster = inSteps(
      () => 1,
      () => 1e-15,
    );
    expect(cluster.pointsOfEach).toBeLessThan(4);
  });

  test('has the memory that the kernels ask for', () => {
    for (const n of [1, 2, 300, 5000]) expect(valueSearchSize(n)).toBe(kernels.valueSearchSize(n));
  });

  test.each([NaN, Infinity, 1e200, 1e-200])('ends also where entries are %f', (entry) => {
    const values = solve(new Array<number>(20).fill(entry), new Array<number>(19).fill(entry));
    expect(values).toHaveLength(20);
  });

  test('stops where it is cancelled', () => {
    const arena = new Arena();
    let pauses = 0;
    const context = {
      ...kernelContext(kernels, arena),
      throwIfCancelled: () => {
        if (++pauses === 3) throw new Error('cancelled');
      },
    };
    const plan = planBidiagonal(arena, length, 0);
    reserve(kernels, arena.bytes);
    for (const address of [plan.diagonal, plan.superdiagonal])
      float64View(kernels, address, length).forEach((_, i, all) => (all[i] = Number(i % 50 > 0)));
    expect(() => bidiagonalValues(context, plan)).toThrow('cancelled');
    expect(pauses).toBe(3);
  });
});
