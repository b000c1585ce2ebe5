/** A tall matrix that is never in memory whole: at least twice as many rows as columns, read in order, more than once. */
export interface RowSource {
  readonly rows: number;
  readonly cols: number;
  /** Rows first..first + count, row-major; valid until the next call. */
  read(first: number, count: number): Float64Array;
}
