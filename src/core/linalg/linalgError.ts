/**
 * - `bad-shape`: no rows, no columns, or not as many values as the shape says.
 * - `not-finite`: a NaN or an infinity among the values.
 * - `too-large`: more memory than a solve can have, or a result beyond float64.
 * - `cancelled`: stopped because the caller asked.
 * - `no-convergence`: the iteration for the singular values did not end.
 */
export type LinalgErrorCode =
  'bad-shape' | 'not-finite' | 'too-large' | 'cancelled' | 'no-convergence';

/** Why a matrix has no computed singular values. The message is whole sentences about "the matrix"; the caller names it. */
export class LinalgError extends Error {
  override readonly name = 'LinalgError';

  constructor(
    readonly code: LinalgErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
