import type { Matrix } from '../matrix.ts';
import { type BandLayout, bandLayout, roundUp } from './bandLayout.ts';
import { roundedMatrix } from './roundedMatrix.ts';

/** Of the panels of large matrices. */
export const BAND_WIDTH = 32;

/** From this ratio of the sides on, the rows are folded into a triangle first; as on the CPU. */
const TALL = 2;

/** Rows folded in at once, in triangles: the triangle is a part of every fold's work. */
const FOLD_TRIANGLES = 3;

/** A matrix as the device takes it. Plain data: it can be made on any thread. */
export interface PreparedBand {
  /** The longer side. */
  readonly rows: number;
  readonly cols: number;
  /** Sum of the squares of all entries, as scaled. */
  readonly squares: number;
  /** The rows in the order in which they are folded, as float32s near 1, the layout's columns apart; none where all are zero. */
  readonly blocks: readonly Float32Array<ArrayBuffer>[];
  /** Two factors that lead back from the scaled matrix. */
  readonly fromUnit: readonly [number, number];
}

/**
 * Scales, rounds to float32 and, where that would lose anything, mixes a matrix (`roundedMatrix`): all that
 * the CPU does of a solve before the device has it.
 *
 * @throws LinalgError `bad-shape`, `not-finite`.
 */
export function preparedBand(matrix: Matrix): PreparedBand {
  const rounded = roundedMatrix(matrix);
  const { rows, cols, isZero, squares, fromUnit } = rounded;
  const { layout } = layoutOf(rows, cols);
  const blocks = isZero
    ? []
    : blockRows(rows, cols).map(({ first, count }) => rounded.rowBlock(first, count, layout.cols));
  return { rows, cols, squares, blocks, fromUnit };
}

/** How a matrix lies on the device, its longer side as rows; a tall one by the rows of one fold. */
export function layoutOf(rows: number, cols: number): { isTall: boolean; layout: BandLayout } {
  const isTall = rows >= TALL * cols;
  const foldRows = Math.min(rows, (1 + FOLD_TRIANGLES) * roundUp(cols, BAND_WIDTH));
  return { isTall, layout: bandLayout(isTall ? foldRows : rows, cols, BAND_WIDTH) };
}

/** The rows of each block: all of them, or those of each fold; from the second fold on the triangle lies above. */
export function blockRows(
  rows: number,
  cols: number,
): readonly { readonly first: number; readonly count: number }[] {
  const { isTall, layout } = layoutOf(rows, cols);
  if (!isTall) return [{ first: 0, count: rows }];
  const blocks: { first: number; count: number }[] = [];
  for (let first = 0; first < rows;) {
    const room = layout.rows - (first === 0 ? 0 : layout.cols);
    const count = Math.min(rows - first, room);
    blocks.push({ first, count });
    first += count;
  }
  return blocks;
}
