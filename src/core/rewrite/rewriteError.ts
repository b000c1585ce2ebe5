/**
 * - `wrong-plan`: the plan names a weight that the checkpoint does not have, or what cannot be done to it.
 * - `output-is-input`, `output-exists`, `output-unwritable`: nothing was written there.
 * - `too-large`: the work on a weight needs more memory than it may take.
 * - `out-of-range`: a value does not fit the stored type.
 * - `rejected`: ONNX Runtime loads neither the new model nor the original.
 * - `unloadable`: ONNX Runtime loads the original, and not what was made of it.
 * - `cancelled`: stopped because the caller asked.
 */
export type RewriteErrorCode =
  | 'wrong-plan'
  | 'output-is-input'
  | 'output-exists'
  | 'output-unwritable'
  | 'too-large'
  | 'out-of-range'
  | 'rejected'
  | 'unloadable'
  | 'cancelled';

/** Why a checkpoint was not rewritten; no file is left of the attempt. The message is for a person. */
export class RewriteError extends Error {
  override readonly name = 'RewriteError';

  constructor(
    readonly code: RewriteErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
