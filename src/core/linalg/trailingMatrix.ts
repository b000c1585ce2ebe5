import type { Block } from './block.ts';

/**
 * What a reduction has not finished with of the matrix that it reduces, whichever way it is stored: rows and columns
 * count from the first that it still has.
 */
export interface TrailingMatrix {
  readonly rows: number;
  readonly cols: number;
  /** target (i, r) <- this (row + r, col + i) for i < count and all rows from `row` on. */
  columnsInto(row: number, col: number, count: number, target: Block): void;
  /** target (i, c) <- this (row + i, col + c) for i < count and all columns from `col` on. */
  rowsInto(row: number, col: number, count: number, target: Block): void;
  /** target = V A, V `[size, rows - row]` and A what begins at (row, col). */
  fromLeft(v: Block, size: number, row: number, col: number, target: Block): void;
  /** target = U A^T, U `[size, cols - col]` and A what begins at (row, col). */
  fromRight(u: Block, size: number, row: number, col: number, target: Block): void;
  /**
   * Takes left^T right, `depth` rows of each, from rows row..row + count and all columns from `col` on; `row` is a
   * multiple of four.
   */
  subtract(left: Block, right: Block, depth: number, row: number, count: number, col: number): void;
  /** Forgets the first `done` rows and columns. */
  advance(done: number): void;
}
