import type { BlockUpdate } from './blas3.ts';
import type { Block } from './block.ts';

/**
 * What a reduction has not finished with of the matrix that it reduces, whichever way it is stored: rows and columns
 * count from the first that it still has.
 */
export interface TrailingMatrix {
  readonly rows: number;
  readonly cols: number;
  /** target (i, r) <- this (r, i) for i < count and all rows. */
  columnsInto(count: number, target: Block): void;
  /** target (i, c) <- this (i, col + c) for i < count and all columns from `col` on. */
  rowsInto(count: number, col: number, target: Block): void;
  /** target = U A^T, U `[size, cols - col]` and A what begins at (row, col). */
  fromRight(u: Block, size: number, row: number, col: number, target: Block): void;
  /**
   * A -= U^T V, where there is such an update, and then target = N A, or target += N A where `add`, A what lies in rows
   * row..row + count and all columns from `col` on; U `[depth, count]`, V `[depth, cols - col]`, N `[size, count]`. `row`
   * is a multiple of four.
   */
  updateAndMultiply(
    update: BlockUpdate | undefined,
    n: Block,
    size: number,
    row: number,
    count: number,
    col: number,
    add: boolean,
    target: Block,
  ): void;
  /** Forgets the first `done` rows and columns. */
  advance(done: number): void;
}
