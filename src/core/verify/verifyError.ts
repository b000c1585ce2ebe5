/**
 * Why two models could not be compared.
 *
 * - `inputs`: the inputs given are unreadable or do not fit the models.
 * - `interface`: the two models do not take the same inputs.
 * - `rejected`: ONNX Runtime does not load or run a model.
 * - `made-up`: it does not run a model on inputs that were made up; other lengths of their axes may do.
 * - `ended`: the process that ran a model ended, or needs more memory than there is.
 * - `no-runtime`: ONNX Runtime is not installed.
 * - `no-provider`: ONNX Runtime does not have the execution provider, or it does not start here.
 */
export type VerifyErrorCode =
  'inputs' | 'interface' | 'rejected' | 'made-up' | 'ended' | 'no-runtime' | 'no-provider';

/** Two models that cannot be compared; the message is a whole sentence that names the file and what to do. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';

  constructor(
    readonly code: VerifyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A fault of the inputs that were given. */
export function inputsError(message: string): VerifyError {
  return new VerifyError('inputs', message);
}
