import { GEMM_SCRATCH } from './blas3.ts';
import { type Block, copyInto, paddedStride } from './block.ts';
import type { SolverContext } from './solverContext.ts';

/**
 * Bound of the error of every singular value found in float32, as a share of the largest. Measured over
 * kinds and sizes by scripts/fastSweep.mjs: at most 1.3e-6 up to 2048 x 2048, of orthogonal and sign-flipped
 * constant ones.
 */
export const FAST_ERROR = 2e-6;

/** Any two seeds will do; equal ones would leave the identity as it is. */
const ROW_SEED = 0x2545f491;
const COLUMN_SEED = 0x5eed1e55;

/** Rows mixed between two looks at the cancellation flag. */
const ROWS_PER_CALL = 512;

/**
 * Turns the matrix, [rows, cols], by random orthogonal transforms of both sides, in float64. Rounded to float32 as they
 * are, matrices whose entries hang together (constant, block-constant, Hadamard) would have errors that add up to 2e-5
 * of the largest singular value.
 */
export function mix(
  { kernels, scratch, throwIfCancelled }: SolverContext,
  { address, stride }: Block,
  rows: number,
  cols: number,
): void {
  for (let first = 0; first < rows; first += ROWS_PER_CALL) {
    throwIfCancelled();
    const count = Math.min(ROWS_PER_CALL, rows - first);
    kernels.mixRows(address + 8 * first * stride, stride, count, cols, ROW_SEED, scratch);
  }
  throwIfCancelled();
  kernels.mixColumns(address, stride, rows, cols, COLUMN_SEED, scratch, GEMM_SCRATCH);
  throwIfCancelled();
}

/** The matrix, mixed and then rounded to float32 in the same memory. */
export function mixAndRound(
  context: SolverContext,
  dense: Block,
  rows: number,
  cols: number,
): Block {
  mix(context, dense, rows, cols);
  const { kernels } = context;
  const rounded: Block = {
    address: dense.address,
    stride: paddedStride(cols, 'float32'),
    element: 'float32',
  };
  copyInto(kernels, dense, rows, cols, rounded);
  clearGaps(kernels.memory, rounded, rows, cols);
  return rounded;
}

/** Halves of float64s may be NaN as float32s, and are read where a library knows no strides. */
function clearGaps(memory: WebAssembly.Memory, block: Block, rows: number, cols: number): void {
  const { address, stride } = block;
  const values = new Float32Array(memory.buffer, address, (rows + 1) * stride);
  for (let row = 0; row < rows; row++) values.fill(0, row * stride + cols, (row + 1) * stride);
  values.fill(0, rows * stride);
}
