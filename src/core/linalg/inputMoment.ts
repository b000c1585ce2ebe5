/** What is known of the vectors that a matrix is multiplied with. Plain data. */
export interface InputMoment {
  /** Which side of the matrix the vectors lie along: `rows` of W in x W, `cols` in W x. */
  readonly side: 'rows' | 'cols';
  /** Rows or columns of the matrix on that side. */
  readonly length: number;
  /**
   * `dense`: the sum of x x^T over all vectors x, length x length, row-major. `diagonal`: that sum has zeros
   * beside its diagonal, as of rows that are looked up, and only the diagonal is here.
   */
  readonly kind: 'dense' | 'diagonal';
  readonly data: Float64Array;
  /** Vectors that were summed. */
  readonly count: number;
}

/** Mean square of each input, over all vectors but for their number: the diagonal of the moment. */
export function inputSquares({ kind, length, data }: InputMoment): Float64Array {
  return kind === 'diagonal'
    ? data
    : Float64Array.from({ length }, (_, k) => data[k * length + k]!);
}
