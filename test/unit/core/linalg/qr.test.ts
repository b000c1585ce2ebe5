import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, float64View, reserve } from '../../../../src/core/linalg/arena.ts';
import { kernelContext } from '../../../../src/core/linalg/solverContext.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { clearFold, foldRows, planRowFold } from '../../../../src/core/linalg/qr.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch } from './kernelMemory.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

describe('foldRows', () => {
  test.each([
    { rows: 1, cols: 1, blockRows: 1 },
    { rows: 50, cols: 1, blockRows: 16 },
    { rows: 40, cols: 20, blockRows: 40 },
    { rows: 150, cols: 70, blockRows: 64 },
    { rows: 151, cols: 64, blockRows: 50 },
    { rows: 20, cols: 33, blockRows: 8 },
    { rows: 100, cols: 200, blockRows: 100 },
    { rows: 300, cols: 200, blockRows: 64 },
    { rows: 260, cols: 130, blockRows: 100 },
  ])('$rows x $cols in blocks of $blockRows rows: R is triangular, R^T R = A^T A', (shape) => {
    const { rows, cols, blockRows } = shape;
    const matrix = gaussian(rows, cols, seededRandom(rows + cols));
    const arena = new Arena();
    const context = kernelContext(kernels, arena);
    const plan = planRowFold(arena, rows, cols, { blockRows });
    reserve(kernels, arena.bytes);
    clearFold(context, plan);
    for (let first = 0; first < rows; first += blockRows) {
      const count = Math.min(blockRows, rows - first);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < cols; j++) {
          const at = plan.block.address + 8 * (j * plan.block.stride + i);
          float64View(kernels, at, 1)[0] = matrix.data[(first + i) * cols + j]!;
        }
      }
      foldRows(context, plan, count, first);
    }
    const r = fetch(kernels, plan.r, cols, cols);
    const lower = matrixOf(cols, cols, (i, j) => (j < i ? r.data[i * cols + j]! : 0));
    expect(lower.data.every((x) => x === 0)).toBe(true);
    const gram = product(transposed(matrix), matrix);
    expect(distance(product(transposed(r), r), gram)).toBeLessThan(1e-14 * (rows + cols));
  });
});
