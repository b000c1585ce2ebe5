import { type Arena, float64View } from './arena.ts';
import {
  type Block,
  bytesOf,
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
  readonly rows: number;
  readonly cols: number;
  readonly width: number;
  readonly panels: number;
  /** The band as the kernels store it: see `bandIndex`. */
  readonly band: number;
  readonly bandSize: number;
  /** Pending update: the matrix is A - left^T right, a row of each for every pending reflector. */
  readonly left: Block;
  readonly right: Block;
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

/**
 * Panels whose updates are applied to the trailing matrix together. A pending reflector costs each later
 * panel a correction; at this number the corrections are about 3 % of the work. With narrow panels, more than two
 * cost as much in corrections as they save: 4 % at 2048 in float32.
 */
function panelsPerUpdate(cols: number, width: number): number {
  const most = width <= 16 ? 2 : 8;
  return Math.max(1, Math.min(most, Math.round(cols / (32 * width))));
}

export function planBand(
  arena: Arena,
  rows: number,
  cols: number,
  element: Element = 'float64',
  width: number = bandWidth(cols, element),
  panels: number = panelsPerUpdate(cols, width),
): BandReduction {
  const pending = 2 * width * panels;
  const bandSize = bandLength(cols, width);
  return {
    rows,
    cols,
    width,
    panels,
    band: arena.float64(bandSize),
    bandSize,
    // One row more than are used: see clearBlock.
    left: paddedBlock(arena, pending + 1, rows, element),
    right: paddedBlock(arena, pending + 1, cols, element),
    work: paddedBlock(arena, width, rows, element),
    cross: newBlock(arena, width, pending, element),
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
 * and applied for several panels at once. Where `a` is stored in float32, so are the reflectors, rounded
 * before their T is computed: what is applied is orthogonal to float64. Grosser, Lang, "Efficient parallel reduction to bidiagonal
 * form", 1999; the delayed update is that of LAPACK's dgebrd.
 */
export function reduceToBand(context: SolverContext, a: TrailingMatrix, plan: BandReduction): void {
  const { kernels } = context;
  const { width, panels } = plan;
  float64View(kernels, plan.band, plan.bandSize).fill(0);
  // What lies between and after their rows is multiplied by zeros where a library knows no strides.
  clearBlock(kernels, plan.left, 2 * width * panels + 1);
  clearBlock(kernels, plan.right, 2 * width * panels + 1);
  for (;;) {
    let done = 0;
    let pending = 0;
    for (let panel = 0; panel < panels; panel++) {
      context.throwIfCancelled();
      const size = Math.min(width, a.cols - done);
      reduceColumns(context, plan, a, done, size, pending);
      if (done + size === a.cols) return;
      context.throwIfCancelled();
      reduceRows(context, plan, a, done, size, pending + size);
      pending += 2 * size;
      done += size;
    }
    applyPending(context, plan, a, done, pending);
    a.advance(done);
  }
}

/** Multiplications between two looks at the cancellation flag: about 50 ms. */
const WORK_PER_CALL = 5e8;

/** A -= left^T right below and to the right of (done, done), in strips of at least 256 rows, a multiple of four. */
function applyPending(
  { throwIfCancelled }: SolverContext,
  { left, right }: BandReduction,
  a: TrailingMatrix,
  done: number,
  pending: number,
): void {
  const r = subBlock(right, 0, done);
  const work = 4 * (a.cols - done) * pending;
  const strip = Math.max(256, 4 * Math.floor(WORK_PER_CALL / work));
  for (let row = done; row < a.rows; row += strip) {
    throwIfCancelled();
    const count = Math.min(strip, a.rows - row);
    a.subtract(subBlock(left, 0, row), r, pending, row, count, done);
  }
}

function clearBlock(kernels: SolverContext['kernels'], block: Block, rows: number): void {
  const bytes = rows * block.stride * bytesOf(block.element);
  new Uint8Array(kernels.memory.buffer, block.address, bytes).fill(0);
}

/**
 * QR of columns j..j + size from row j down. Row `pending` of `left` and on become its reflectors V, the
 * same rows of `right` T^T V A, so that the update of the columns to the right is one more left^T right.
 */
function reduceColumns(
  { kernels, blas }: SolverContext,
  plan: BandReduction,
  a: TrailingMatrix,
  j: number,
  size: number,
  pending: number,
): void {
  const { left, right, work, cross } = plan;
  const top = plan.cols - a.cols;
  const length = a.rows - j;
  const v = subBlock(left, pending, j);
  a.columnsInto(j, j, size, v);
  if (pending > 0) {
    blas.gemm('TN', size, length, pending, -1, subBlock(right, 0, j), subBlock(left, 0, j), 1, v);
  }
  const { triangle, t } = factorPanel({ kernels, blas }, plan, v, size, length);
  const band = float64View(kernels, plan.band, plan.bandSize);
  for (let i = 0; i < size; i++) {
    for (let c = i; c < size; c++) {
      band[bandIndex(plan.width, top + j + i, top + j + c)] = triangle[i * size + c]!;
    }
  }
  const next = j + size;
  const rest = a.cols - next;
  if (rest === 0) return;

  a.fromLeft(v, size, j, next, work);
  if (pending > 0) {
    const vl = { ...cross, stride: pending };
    blas.gemm('NT', size, pending, length, 1, v, subBlock(left, 0, j), 0, vl);
    blas.gemm('NN', size, rest, pending, -1, vl, subBlock(right, 0, next), 1, work);
  }
  blas.gemm('TN', size, rest, size, 1, t, work, 0, subBlock(right, pending, next));
}

/**
 * QR of the transposed rows j..j + size from column j + size on. Row `pending` of `right` and on become
 * its reflectors U, the same rows of `left` T^T U A^T.
 */
function reduceRows(
  { kernels, blas }: SolverContext,
  plan: BandReduction,
  a: TrailingMatrix,
  j: number,
  size: number,
  pending: number,
): void {
  const { left, right, work, cross } = plan;
  const top = plan.cols - a.cols;
  const next = j + size;
  const length = a.cols - next;
  const u = subBlock(right, pending, next);
  a.rowsInto(j, next, size, u);
  blas.gemm('TN', size, length, pending, -1, subBlock(left, 0, j), subBlock(right, 0, next), 1, u);
  const { triangle, t } = factorPanel({ kernels, blas }, plan, u, size, length);
  const band = float64View(kernels, plan.band, plan.bandSize);
  for (let i = 0; i < Math.min(size, length); i++) {
    for (let c = i; c < size; c++) {
      band[bandIndex(plan.width, top + j + c, top + next + i)] = triangle[i * size + c]!;
    }
  }

  const below = a.rows - next;
  a.fromRight(u, size, next, next, work);
  const ur = { ...cross, stride: pending };
  blas.gemm('NT', size, pending, length, 1, u, subBlock(right, 0, next), 0, ur);
  blas.gemm('NN', size, below, pending, -1, ur, subBlock(left, 0, next), 1, work);
  blas.gemm('TN', size, below, size, 1, t, work, 0, subBlock(left, pending, next));
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
