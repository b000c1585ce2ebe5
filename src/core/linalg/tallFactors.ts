import { Arena, float64View, reserve } from './arena.ts';
import { type Block, paddedBlock, subBlock } from './block.ts';
import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';
import { dot, orthonormalizeRows, orthonormalScratch } from './orthonormalRows.ts';
import { foldMatrix, planRowFold } from './qr.ts';
import type { ScaledMatrix } from './scaledMatrix.ts';
import { kernelContext } from './solverContext.ts';

/** Rows that are read, projected and measured together. */
const STRIP = 256;

/** Of a scaled matrix, W nearly Y^T Q. */
export interface TallFactors {
  /** Columns of the left factor: `rank` vectors of the longer side. */
  readonly images: readonly Float64Array[];
  /** Orthonormal rows of the right factor: `rank` vectors of the shorter side. */
  readonly units: readonly Float64Array[];
  /** The Frobenius norm of W - Y^T Q over that of W, from the differences themselves. */
  readonly relativeResidual: number;
}

/**
 * The triangle R of the QR of a matrix whose rows are read once: R^T R = W^T W, so that both have the same right
 * singular vectors, and what a projection of the rows leaves of R it leaves of W.
 *
 * @throws LinalgError `too-large`, and what the context throws.
 */
export function triangleOf(
  scaled: ScaledMatrix,
  kernels: Kernels,
  throwIfCancelled: () => void,
): Matrix {
  const { rows, cols } = scaled;
  const arena = new Arena();
  const context = kernelContext(kernels, arena, throwIfCancelled);
  const fold = planRowFold(arena, rows, cols);
  reserve(kernels, arena.bytes);
  foldMatrix(context, fold, scaled);
  const data = new Float64Array(cols * cols);
  for (let row = 0; row < cols; row++)
    data.set(rowOf(kernels, fold.r, row, cols).subarray(row), row * cols + row);
  return { rows: cols, cols, data };
}

/**
 * The best left factor for a space of rows: W Q^T for an orthonormal basis Q of the rows of `space`, which
 * leaves no more of W than any other factor with these rows.
 *
 * @param space rank x cols
 * @param random uniform numbers in [0, 1)
 * @throws LinalgError `too-large`, and what `throwIfCancelled` throws.
 */
export function tallFactors(
  scaled: ScaledMatrix,
  space: Matrix,
  kernels: Kernels,
  random: () => number,
  throwIfCancelled: () => void,
): TallFactors {
  const { rows, cols } = scaled;
  const rank = space.rows;
  const arena = new Arena();
  const context = kernelContext(kernels, arena, throwIfCancelled);
  const basis = paddedBlock(arena, rank, cols);
  const strip = paddedBlock(arena, STRIP, cols);
  const image = paddedBlock(arena, rank, STRIP);
  const scratch = arena.float64(orthonormalScratch(rank));
  reserve(kernels, arena.bytes);
  for (let row = 0; row < rank; row++)
    rowOf(kernels, basis, row, cols).set(space.data.subarray(row * cols, (row + 1) * cols));
  orthonormalizeRows(context, basis, rank, cols, random, scratch);
  const images = Array.from({ length: rank }, () => new Float64Array(rows));
  let [left, all] = [0, 0];
  for (let first = 0; first < rows; first += STRIP) {
    throwIfCancelled();
    const count = Math.min(STRIP, rows - first);
    scaled.copyRows(kernels, first, count, strip);
    all += energy(kernels, strip, count, cols);
    context.blas.gemm('NT', rank, count, cols, 1, basis, strip, 0, image);
    for (const [k, whole] of images.entries()) whole.set(rowOf(kernels, image, k, count), first);
    context.blas.gemm('TN', count, cols, rank, -1, image, basis, 1, strip);
    left += energy(kernels, strip, count, cols);
  }
  const units = Array.from({ length: rank }, (_, row) => rowOf(kernels, basis, row, cols).slice());
  return { images, units, relativeResidual: Math.sqrt(left / all) };
}

function rowOf(kernels: Kernels, block: Block, row: number, length: number): Float64Array {
  return float64View(kernels, subBlock(block, row, 0).address, length);
}

function energy(kernels: Kernels, block: Block, rows: number, cols: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const values = rowOf(kernels, block, row, cols);
    sum += dot(values, values);
  }
  return sum;
}
