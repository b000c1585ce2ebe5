import type { Matrix } from '../../linalg/matrix.ts';
import { lineReader, type ReadLine, type Side } from './lineReader.ts';

/** A matrix `[rows, cols]` of finite entries that need not be in memory whole. */
export interface EntryReader {
  readonly rows: number;
  readonly cols: number;
  /** All entries, row-major, some whole rows at a time, in order; each block is valid until the next. */
  blocks(): Iterable<Float64Array>;
  /**
   * Reads single rows or columns. `upcoming` tells which will be asked for, so that those far apart can be read in
   * one pass: it is taken from when one is asked for that is not at hand, and may name more than are asked for.
   */
  lines(side: Side, upcoming: Iterable<number>): ReadLine;
}

export function isWhole(matrix: Matrix | EntryReader): matrix is Matrix {
  return 'data' in matrix;
}

export function entriesOf(matrix: Matrix | EntryReader): EntryReader {
  if (!isWhole(matrix)) return matrix;
  const { rows, cols, data } = matrix;
  return { rows, cols, blocks: () => [data], lines: (side) => lineReader(matrix, side) };
}
