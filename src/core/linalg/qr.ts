import { type Arena, float64View } from './arena.ts';
import { type Block, newBlock, paddedBlock, subBlock } from './block.ts';
import type { SolverContext } from './solverContext.ts';

/** Columns reduced together. */
const PANEL = 32;

/** Memory of a QR that takes its rows a block at a time and keeps only R. */
export interface RowFold {
  readonly cols: number;
  /** The triangle, cols x cols. Zeros below the diagonal. */
  readonly r: Block;
  /** The next rows, at most `blockRows` of them, go here. */
  readonly block: Block;
  readonly blockRows: number;
  readonly vectors: Block;
  readonly work: Block;
  readonly update: Block;
  readonly gram: Block;
  readonly t: Block;
  readonly tau: number;
  readonly scratch: number;
}

/**
 * Blocks of 64 Ki values and at least 256 rows: enough work for a call, while a matrix of any height
 * needs no more memory than its triangle and one block.
 */
export function planRowFold(
  arena: Arena,
  rows: number,
  cols: number,
  blockRows: number = Math.min(rows, Math.max(256, Math.ceil(65536 / cols))),
): RowFold {
  return {
    cols,
    r: paddedBlock(arena, cols, cols),
    block: paddedBlock(arena, blockRows, cols),
    blockRows,
    vectors: paddedBlock(arena, PANEL, blockRows),
    work: paddedBlock(arena, PANEL, cols),
    update: paddedBlock(arena, PANEL, cols),
    gram: newBlock(arena, PANEL, PANEL),
    t: newBlock(arena, PANEL, PANEL),
    tau: arena.float64(PANEL),
    scratch: arena.float64(blockRows + 1),
  };
}

/** Sets R to zero: the triangle of no rows at all. */
export function clearTriangle({ kernels }: SolverContext, { r, cols }: RowFold): void {
  float64View(kernels, r.address, cols * r.stride).fill(0);
}

/**
 * R <- the triangle of the QR of R stacked on `count` rows in `block`, which are destroyed. R^T R is
 * that of all rows folded in so far, so the singular values are those of the whole matrix, but nothing
 * is squared on the way. Golub, Van Loan, "Matrix Computations", 5.2 and 6.5; LAPACK's dtpqrt.
 */
export function foldRows(context: SolverContext, plan: RowFold, count: number): void {
  const { kernels, blas } = context;
  const { cols, r, block, vectors, work, update, gram, t, tau, scratch } = plan;
  for (let j = 0; j < cols; j += PANEL) {
    context.throwIfCancelled();
    const width = Math.min(PANEL, cols - j);
    const panel = subBlock(block, 0, j).address;
    kernels.transposeBlock(panel, block.stride, count, width, vectors.address, vectors.stride);
    const corner = subBlock(r, j, j).address;
    kernels.stackedPanelQR(
      vectors.address,
      width,
      count,
      vectors.stride,
      tau,
      corner,
      r.stride,
      scratch,
    );
    const next = j + width;
    const rest = cols - next;
    if (rest === 0) return;

    const small = { ...gram, stride: width };
    const factor = { ...t, stride: width };
    blas.gemm('NT', width, width, count, 1, vectors, vectors, 0, small);
    kernels.triangularFactor(width, tau, gram.address, t.address);
    const triangleRows = subBlock(r, j, next);
    const blockRest = subBlock(block, 0, next);
    kernels.copyBlock(triangleRows.address, r.stride, width, rest, work.address, work.stride);
    blas.gemm('NN', width, rest, count, 1, vectors, blockRest, 1, work);
    blas.gemm('TN', width, rest, width, 1, factor, work, 0, update);
    kernels.subtractBlock(
      update.address,
      update.stride,
      width,
      rest,
      triangleRows.address,
      r.stride,
    );
    blas.gemm('TN', count, rest, width, -1, vectors, update, 1, blockRest);
  }
}
