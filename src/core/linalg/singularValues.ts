import { Arena, reserve } from './arena.ts';
import { type BandReduction, bandWidth, planBand, reduceToBand } from './band.ts';
import { type Bidiagonal, chaseBandToBidiagonal, planBidiagonal } from './bidiagonal.ts';
import { bidiagonalValues, FAST_TOLERANCE } from './bidiagonalValues.ts';
import { type Blas3, GEMM_SCRATCH, wasmBlas3 } from './blas3.ts';
import { type Block, type Element, paddedBlock, paddedStride } from './block.ts';
import type { GemmLibrary } from './gemmLibrary.ts';
import type { Kernels } from './kernels.ts';
import { libraryBlas3 } from './libraryBlas3.ts';
import { LinalgError } from './linalgError.ts';
import type { Matrix } from './matrix.ts';
import { FAST_ERROR, mix, mixAndRound } from './mixing.ts';
import { foldMatrix, planRowFold, type RowFold } from './qr.ts';
import { RowMatrix } from './rowMatrix.ts';
import type { RowSource } from './rowSource.ts';
import { type ScaledMatrix, scaledMatrix, scaledRows } from './scaledMatrix.ts';
import { planSlabs, SLAB_ROOM, SlabMatrix } from './slabMatrix.ts';
import { solveCancellation, type SolverContext } from './solverContext.ts';
import type { TrailingMatrix } from './trailingMatrix.ts';

/**
 * - `exact`: float64 throughout.
 * - `fast`: above the size of the direct method, float32 storage and multiplication of the large matrices,
 *   float64 for the panels and all that follows.
 */
export type Precision = 'exact' | 'fast';

export interface SolveOptions {
  /** `exact` where absent. */
  readonly precision?: Precision;
  /** Carries the large matrix products in the place of the kernels. */
  readonly library?: GemmLibrary | undefined;
  /** Read between panels, every few milliseconds. */
  readonly cancelled?: () => boolean;
}

/**
 * Up to here the matrix goes to bidiagonal form directly: it lies in the caches, where Householder steps
 * run nearly as fast as gemm, and the band, its chase and all packing fall away. Above, float32 is faster.
 */
const DIRECT_COLS = { exact: 512, fast: 384 } as const;

function isDirect(cols: number, precision: Precision = 'exact'): boolean {
  return cols <= DIRECT_COLS[precision];
}

/**
 * From this ratio of the sides on, QR first is less work, 2mn^2 + 2n^3 operations against 4mn^2 - 4/3 n^3, and it needs the
 * memory of an n x n matrix, whatever m. (It is less work from 5/3 on.)
 */
const TALL = 2;

/**
 * All min(rows, cols) singular values, descending and not negative. The error of each is at most a few
 * times 1e-15 sqrt(n) of the largest, FAST_ERROR of it where `fast`: the direct two-stage method (dense
 * to band, band to bidiagonal, search for its values), in which no Gram matrix squares the condition number. The same
 * matrix gives the same bits with the same build of the kernels, and library, everywhere. `matrix` is not
 * written to.
 *
 * Peak memory: `solveBytes`, of the kernels' memory, which is kept for the next solve.
 *
 * @throws LinalgError `bad-shape`, `not-finite`, `too-large` or `cancelled`.
 */
export function singularValues(
  matrix: Matrix | RowSource,
  kernels: Kernels,
  options: SolveOptions = {},
): Float64Array {
  const scaled = scaledFrom(matrix);
  if (scaled.isZero) return new Float64Array(scaled.cols);
  const plan = planSolve(scaled.rows, scaled.cols, options);
  const context = contextOf(plan, kernels, options);
  reduceToBidiagonal(context, plan, scaled);
  const tolerance = plan.band?.left.element === 'float32' ? FAST_TOLERANCE : 0;
  const values = bidiagonalValues(context, plan.bidiagonal, tolerance);
  scaled.unscale(values);
  if (values[0] === Infinity) {
    throw new LinalgError(
      'too-large',
      'The largest singular value of the matrix is beyond the range of float64 (1.8e308). Scale the weights down.',
    );
  }
  return values;
}

function scaledFrom(matrix: Matrix | RowSource): ScaledMatrix {
  return 'data' in matrix ? scaledMatrix(matrix) : scaledRows(matrix);
}

/** With the memory that the plan lays out. */
function contextOf(plan: SolvePlan, kernels: Kernels, options: SolveOptions): SolverContext {
  reserve(kernels, plan.bytes);
  return {
    kernels,
    blas: blasOf(plan, kernels, options.library),
    scratch: plan.gemmScratch,
    throwIfCancelled: solveCancellation(options.cancelled),
  };
}

/** What decides the layout of a solve besides its shape. */
type SolveMethod = Pick<SolveOptions, 'precision'> & { readonly library?: unknown };

/** Bound of the error of each value as a share of the largest; undefined where it is float64's own. */
export function solverError(rows: number, cols: number, precision: Precision): number | undefined {
  return precision === 'fast' && !isDirect(Math.min(rows, cols), 'fast') ? FAST_ERROR : undefined;
}

/** The memory of one solve, laid out. */
interface SolvePlan {
  readonly rows: number;
  readonly cols: number;
  readonly gemmScratch: number;
  /** Of a library; 0 where there is none. */
  readonly libraryScratch: number;
  /** Where the matrix is tall: its rows are folded into `dense`. */
  readonly fold: RowFold | undefined;
  readonly dense: Block;
  readonly denseRows: number;
  /** Where the matrix is not small. */
  readonly band: BandReduction | undefined;
  /** Where the kernels multiply, which read slabs faster than rows: what goes to them goes through this. */
  readonly slabs: Block | undefined;
  readonly bidiagonal: Bidiagonal;
  readonly bytes: number;
}

