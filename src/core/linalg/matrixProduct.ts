import { Arena, float64View, reserve } from './arena.ts';
import { GEMM_SCRATCH, paddedBlock, subBlock, wasmBlas3, type Block } from './blas3.ts';
import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';

const STRIP = 128;

/**
 * a b in float64, a strip of rows at a time.
 *
 * @param a [rows, inner]
 * @param b [inner, cols]
 * @throws LinalgError `too-large`, RangeError where the two do not fit.
 */
export function matrixProduct(a: Matrix, b: Matrix, kernels: Kernels): Matrix {
  if (a.cols !== b.rows)
    throw new RangeError(`A matrix of ${a.cols} columns times one of ${b.rows} rows is none.`);
  const { rows, cols: inner } = a;
  const { cols } = b;
  const arena = new Arena();
  const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
  const right = paddedBlock(arena, inner, cols);
  const left = paddedBlock(arena, STRIP, inner);
  const strip = paddedBlock(arena, STRIP, cols);
  reserve(kernels, arena.bytes);
  const line = (block: Block, row: number, length: number): Float64Array =>
    float64View(kernels, subBlock(block, row, 0).address, length);
  for (let row = 0; row < inner; row++)
    line(right, row, cols).set(b.data.subarray(row * cols, (row + 1) * cols));
  const data = new Float64Array(rows * cols);
  for (let first = 0; first < rows; first += STRIP) {
    const count = Math.min(STRIP, rows - first);
    for (let row = 0; row < count; row++) {
      const at = (first + row) * inner;
      line(left, row, inner).set(a.data.subarray(at, at + inner));
    }
    blas.gemm('NN', count, cols, inner, 1, left, right, 0, strip);
    for (let row = 0; row < count; row++) data.set(line(strip, row, cols), (first + row) * cols);
  }
  return { rows, cols, data };
}
