import { beforeAll, describe, expect, test } from 'vitest';
import { reserve } from '../../../../src/core/linalg/arena.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { LinalgError, type LinalgErrorCode } from '../../../../src/core/linalg/linalgError.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import {
  singularValues,
  solveBytes,
  solveFlops,
} from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

function relativeWorst(found: Float64Array, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  return found.reduce((most, s, i) => Math.max(most, Math.abs(s - expected[i]!)), 0) / expected[0]!;
}

/** The LinalgError that `action` throws. */
function linalgErrorOf(action: () => unknown): LinalgError {
  try {
    action();
  } catch (error) {
    if (error instanceof LinalgError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const solve = (matrix: Matrix): Float64Array => singularValues(matrix, kernels);

describe('known values', () => {
  const row = (...values: number[]): Matrix => matrixOf(1, values.length, (_, j) => values[j]!);

  test.each<{ name: string; matrix: Matrix; expected: number[] }>([
    { name: '1 x 1', matrix: row(-2.5), expected: [2.5] },
    { name: '1 x n', matrix: row(3, 0, 4), expected: [5] },
    { name: 'n x 1', matrix: transposed(row(3, 0, 4)), expected: [5] },
    { name: 'one denormal', matrix: row(5e-324), expected: [5e-324] },
    { name: 'the largest float64', matrix: row(Number.MAX_VALUE), expected: [Number.MAX_VALUE] },
    { name: 'zero', matrix: matrixOf(4, 3, () => 0), expected: [0, 0, 0] },
    { name: 'negative zero', matrix: matrixOf(2, 2, () => -0), expected: [0, 0] },
    {
      name: 'a permutation',
      matrix: matrixOf(3, 3, (i, j) => +((i + 1) % 3 === j)),
      expected: [1, 1, 1],
    },
    {
      name: 'signs on the diagonal',
      matrix: matrixOf(2, 2, (i, j) => (i === j ? -(i + 1) : 0)),
      expected: [2, 1],
    },
    { name: 'huge', matrix: row(3e300, 4e300), expected: [5e300] },
    { name: 'denormal', matrix: row(3e-310, 4e-310), expected: [5e-310] },
  ])('$name', ({ matrix, expected }) => {
    const values = [...solve(matrix)];
    expect(values.length).toBe(expected.length);
    for (const [i, s] of values.entries()) {
      expect(Object.is(s, -0)).toBe(false);
      expect(Math.abs(s - expected[i]!)).toBeLessThanOrEqual(4e-16 * expected[i]!);
    }
  });
});

describe('refusals', () => {
  const ones = (n: number): Float64Array => new Float64Array(n).fill(1);
  const withValue = (value: number): Float64Array => {
    const data = ones(12);
    data[7] = value;
    return data;
  };

  test.each<{ name: string; matrix: Matrix; code: LinalgErrorCode; words: string }>([
    {
      name: 'no rows',
      matrix: { rows: 0, cols: 3, data: ones(0) },
      code: 'bad-shape',
      words: '0 x 3',
    },
    {
      name: 'no columns',
      matrix: { rows: 3, cols: 0, data: ones(0) },
      code: 'bad-shape',
      words: '3 x 0',
    },
    {
      name: 'a fractional shape',
      matrix: { rows: 1.5, cols: 2, data: ones(3) },
      code: 'bad-shape',
      words: '1.5 x 2',
    },
    {
      name: 'missing values',
      matrix: { rows: 3, cols: 4, data: ones(11) },
      code: 'bad-shape',
      words: '11 values',
    },
    {
      name: 'NaN',
      matrix: { rows: 3, cols: 4, data: withValue(NaN) },
      code: 'not-finite',
      words: 'row 1, column 3',
    },
    {
      name: 'infinity',
      matrix: { rows: 4, cols: 3, data: withValue(-Infinity) },
      code: 'not-finite',
      words: 'row 2, column 1',
    },
    {
      name: 'a value beyond float64',
      matrix: matrixOf(9, 9, () => 1.7e308),
      code: 'too-large',
      words: 'float64',
    },
  ])('$name is $code and says where', ({ matrix, code, words }) => {
    const error = linalgErrorOf(() => solve(matrix));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test('more memory than WebAssembly has is too-large', () => {
    const bytes = solveBytes(30_000, 30_000);
    expect(bytes).toBeGreaterThan(2 ** 32);
    const error = linalgErrorOf(() => reserve(kernels, bytes));
    expect(error.code).toBe('too-large');
    expect(error.message).toContain('4096 MiB');
  });
});

describe('a matrix of 700 x 700', () => {
  const matrix = gaussian(700, 700, seededRandom(42));
  let values: Float64Array;

  beforeAll(() => {
    values = solve(matrix);
  });

  test('is not written to', () => {
    expect(matrix.data).toEqual(gaussian(700, 700, seededRandom(42)).data);
  });

  test('has descending values, none negative', () => {
    expect(values.length).toBe(700);
    expect(values.every((s, i) => s >= 0 && (i === 0 || s <= values[i - 1]!))).toBe(true);
  });

  test('keeps the Frobenius norm', () => {
    const squares = (x: Float64Array): number => x.reduce((sum, v) => sum + v * v, 0);
    const frobenius = squares(matrix.data);
    expect(Math.abs(squares(values) - frobenius) / frobenius).toBeLessThan(1e-12);
  });

  test('has the values of its transpose', () => {
    expect(relativeWorst(solve(transposed(matrix)), values)).toBeLessThan(1e-13);
  });

  test('has the values of its row and column permutations', () => {
    const permuted = matrixOf(
      700,
      700,
      (i, j) => matrix.data[((i * 37 + 11) % 700) * 700 + ((j * 299 + 5) % 700)]!,
    );
    expect(relativeWorst(solve(permuted), values)).toBeLessThan(1e-13);
  });

  test('scales exactly with a power of two', () => {
    const scaled = { ...matrix, data: matrix.data.map((x) => x * 2 ** -900) };
    expect(solve(scaled)).toEqual(values.map((s) => s * 2 ** -900));
  });

  test('gives the same bits again, and in another instance of the kernels', async () => {
    const other = await testKernels();
    singularValues(gaussian(300, 500, seededRandom(1)), other);
    expect(solve(matrix)).toEqual(values);
    expect(singularValues(matrix, other)).toEqual(values);
  });
});

describe('memory', () => {
  const SHAPES: readonly (readonly [number, number])[] = [
    [1, 1],
    [40, 30],
    [3000, 20],
    [300, 280],
    [410, 400],
    [20, 3000],
    [900, 390],
    [1, 5000],
  ];

  test.each(SHAPES)('of a %i x %i solve is what solveBytes says', async (rows, cols) => {
    const fresh = await testKernels();
    singularValues(gaussian(rows, cols, seededRandom(2)), fresh);
    const pages = Math.ceil(solveBytes(rows, cols) / 65536);
    expect(fresh.memory.buffer.byteLength).toBe(pages * 65536);
  });

  test('does not grow over repeated solves', async () => {
    const fresh = await testKernels();
    const solveAll = (): void => {
      for (const [rows, cols] of SHAPES)
        singularValues(gaussian(rows, cols, seededRandom(3)), fresh);
    };
    solveAll();
    const { byteLength } = fresh.memory.buffer;
    for (let round = 0; round < 5; round++) solveAll();
    expect(fresh.memory.buffer.byteLength).toBe(byteLength);
  });

  test('of a tall matrix does not depend on its height', () => {
    expect(solveBytes(1_000_000, 500)).toBe(solveBytes(2000, 500));
    expect(solveBytes(500, 1_000_000)).toBe(solveBytes(2000, 500));
  });
});

describe('cancellation', () => {
  /** Solves until the flag has been read `limit` times; returns how often it was read. */
  function readsUntil(matrix: Matrix, limit: number): { reads: number; code: string } {
    let reads = 0;
    const cancelled = (): boolean => ++reads > limit;
    try {
      singularValues(matrix, kernels, { cancelled });
    } catch (error) {
      return { reads, code: error instanceof LinalgError ? error.code : 'another error' };
    }
    return { reads, code: 'finished' };
  }

  test.each([
    { name: 'banded', rows: 420, cols: 400, least: 50 },
    { name: 'tall', rows: 3000, cols: 300, least: 50 },
    { name: 'small', rows: 20, cols: 20, least: 1 },
  ])('of a $name solve is honoured wherever it comes', ({ rows, cols, least }) => {
    const matrix = gaussian(rows, cols, seededRandom(6));
    const whole = readsUntil(matrix, Infinity);
    expect(whole.code).toBe('finished');
    expect(whole.reads).toBeGreaterThanOrEqual(least);
    for (const part of [0, 0.1, 0.5, 0.9]) {
      const limit = Math.floor(part * whole.reads);
      expect(readsUntil(matrix, limit)).toEqual({ reads: limit + 1, code: 'cancelled' });
    }
  });

  test('leaves the kernels ready for the next solve', () => {
    const matrix = gaussian(400, 390, seededRandom(7));
    const before = solve(matrix);
    expect(readsUntil(matrix, 12).code).toBe('cancelled');
    expect(solve(matrix)).toEqual(before);
  });
});

describe('solveFlops', () => {
  test('is the same for a matrix and its transpose', () => {
    expect(solveFlops(300, 4000)).toBe(solveFlops(4000, 300));
  });

  test('is the operation count of the reduction where that is most of the work', () => {
    for (const [flops, reduction] of [
      [solveFlops(8192, 8192), (8 / 3) * 8192 ** 3],
      [solveFlops(1e6, 512), 2 * 1e6 * 512 ** 2],
    ] as const) {
      expect(flops / reduction).toBeGreaterThan(1);
      expect(flops / reduction).toBeLessThan(1.15);
    }
  });
});
