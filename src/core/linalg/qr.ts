import type { Arena } from './arena.ts';
import type { BlockUpdate } from './blas3.ts';
import {
  type Block,
  clearRows,
  copyInto,
  type Element,
  newBlock,
  paddedBlock,
  subBlock,
  transposeInto,
} from './block.ts';
import type { Kernels } from './kernels.ts';
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
    foldRows(context, fold, count, first);
  }
}

/** Sets R to zero, the triangle of no rows at all, and the block, of which a library multiplies the gaps too. */
export function clearFold({ kernels }: SolverContext, { r, block, cols }: RowFold): void {
  clearRows(kernels, r, cols);
  clearRows(kernels, block, cols + 1);
}

/**
 * R <- the triangle of the QR of R stacked on `count` rows in `block`, which are destroyed. R^T R is
 * that of all rows folded in so far, so the singular values are those of the whole matrix, but nothing
 * is squared on the way. Golub, Van Loan, "Matrix Computations", 5.2 and 6.5; LAPACK's dtpqrt.
 *
 * Where products are in float32, each block is mixed from both sides before it is rounded: from the side of the
 * columns by the same transform, so that R is that of the matrix so turned, and from that of the rows on its own.
 *
 * @param folded how many rows have been folded in before: R has no more, and what they leave of the block goes on as
 *   rows of R, at half the work of a reduction against rows of zeros
 */
export function foldRows(
  context: SolverContext,
  plan: RowFold,
  count: number,
  folded: number,
): void {
  const block = plan.rounded ? mixAndRound(context, plan.block, plan.cols, count) : plan.block;
  const present = Math.min(folded, plan.cols);
  const pending = reduceAgainstTriangle(context, plan, block, count, present);
  if (present < plan.cols) appendToTriangle(context, plan, block, count, present, pending);
}

/**
 * Reduces the block's columns before `end` to zero, against as many rows of R.
 *
 * @returns what the last panel still has to take from the columns that follow. So does each panel on the way to the
 *   product of the next one, since the block is larger than the caches.
 */
function reduceAgainstTriangle(
  context: SolverContext,
  plan: RowFold,
  block: Block,
  count: number,
  end: number,
): BlockUpdate | undefined {
  const { kernels, blas } = context;
  const { cols, r, work, tau, scratch, rounded } = plan;
  let pending: BlockUpdate | undefined;
  for (let j = 0; j < end; j += plan.panel) {
    context.throwIfCancelled();
    const width = Math.min(plan.panel, end - j);
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
    if (rest === 0) return undefined;

    // The change of the triangle's rows, T^T (rows + V columns^T), and its negative on the way.
    const factor = compactFactor(context, plan, v, width, count, 1);
    const rows = subBlock(r, j, next);
    multiplyColumns(context, plan, pending, subBlock(block, next, 0), rest, count, v, width);
    kernels.subtractBlock(rows.address, rows.stride, width, rest, work.address, work.stride);
    const u = changeOf(context, plan, factor, rest, width);
    const { update } = plan;
    kernels.subtractBlock(update.address, update.stride, width, rest, rows.address, rows.stride);
    pending = { u, v, depth: width };
  }
  return pending;
}

/** QR of what is left of the block, from column `first` on, whose triangle becomes rows of R from row `first` on. */
function appendToTriangle(
  context: SolverContext,
  plan: RowFold,
  block: Block,
  count: number,
  first: number,
  update: BlockUpdate | undefined,
): void {
  const { kernels, blas } = context;
  const { cols, r, tau, gram, rounded } = plan;
  const end = Math.min(cols, first + count);
  let pending = update;
  /** The block's rows that are final in all columns: the panel before has not reached them, or it has been applied. */
  let final = 0;
  for (let j = first; j < end; j += plan.panel) {
    context.throwIfCancelled();
    const width = Math.min(plan.panel, end - j);
    const length = count - final;
    const v = subBlock(block, j, final);
    if (pending) blas.gemm('TN', width, length, pending.depth, -1, pending.u, pending.v, 1, v);
    const done = j - first;
    moveToTriangle(kernels, plan, block, first, j, width, done);
    clearRows(kernels, v, width, done - final);
    const panel = rounded?.panel ?? v;
    if (rounded) copyInto(kernels, v, width, length, panel);
    const below = subBlock(panel, 0, done - final);
    kernels.panelQR(below.address, width, count - done, below.stride, tau, gram.address);
    copyInto(kernels, { ...gram, stride: width }, width, width, subBlock(r, j, j));
    const next = j + width;
    const rest = cols - next;
    if (rest === 0) return;

    const factor = compactFactor(context, plan, v, width, length, 0);
    multiplyColumns(context, plan, pending, subBlock(block, next, final), rest, length, v, width);
    const u = changeOf(context, plan, factor, rest, width);
    pending = { u, v: subBlock(v, 0, done - final), depth: width };
    final = done;
  }
  if (pending) {
    const columns = subBlock(block, end, final);
    blas.gemm('TN', cols - end, count - final, pending.depth, -1, pending.u, pending.v, 1, columns);
  }
  moveToTriangle(kernels, plan, block, first, end, cols - end, count);
}

/** R from (first, j) on <- the first `rows` entries of `count` columns of the block from column j on. */
function moveToTriangle(
  kernels: Kernels,
  { r, rounded, panel }: RowFold,
  block: Block,
  first: number,
  j: number,
  count: number,
  rows: number,
): void {
  if (rows === 0) return;
  for (let i = 0; i < count; i += panel) {
    const width = Math.min(panel, count - i);
    const source = subBlock(block, j + i, 0);
    if (rounded) copyInto(kernels, source, width, rows, rounded.panel);
    const target = subBlock(r, first, j + i);
    transposeInto(kernels, rounded?.panel ?? source, width, rows, target);
  }
}

/**
 * T of the panel's reflectors, which are in v, or in `rounded.panel` on their way to it.
 *
 * @param head 1 where the unit heads of the reflectors lie elsewhere
 */
function compactFactor(
  { kernels, blas }: SolverContext,
  { gram, t, tau, rounded }: RowFold,
  v: Block,
  width: number,
  length: number,
  head: 0 | 1,
): Block {
  const panel = rounded?.panel ?? v;
  if (rounded) {
    copyInto(kernels, panel, width, length, v);
    copyInto(kernels, v, width, length, panel);
  }
  const small = { ...gram, stride: width };
  blas.gemm('NT', width, width, length, 1, panel, panel, 0, small);
  if (rounded) matchRounded(kernels, tau, small, width, head);
  kernels.triangularFactor(width, tau, gram.address, t.address);
  return { ...t, stride: width };
}

/** work <- -V columns^T, once the columns, `count` of `length`, are rid of what is pending. */
function multiplyColumns(
  { kernels, blas }: SolverContext,
  { work, rounded }: RowFold,
  pending: BlockUpdate | undefined,
  columns: Block,
  count: number,
  length: number,
  v: Block,
  width: number,
): void {
  const left = pending && { ...pending, u: subBlock(pending.u, 0, width) };
  blas.updateAndMultiply(left, columns, count, length, v, width, rounded?.work ?? work);
  if (rounded) copyInto(kernels, rounded.work, width, count, work);
}

/** update <- -T^T work, of `count` columns; and that in the element of the block. */
function changeOf(
  { kernels, blas }: SolverContext,
  { work, update, rounded }: RowFold,
  factor: Block,
  count: number,
  width: number,
): Block {
  blas.gemm('TN', width, count, width, -1, factor, work, 0, update);
  if (rounded) copyInto(kernels, update, width, count, rounded.update);
  return rounded?.update ?? update;
}
