import { type Arena, float64View } from './arena.ts';
import type { BlockUpdate } from './blas3.ts';
import { type Block, copyInto, type Element, newBlock, paddedBlock, subBlock } from './block.ts';
import { mixAndRound } from './mixing.ts';
import { matchRounded } from './roundedReflectors.ts';
import type { ScaledMatrix } from './scaledMatrix.ts';
import { SLAB_ROOM } from './slabMatrix.ts';
import type { SolverContext } from './solverContext.ts';

/** Columns reduced together: a library makes more of deeper updates. */
const PANEL = { kernels: 32, library: 64 } as const;

/** Memory of a QR that takes its rows a block at a time and keeps only R. */
export interface RowFold {
  readonly cols: number;
  readonly panel: number;
  /** The triangle, cols x cols, and room to bring it into slabs. Zeros below the diagonal. */
  readonly r: Block;
  /**
   * The next rows, at most `blockRows` of them, go here as columns: so the columns that are left of the matrix
   * are always whole rows of the block, with nothing between them.
   */
  readonly block: Block;
  readonly blockRows: number;
  readonly work: Block;
  readonly update: Block;
  /** Where the products with the block are in float32; all else is float64. */
  readonly rounded: RoundedFold | undefined;
  readonly gram: Block;
  readonly t: Block;
  readonly tau: number;
  readonly scratch: number;
}

interface RoundedFold {
  /** The panel that is factored. */
  readonly panel: Block;
  readonly work: Block;
  readonly update: Block;
}

/** Enough for a panel's products to outweigh what is done to the triangle for them. */
const BLOCK_ROWS = 512;

/** A matrix of any height needs no more memory than its triangle and one block. */
export function planRowFold(
  arena: Arena,
  rows: number,
  cols: number,
  {
    product = 'kernels',
    element = 'float64',
    blockRows = Math.min(rows, BLOCK_ROWS),
  }: {
    readonly product?: keyof typeof PANEL;
    readonly element?: Element;
    readonly blockRows?: number;
  } = {},
): RowFold {
  const panel = PANEL[product];
  return {
    cols,
    panel,
    r: paddedBlock(arena, cols + SLAB_ROOM, cols),
    block: paddedBlock(arena, cols + 1, blockRows),
    blockRows,
    work: paddedBlock(arena, panel, cols),
    update: paddedBlock(arena, panel, cols),
    rounded:
      element === 'float64'
        ? undefined
        : {
            panel: paddedBlock(arena, panel, blockRows),
            work: paddedBlock(arena, panel, cols, element),
            update: paddedBlock(arena, panel, cols, element),
          },
    gram: newBlock(arena, panel, panel),
    t: newBlock(arena, panel, panel),
    tau: arena.float64(panel),
    scratch: arena.float64(blockRows + 1),
  };
}

/** R <- the triangle of the QR of the whole matrix. */
export function foldMatrix(context: SolverContext, fold: RowFold, matrix: ScaledMatrix): void {
  clearFold(context, fold);
  for (let first = 0; first < matrix.rows; first += fold.blockRows) {
    const count = Math.min(fold.blockRows, matrix.rows - first);
    matrix.copyTurned(context.kernels, first, count, fold.block);
    foldRows(context, fold, count);
  }
}

/** Sets R to zero, the triangle of no rows at all, and the block, of which a library multiplies the gaps too. */
export function clearFold({ kernels }: SolverContext, { r, block, cols }: RowFold): void {
  float64View(kernels, r.address, cols * r.stride).fill(0);
  float64View(kernels, block.address, (cols + 1) * block.stride).fill(0);
}

/**
 * R <- the triangle of the QR of R stacked on `count` rows in `block`, which are destroyed. R^T R is
 * that of all rows folded in so far, so the singular values are those of the whole matrix, but nothing
 * is squared on the way. Golub, Van Loan, "Matrix Computations", 5.2 and 6.5; LAPACK's dtpqrt.
 *
 * Where products are in float32, each block is mixed from both sides before it is rounded: from the side of the
 * columns by the same transform, so that R is that of the matrix so turned, and from that of the rows on its own.
 */
export function foldRows(context: SolverContext, plan: RowFold, count: number): void {
  const { kernels, blas } = context;
  const { cols, r, work, update, gram, t, tau, scratch, rounded } = plan;
  const block = rounded ? mixAndRound(context, plan.block, cols, count) : plan.block;
  // What the panel before still has to take from the columns: it does so on the way to the next product, since the
  // block is larger than the caches.
  let pending: BlockUpdate | undefined;
  for (let j = 0; j < cols; j += plan.panel) {
    context.throwIfCancelled();
    const width = Math.min(plan.panel, cols - j);
    const v = subBlock(block, j, 0);
    const panel = rounded?.panel ?? v;
    if (pending) blas.gemm('TN', width, count, pending.depth, -1, pending.u, pending.v, 1, v);
    if (rounded) copyInto(kernels, v, width, count, panel);
    const corner = subBlock(r, j, j).address;
    kernels.stackedPanelQR(
      panel.address,
      width,
      count,
      panel.stride,
      tau,
      corner,
      r.stride,
      scratch,
    );
    const next = j + width;
    const rest = cols - next;
    if (rest === 0) return;

    if (rounded) {
      copyInto(kernels, panel, width, count, v);
      copyInto(kernels, v, width, count, panel);
    }
    const small = { ...gram, stride: width };
    const factor = { ...t, stride: width };
    blas.gemm('NT', width, width, count, 1, panel, panel, 0, small);
    if (rounded) matchRounded(kernels, tau, small, width, 1);
    kernels.triangularFactor(width, tau, gram.address, t.address);
    const rows = subBlock(r, j, next);
    const columns = subBlock(block, next, 0);
    // The change of the triangle's rows, T^T (rows + V columns^T), and its negative on the way.
    const left = pending && { ...pending, u: subBlock(pending.u, 0, width) };
    blas.updateAndMultiply(left, columns, rest, count, v, width, rounded?.work ?? work);
    if (rounded) copyInto(kernels, rounded.work, width, rest, work);
    kernels.subtractBlock(rows.address, rows.stride, width, rest, work.address, work.stride);
    blas.gemm('TN', width, rest, width, -1, factor, work, 0, update);
    kernels.subtractBlock(update.address, update.stride, width, rest, rows.address, rows.stride);
    if (rounded) copyInto(kernels, update, width, rest, rounded.update);
    pending = { u: rounded?.update ?? update, v, depth: width };
  }
}
