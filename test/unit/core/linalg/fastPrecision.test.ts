import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, float64View, reserve } from '../../../../src/core/linalg/arena.ts';
import { paddedBlock } from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { FAST_ERROR } from '../../../../src/core/linalg/mixing.ts';
import { singularValues, solveBytes } from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixKinds, matrixOf } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch, store } from './kernelMemory.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

/** The largest difference of the two spectra, as a share of the largest singular value. */
function relativeError(found: Float64Array, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  const largest = expected[0]! || 1;
  return found.reduce((most, s, i) => {
    const off = Math.abs(s - expected[i]!) / largest;
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
}

describe('float32 with mixing', () => {
  /** Past the direct method's size, where float32 begins; square, a little tall, wide, and tall enough for QR first. */
  const SHAPES = [
    [400, 400],
    [430, 386],
    [387, 512],
    [800, 390],
  ] as const;

  test.each(Object.keys(matrixKinds).map((kind, i) => ({ kind, shape: SHAPES[i % 4]! })))(
    'is as near to float64 as it says on: $kind, $shape',
    ({ kind, shape: [rows, cols] }) => {
      const matrix = matrixKinds[kind]!(rows, cols, seededRandom(31));
      const exact = singularValues(matrix, kernels);
      const fast = singularValues(matrix, kernels, { precision: 'fast' });
      expect(relativeError(fast, exact)).toBeLessThan(FAST_ERROR / 2);
    },
  );

  test('is float64 up to the size of the direct method', () => {
    const matrix = gaussian(384, 384, seededRandom(3));
    expect(singularValues(matrix, kernels, { precision: 'fast' })).toEqual(
      singularValues(matrix, kernels),
    );
  });

  test('does not write to the matrix, and gives the same bits again', () => {
    const matrix = gaussian(390, 400, seededRandom(4));
    const copy = matrix.data.slice();
    const values = singularValues(matrix, kernels, { precision: 'fast' });
    singularValues(gaussian(500, 420, seededRandom(5)), kernels);
    expect(singularValues(matrix, kernels, { precision: 'fast' })).toEqual(values);
    expect(matrix.data).toEqual(copy);
  });

  test('needs the memory that solveBytes says', async () => {
    const fresh = await testKernels();
    singularValues(gaussian(400, 410, seededRandom(2)), fresh, { precision: 'fast' });
    const pages = Math.ceil(solveBytes(400, 410, { precision: 'fast' }) / 65536);
    expect(fresh.memory.buffer.byteLength).toBe(pages * 65536);
  });
});

describe('mixing', () => {
  test.each([1, 2, 3, 16, 17, 31, 64, 100])('keeps the norm of rows of %i', (cols) => {
    const matrix = gaussian(3, cols, seededRandom(cols));
    const arena = new Arena();
    const block = store(kernels, arena, matrix, 5);
    const scratch = arena.float64(2 * cols);
    reserve(kernels, arena.bytes);
    kernels.mixRows(block.address, block.stride, 3, cols, 7, scratch);
    const mixed = fetch(kernels, block, 3, cols);
    for (let i = 0; i < 3; i++) {
      const norm = (data: Float64Array): number =>
        Math.hypot(...data.subarray(i * cols, (i + 1) * cols));
      expect(Math.abs(norm(mixed.data) / norm(matrix.data) - 1)).toBeLessThan(1e-14);
    }
  });

  test.each(
    [1, 2, 5, 16, 40, 65].flatMap((rows) => [0, 16 * rows].map((size) => ({ rows, size }))),
  )(
    'of columns of $rows is that of rows, on the transpose, with $size to spare',
    ({ rows, size }) => {
      const cols = 19;
      const matrix = gaussian(rows, cols, seededRandom(rows));
      const turned = matrixOf(cols, rows, (i, j) => matrix.data[j * cols + i]!);
      const arena = new Arena();
      const byColumns = store(kernels, arena, matrix, 1);
      const byRows = store(kernels, arena, turned);
      const scratch = arena.float64(size);
      const signs = arena.float64(2 * rows);
      reserve(kernels, arena.bytes);
      kernels.mixColumns(byColumns.address, byColumns.stride, rows, cols, 11, scratch, size);
      kernels.mixRows(byRows.address, byRows.stride, cols, rows, 11, signs);
      const columns = fetch(kernels, byColumns, rows, cols);
      const expected = fetch(kernels, byRows, cols, rows);
      const back = matrixOf(rows, cols, (i, j) => expected.data[j * rows + i]!);
      expect(distance(columns, back)).toBeLessThan(1e-14);
    },
  );

  test('spreads a single entry over a row', () => {
    const arena = new Arena();
    const block = paddedBlock(arena, 1, 256);
    const scratch = arena.float64(2 * 256);
    reserve(kernels, arena.bytes);
    const row = float64View(kernels, block.address, 256).fill(0);
    row[77] = 1;
    kernels.mixRows(block.address, block.stride, 1, 256, 5, scratch);
    expect([...row].every((x) => Math.abs(Math.abs(x) - 1 / 16) < 1e-15)).toBe(true);
    expect(row.filter((x) => x > 0).length).toBeGreaterThan(90);
  });
});
