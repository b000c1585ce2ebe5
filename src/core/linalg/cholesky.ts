import { Arena, float64View, reserve } from './arena.ts';
import { GEMM_SCRATCH, paddedBlock, subBlock, wasmBlas3, type Block } from './blas3.ts';
import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';

/** Columns that are factored together; all before them take part by gemm. */
const PANEL = 64;

export interface CholeskyOptions {
  /** Read between panels. */
  readonly cancelled?: () => boolean;
}

/**
 * The lower triangular L, positive on its diagonal, with A = L L^T of a symmetric positive definite
 * `length` x `length` matrix, row-major, zeros above the diagonal (left-looking by panels; Golub and Van Loan,
 * Matrix Computations, 4.2). Only the lower triangle of A is read.
 *
 * @throws LinalgError `bad-shape`, `too-large`, `cancelled`, and `not-finite` where A is not positive
 *   definite to rounding, or holds NaN or infinities.
 */
export function cholesky(
  matrix: Float64Array,
  length: number,
  kernels: Kernels,
  { cancelled }: CholeskyOptions = {},
): Float64Array {
  if (length < 1 || matrix.length !== length * length)
    throw new LinalgError(
      'bad-shape',
      `${matrix.length} values are no square matrix of ${length} rows, of which there has to be one at least.`,
    );
  const arena = new Arena();
  const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
  const block = paddedBlock(arena, length, length);
  reserve(kernels, arena.bytes);
  const rowOf = (row: number): Float64Array =>
    float64View(kernels, subBlock(block, row, 0).address, length);
  for (let row = 0; row < length; row++)
    rowOf(row).set(matrix.subarray(row * length, row * length + length));
  for (let first = 0; first < length; first += PANEL) {
    if (cancelled?.())
      throw new LinalgError('cancelled', 'The factorisation of the matrix was cancelled.');
    const width = Math.min(PANEL, length - first);
    const rows = subBlock(block, first, 0);
    if (first > 0)
      blas.gemm(
        'NT',
        length - first,
        width,
        first,
        -1,
        rows,
        rows,
        1,
        subBlock(block, first, first),
      );
    factorPanel(kernels, block, length, first, width);
  }
  const factor = new Float64Array(length * length);
  for (let row = 0; row < length; row++) factor.set(rowOf(row).subarray(0, row + 1), row * length);
  return factor;
}

/** The columns first ... first + width of L, from what is left of A there. */
function factorPanel(
  kernels: Kernels,
  block: Block,
  length: number,
  first: number,
  width: number,
): void {
  const rowOf = (row: number): Float64Array =>
    float64View(kernels, subBlock(block, row, first).address, width);
  const top = Array.from({ length: width }, (_, k) => rowOf(first + k));
  for (let row = first; row < length; row++) {
    const own = rowOf(row);
    const last = Math.min(width - 1, row - first);
    for (let k = 0; k <= last; k++) {
      const above = top[k]!;
      let left = own[k]!;
      for (let t = 0; t < k; t++) left -= own[t]! * above[t]!;
      if (k < row - first) own[k] = left / above[k]!;
      else if (left > 0 && left < Infinity) own[k] = Math.sqrt(left);
      else
        throw new LinalgError(
          'not-finite',
          `The matrix is not positive definite: ${left} is left of row ${row} where a positive number is expected.`,
        );
    }
  }
}
