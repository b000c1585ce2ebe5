import { type Arena, float64View } from './arena.ts';
import type { BlockUpdate } from './blas3.ts';
import {
  type Block,
  clearRows,
  copyInto,
  type Element,
  newBlock,
  paddedBlock,
  subBlock,
} from './block.ts';
import { matchRounded } from './roundedReflectors.ts';
import type { SolverContext } from './solverContext.ts';
import type { TrailingMatrix } from './trailingMatrix.ts';

/** Memory of the reduction of an m x n matrix, m >= n, to an upper band with `width` superdiagonals. */
export interface BandReduction {
  readonly cols: number;
  readonly width: number;
  /** The band as the kernels store it: see `bandIndex`. */
  readonly band: number;
  readonly bandSize: number;
  /** Pending update: the matrix is A - left^T right, a row of each for each reflector of the panel, `2 * width`. */
  readonly left: Block;
  readonly right: Block;
  /** Reflectors of columns, while the update of the panel before is pending. */
  readonly next: Block;
  readonly work: Block;
  readonly cross: Block;
  /** Of the stored type, for the products with it; all panels are factored in float64. */
  readonly t: Block;
  /** Reflectors in float64; absent where they are stored so. */
  readonly panel: Block | undefined;
  readonly gram: Block;
  readonly factor: Block;
  readonly triangle: Block;
  readonly tau: number;
}

/** As measured: a wider band makes better use of gemm, and costs more in the bulge chase. */
export function bandWidth(cols: number, element: Element = 'float64'): number {
  if (cols <= (element === 'float64' ? 1024 : 2048)) return 16;
  return cols < 8192 ? 32 : 64;
}

export function planBand(
  arena: Arena,
  rows: number,
  cols: number,
  element: Element = 'float64',
  width: number = bandWidth(cols, element),
): BandReduction {
  const bandSize = bandLength(cols, width);
  return {
    cols,
    width,
    band: arena.float64(bandSize),
    bandSize,
    // One row more than are used: see reduceToBand.
    left: paddedBlock(arena, 2 * width + 1, rows, element),
    right: paddedBlock(arena, 2 * width + 1, cols, element),
    next: paddedBlock(arena, width + 1, rows, element),
    work: paddedBlock(arena, width, rows, element),
    cross: newBlock(arena, width, width, element),
    t: newBlock(arena, width, width, element),
    panel: element === 'float64' ? undefined : paddedBlock(arena, width, rows),
    gram: newBlock(arena, width, width),
    factor: newBlock(arena, width, width),
    triangle: newBlock(arena, width, width),
    tau: arena.float64(width),
  };
}

/**
 * Reduces the matrix to an upper band by orthogonal transformations from both sides; all but the panels
 * themselves is matrix multiplication. `a` is destroyed.
 *
 * For each panel of `width` columns: QR of the columns from the diagonal down, then of the rows to its
 * right, both as reflectors I - V^T T V, whose effect on the rest is kept as rows of `left` and `right`
 * and applied on the way to the product with the next panel's columns, so that the matrix is read twice a panel.
 * Where `a` is stored in float32, so are the reflectors, rounded before their T is computed: what is applied is
 * orthogonal to float64. Grosser, Lang, "Efficient parallel reduction to bidiagonal form", 1999; the delayed update is
 * that of LAPACK's dgebrd.
 */
export function reduceToBand(context: SolverContext, a: TrailingMatrix, plan: BandReduction): void {
  const { kernels } = context;
  const { width, left, right, next } = plan;
  float64View(kernels, plan.band, plan.bandSize).fill(0);
  // What lies between and after their rows is multiplied by zeros where a library knows no strides.
  clearRows(kernels, left, 2 * width + 1);
  clearRows(kernels, right, 2 * width + 1);
  clearRows(kernels, next, width + 1);
  let update: BlockUpdate | undefined;
  for (;;) {
    context.throwIfCancelled();
    const size = Math.min(width, a.cols);
    reduceColumns(context, plan, a, size, update);
    if (size === a.cols) return;
    context.throwIfCancelled();
    reduceRows(context, plan, a, size);
    a.advance(size);
    update = { u: subBlock(left, 0, size), v: subBlock(right, 0, size), depth: 2 * size };
  }
}

/**
 * QR of the first columns. The first rows of `left` become its reflectors V, those of `right` T^T V A, so that the
 * update of the columns to the right is left^T right.
 *
 * @param update what the panel before has left to be taken from the matrix
 */
