import { Arena, float64View, reserve } from './arena.ts';
import { GEMM_SCRATCH, paddedBlock, subBlock, wasmBlas3, type Block } from './blas3.ts';
import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';
import { dot } from './orthonormalRows.ts';

const STRIP = 128;

/**
 * The Frobenius norm of W - u v over that of W, from the differences themselves; null for a matrix of
 * zeros. For values whose squares float64 can hold.
 *
 * @throws LinalgError `too-large`.
 */
export function factorResidual(
  matrix: Matrix,
  u: Matrix,
  v: Matrix,
  kernels: Kernels,
): number | null {
  const { rows, cols } = matrix;
  const rank = u.cols;
  const arena = new Arena();
  const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
  const right = paddedBlock(arena, rank, cols);
  const left = paddedBlock(arena, STRIP, rank);
  const strip = paddedBlock(arena, STRIP, cols);
  reserve(kernels, arena.bytes);
  const load = (from: Matrix, first: number, count: number, block: Block): void => {
    for (let row = 0; row < count; row++) {
      const at = (first + row) * from.cols;
      const target = float64View(kernels, subBlock(block, row, 0).address, from.cols);
      target.set(from.data.subarray(at, at + from.cols));
    }
  };
  load(v, 0, rank, right);
  let difference = 0;
  let all = 0;
  for (let first = 0; first < rows; first += STRIP) {
    const count = Math.min(STRIP, rows - first);
    load(u, first, count, left);
    load(matrix, first, count, strip);
    for (let row = 0; row < count; row++) all += square(kernels, strip, row, cols);
    blas.gemm('NN', count, cols, rank, -1, left, right, 1, strip);
    for (let row = 0; row < count; row++) difference += square(kernels, strip, row, cols);
  }
  return all === 0 ? null : Math.sqrt(difference / all);
}

function square(kernels: Kernels, block: Block, row: number, length: number): number {
  const values = float64View(kernels, subBlock(block, row, 0).address, length);
  return dot(values, values);
}