function planSolve(rows: number, cols: number, method: SolveMethod): SolvePlan {
  const arena = new Arena();
  const isTall = rows >= TALL * cols;
  const denseRows = isTall ? cols : rows;
  const bidiagonal = planBidiagonal(arena, cols, 3 * (denseRows + cols + 6));
  const gemmScratch = arena.float64(GEMM_SCRATCH);
  const isBanded = !isDirect(cols, method.precision);
  const element = isBanded && method.precision === 'fast' ? 'float32' : 'float64';
  const product = method.library ? 'library' : 'kernels';
  const fold = isTall ? planRowFold(arena, rows, cols, { product, element }) : undefined;
  // A library that knows no strides reads one row past the last.
  const dense = fold?.r ?? paddedBlock(arena, rows + SLAB_ROOM, cols);
  const band = isBanded ? planBand(arena, denseRows, cols, element) : undefined;
  const slabs = band && !method.library ? slabBuffer(arena, cols, element, fold) : undefined;
  const thickness = Math.max(band ? 3 * band.width : 128, fold?.panel ?? 0);
  // The direct method multiplies nothing.
  const usesLibrary = method.library !== undefined && (band ?? fold) !== undefined;
  const libraryScratch = usesLibrary
    ? arena.float64(
        thickness *
          (paddedStride(fold?.blockRows ?? 0) + paddedStride(denseRows) + paddedStride(cols)),
      )
    : 0;
  return {
    ...{ rows, cols, gemmScratch, libraryScratch },
    ...{ fold, dense, denseRows, band, slabs, bidiagonal },
    bytes: arena.bytes,
  };
}

/** A fold's last block has gone into its triangle: there is room for a slab, which has fewer rows than a block. */
function slabBuffer(
  arena: Arena,
  cols: number,
  element: Element,
  fold: RowFold | undefined,
): Block {
  return fold
    ? { address: fold.block.address, stride: paddedStride(cols, element), element }
    : planSlabs(arena, cols, element, element === 'float32');
}

function blasOf(plan: SolvePlan, kernels: Kernels, library: GemmLibrary | undefined): Blas3 {
  const own = wasmBlas3(kernels, plan.gemmScratch);
  return library && plan.libraryScratch > 0
    ? libraryBlas3(kernels, library, plan.libraryScratch, own)
    : own;
}

function reduceToBidiagonal(context: SolverContext, plan: SolvePlan, matrix: ScaledMatrix): void {
  const { kernels } = context;
  const { dense, denseRows, cols, band, bidiagonal } = plan;
  // What an earlier solve left may be NaN, and a library that knows no strides multiplies it by zeros.
  if (plan.libraryScratch > 0)
    new Uint8Array(kernels.memory.buffer).fill(0, plan.gemmScratch, plan.bytes);
  if (band) {
    reduceToBand(context, storedMatrix(context, plan, band, matrix), band);
    chaseBandToBidiagonal(context, band, bidiagonal);
    return;
  }
  loadRows(context, plan, matrix);
  const { diagonal, superdiagonal, scratch } = bidiagonal;
  kernels.directBidiagonal(
    dense.address,
    denseRows,
    cols,
    dense.stride,
    diagonal,
    superdiagonal,
    scratch,
  );
}

/** The matrix, or the triangle that it is folded into, as rows of `dense`. */
function loadRows(context: SolverContext, plan: SolvePlan, matrix: ScaledMatrix): void {
  const { rows, fold, dense } = plan;
  if (fold) foldMatrix(context, fold, matrix);
  else matrix.copyRows(context.kernels, 0, rows, dense);
  context.throwIfCancelled();
}

/** The same as it goes to the band: in the element and the order in which it is multiplied. */
function storedMatrix(
  context: SolverContext,
  plan: SolvePlan,
  { left }: BandReduction,
  matrix: ScaledMatrix,
): TrailingMatrix {
  const { fold, dense, denseRows: rows, cols, slabs } = plan;
  const isRounded = left.element === 'float32';
  if (slabs && !fold && !isRounded) return SlabMatrix.load(context, matrix, dense, slabs);
  loadRows(context, plan, matrix);
  if (!slabs) {
    const stored = isRounded ? mixAndRound(context, dense, rows, cols) : dense;
    return new RowMatrix(context, stored, rows, cols);
  }
  if (isRounded) mix(context, dense, rows, cols);
  return SlabMatrix.inPlace(context, dense, rows, cols, slabs);
}

/**
 * The work of a solve in floating-point operations of matrix multiplication; slower stages count for the
 * multiplication that would take as long. Good for shares of progress and time left, not for a bill.
 */
export function solveFlops(rows: number, cols: number): number {
  const m = Math.max(rows, cols);
  const n = Math.min(rows, cols);
  const reduction = m >= TALL * n ? 2 * m * n ** 2 + 2 * n ** 3 : 4 * m * n ** 2 - (4 / 3) * n ** 3;
  const chase = n > DIRECT_COLS.exact ? 2 * 8 * n ** 2 * bandWidth(n) : 0;
  const values = 180 * n ** 2;
  return reduction + chase + values;
}

/** Peak bytes of the kernels' memory that a solve of this shape needs. */
export function solveBytes(rows: number, cols: number, method: SolveMethod = {}): number {
  return planSolve(Math.max(rows, cols), Math.min(rows, cols), method).bytes;
}
