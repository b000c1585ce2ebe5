import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, reserve } from '../../../../src/core/linalg/arena.ts';
import { type Block, newBlock } from '../../../../src/core/linalg/blas3.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch, store } from './kernelMemory.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const identity = (n: number): Matrix => matrixOf(n, n, (i, j) => Number(i === j));

/** Q = I - V^T T V from reflectors in the rows of v. */
function orthogonalFactor(v: Matrix, tau: Block): Matrix {
  const arena = new Arena();
  arena.float64((tau.address + 8 * v.rows) / 8);
  const gram = store(kernels, arena, product(v, transposed(v)));
  const t = newBlock(arena, v.rows, v.rows);
  reserve(kernels, arena.bytes);
  kernels.triangularFactor(v.rows, tau.address, gram.address, t.address);
  const vtv = product(transposed(v), product(fetch(kernels, t, v.rows, v.rows), v));
  const eye = identity(v.cols);
  return matrixOf(v.cols, v.cols, (i, j) => eye.data[i * v.cols + j]! - vtv.data[i * v.cols + j]!);
}

describe('panelQR', () => {
  test.each([
    { cols: 1, rows: 1, kind: 'gaussian' },
    { cols: 1, rows: 30, kind: 'gaussian' },
    { cols: 4, rows: 10, kind: 'gaussian' },
    { cols: 16, rows: 16, kind: 'gaussian' },
    { cols: 16, rows: 9, kind: 'gaussian' },
    { cols: 32, rows: 101, kind: 'gaussian' },
    { cols: 7, rows: 20, kind: 'rank 1' },
    { cols: 5, rows: 12, kind: 'zero' },
    { cols: 6, rows: 12, kind: 'with a column at the edge of underflow' },
  ])('$rows x $cols $kind: Q is orthogonal and Q R is the panel', ({ cols, rows, kind }) => {
    const random = seededRandom(cols * 100 + rows);
    const noise = gaussian(rows, cols, random);
    const panel = matrixOf(rows, cols, (i, j) => {
      const value = noise.data[i * cols + j]!;
      if (kind === 'rank 1') return (i + 1) * (j + 2);
      if (kind === 'zero') return 0;
      return kind === 'gaussian' || j !== 2 ? value : value * 1e-158;
    });
    const arena = new Arena();
    const vectors = store(kernels, arena, transposed(panel), 3);
    const tau = newBlock(arena, 1, cols);
    const r = newBlock(arena, cols, cols);
    reserve(kernels, arena.bytes);
    kernels.panelQR(vectors.address, cols, rows, vectors.stride, tau.address, r.address);

    const q = orthogonalFactor(fetch(kernels, vectors, cols, rows), tau);
    const triangle = fetch(kernels, r, cols, cols);
    const stacked = matrixOf(rows, cols, (i, j) => (i < cols ? triangle.data[i * cols + j]! : 0));
    expect(distance(product(transposed(q), q), identity(rows))).toBeLessThan(1e-14);
    expect(distance(product(q, stacked), panel)).toBeLessThan(1e-13 * (1 + rows));
    for (let i = 0; i < cols; i++) {
      for (let j = 0; j < i; j++) expect(triangle.data[i * cols + j]).toBe(0);
    }
  });
});

describe('stackedPanelQR', () => {
  test.each([
    { cols: 1, rows: 1, fresh: false },
    { cols: 8, rows: 30, fresh: false },
    { cols: 8, rows: 3, fresh: false },
    { cols: 32, rows: 64, fresh: true },
  ])('$rows rows under a triangle of $cols (zero: $fresh)', ({ cols, rows, fresh }) => {
    const random = seededRandom(cols + rows);
    const triangle = matrixOf(cols, cols, (i, j) => (fresh || j < i ? 0 : random.normal()));
    const block = gaussian(rows, cols, random);
    const arena = new Arena();
    const r = store(kernels, arena, triangle, 2);
    const vectors = store(kernels, arena, transposed(block), 1);
    const tau = newBlock(arena, 1, cols);
    const scratch = arena.float64(rows + 1);
    reserve(kernels, arena.bytes);
    const { address, stride } = vectors;
    kernels.stackedPanelQR(address, cols, rows, stride, tau.address, r.address, r.stride, scratch);

    const tails = fetch(kernels, vectors, cols, rows);
    const v = matrixOf(cols, cols + rows, (i, j) =>
      j < cols ? Number(i === j) : tails.data[i * rows + j - cols]!,
    );
    const q = orthogonalFactor(v, tau);
    const after = fetch(kernels, r, cols, cols);
    const stack = (top: Matrix, below: (i: number, j: number) => number): Matrix =>
      matrixOf(cols + rows, cols, (i, j) =>
        i < cols ? top.data[i * cols + j]! : below(i - cols, j),
      );
    const before = stack(triangle, (i, j) => block.data[i * cols + j]!);
    expect(distance(product(transposed(q), q), identity(cols + rows))).toBeLessThan(1e-14);
    expect(
      distance(
        product(
          q,
          stack(after, () => 0),
        ),
        before,
      ),
    ).toBeLessThan(1e-13);
  });
});
