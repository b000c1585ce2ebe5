/** A tall matrix that is never in memory whole: at least twice as many rows as columns, read in order, more than once. */
export interface RowSource {
  readonly rows: number;
  readonly cols: number;
  /** The largest magnitude of an entry where it is known, and all are finite: otherwise it takes a reading more. */
  readonly largest?: number | undefined;
  /** Rows first..first + count, row-major; valid until the next call. */
  read(first: number, count: number): Float64Array;
}
