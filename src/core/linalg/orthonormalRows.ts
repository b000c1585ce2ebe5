import { float64View } from './arena.ts';
import { type Block, subBlock } from './blas3.ts';
import type { SolverContext } from './solverContext.ts';

/** Rows made orthogonal to each other one by one; to all rows before them, by gemm. */
const PANEL = 32;

/** Float64s of working memory that `orthonormalizeRows` needs for `count` rows. */
export function orthonormalScratch(count: number): number {
  return PANEL * count;
}

/**
 * Replaces the `count` rows of a block, at most `length` of them, by an orthonormal basis of a space that
 * holds them: block Gram-Schmidt, each step twice, which is orthogonal to rounding (Giraud, Langou, "When
 * modified Gram-Schmidt generates a well-conditioned set of vectors", 2002). A row that depends on those
 * before it gives way to a random one.
 *
 * @param random uniform numbers in [0, 1)
 */
export function orthonormalizeRows(
  context: SolverContext,
  block: Block,
  count: number,
  length: number,
  random: () => number,
  scratch: number,
): void {
  const { blas, kernels } = context;
  const rowAt = (row: number): Float64Array =>
    float64View(kernels, subBlock(block, row, 0).address, length);
  for (let first = 0; first < count; first += PANEL) {
    context.throwIfCancelled();
    const width = Math.min(PANEL, count - first);
    const panel = subBlock(block, first, 0);
    const along = { address: scratch, stride: Math.max(1, first), element: block.element };
    const before = Array.from({ length: width }, (_, k) => norm(rowAt(first + k)));
    for (let pass = 0; pass < 2; pass++) {
      if (first > 0) {
        blas.gemm('NT', width, first, length, 1, panel, block, 0, along);
        blas.gemm('NN', width, length, first, -1, along, block, 1, panel);
      }
      for (let row = first; row < first + width; row++) {
        const vector = rowAt(row);
        for (let other = first; other < row; other++) remove(vector, rowAt(other));
        // The second pass starts from unit vectors: what it loses there is rounding, what more is lost is all.
        const least = pass === 0 ? 1e-14 * before[row - first]! : 0.5;
        if (!normalize(vector, least)) replaceRow(rowAt, row, random);
      }
    }
  }
}

/** A random unit vector orthogonal to all rows before it. */
function replaceRow(rowAt: (row: number) => Float64Array, row: number, random: () => number): void {
  const vector = rowAt(row);
  do {
    for (let i = 0; i < vector.length; i++) vector[i] = random() - 0.5;
    normalize(vector, 0);
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < row; other++) remove(vector, rowAt(other));
  } while (!normalize(vector, 1e-8));
}

function remove(vector: Float64Array, unit: Float64Array): void {
  const along = dot(vector, unit);
  for (let i = 0; i < vector.length; i++) vector[i]! -= along * unit[i]!;
}

/** False, and the vector as it was, where its norm is not above `least`. */
function normalize(vector: Float64Array, least: number): boolean {
  const length = norm(vector);
  if (!(length > least)) return false;
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return true;
}

export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