function reduceColumns(
  context: SolverContext,
  plan: BandReduction,
  a: TrailingMatrix,
  size: number,
  update: BlockUpdate | undefined,
): void {
  const { kernels, blas } = context;
  const { left, right, work, next: v } = plan;
  const top = plan.cols - a.cols;
  a.columnsInto(size, v);
  if (update) blas.gemm('TN', size, a.rows, update.depth, -1, update.v, update.u, 1, v);
  const { triangle, t } = factorPanel(context, plan, v, size, a.rows);
  const band = float64View(kernels, plan.band, plan.bandSize);
  for (let i = 0; i < size; i++) {
    for (let c = i; c < size; c++) {
      band[bandIndex(plan.width, top + i, top + c)] = triangle[i * size + c]!;
    }
  }
  const rest = a.cols - size;
  if (rest === 0) return;

  const updateOfRest = update && { ...update, v: subBlock(update.v, 0, size) };
  updateAndMultiply(context, a, updateOfRest, v, size, work);
  copyInto(kernels, v, size, a.rows, left);
  blas.gemm('TN', size, rest, size, 1, t, work, 0, subBlock(right, 0, size));
}

/** Multiplications between two looks at the cancellation flag: about 50 ms. */
const WORK_PER_CALL = 5e8;

/** The update of all but the first `size` columns, and then target <- V A, some rows after the others. */
function updateAndMultiply(
  { throwIfCancelled }: SolverContext,
  a: TrailingMatrix,
  update: BlockUpdate | undefined,
  v: Block,
  size: number,
  target: Block,
): void {
  const work = 4 * (a.cols - size) * (size + (update?.depth ?? 0));
  const strip = Math.max(256, 4 * Math.floor(WORK_PER_CALL / work));
  for (let row = 0; row < a.rows; row += strip) {
    throwIfCancelled();
    const count = Math.min(strip, a.rows - row);
    const part = update && { ...update, u: subBlock(update.u, 0, row) };
    a.updateAndMultiply(part, subBlock(v, 0, row), size, row, count, size, row > 0, target);
  }
}

/**
 * QR of the transposed first rows, right of what the columns left. The second `size` rows of `right` become its
 * reflectors U, those of `left` T^T U A^T.
 */
function reduceRows(
  context: SolverContext,
  plan: BandReduction,
  a: TrailingMatrix,
  size: number,
): void {
  const { kernels, blas } = context;
  const { left, right, work } = plan;
  const top = plan.cols - a.cols;
  const length = a.cols - size;
  const v = subBlock(right, 0, size);
  const u = subBlock(right, size, size);
  a.rowsInto(size, size, u);
  blas.gemm('TN', size, length, size, -1, left, v, 1, u);
  const { triangle, t } = factorPanel(context, plan, u, size, length);
  const band = float64View(kernels, plan.band, plan.bandSize);
  for (let i = 0; i < Math.min(size, length); i++) {
    for (let c = i; c < size; c++) {
      band[bandIndex(plan.width, top + c, top + size + i)] = triangle[i * size + c]!;
    }
  }

  const below = a.rows - size;
  a.fromRight(u, size, size, size, work);
  const cross = { ...plan.cross, stride: size };
  blas.gemm('NT', size, size, length, 1, u, v, 0, cross);
  blas.gemm('NN', size, below, size, -1, cross, subBlock(left, 0, size), 1, work);
  blas.gemm('TN', size, below, size, 1, t, work, 0, subBlock(left, size, size));
}

/** R of a panel, `[size, size]`, and T of its reflectors. */
interface PanelFactors {
  readonly triangle: Float64Array;
  readonly t: Block;
}

/** QR, in float64, of the vectors in the rows of v, which become its reflectors. */
function factorPanel(
  { kernels, blas }: Pick<SolverContext, 'kernels' | 'blas'>,
  plan: BandReduction,
  v: Block,
  size: number,
  length: number,
): PanelFactors {
  const { panel = v, tau } = plan;
  const triangle = plan.triangle.address;
  if (panel !== v) copyInto(kernels, v, size, length, panel);
  kernels.panelQR(panel.address, size, length, panel.stride, tau, triangle);
  if (panel !== v) {
    copyInto(kernels, panel, size, length, v);
    copyInto(kernels, v, size, length, panel);
  }
  const gram = { ...plan.gram, stride: size };
  const factor = { ...plan.factor, stride: size };
  blas.gemm('NT', size, size, length, 1, panel, panel, 0, gram);
  if (panel !== v) matchRounded(kernels, tau, gram, size);
  kernels.triangularFactor(size, tau, gram.address, factor.address);
  const t = { ...plan.t, stride: size };
  copyInto(kernels, factor, size, size, t);
  return { triangle: float64View(kernels, triangle, size * size), t };
}

/** Float64s of a cache line. */
const LINE = 8;

/** Float64s from an element of the band to the one below it: the bulge, and zeros beside it. */
function bandStride(width: number): number {
  return Math.ceil((3 * width) / LINE) * LINE + 2 * LINE;
}

/** Where the kernels keep element (row, col) of the band. */
export function bandIndex(width: number, row: number, col: number): number {
  return row * bandStride(width) + col + Math.ceil(width / LINE) * LINE + LINE;
}

/** Float64s that the kernels keep of the band of so many columns. */
export function bandLength(cols: number, width: number): number {
  return bandIndex(width, cols, cols) + bandStride(width);
}
