/**
 * - `unavailable`: no library, no adapter, or none that can be opened.
 * - `lost`: the device is gone (driver reset, unplugged, destroyed); nothing on it can be used again.
 * - `out-of-memory`: an allocation was refused.
 * - `too-large`: the matrix does not fit the adapter's limits or its memory budget.
 * - `invalid`: the driver or the library refused a program or a command.
 * - `wrong-result`: what came back is not finite or not what the same device gave before.
 */
export type GpuErrorCode =
  'unavailable' | 'lost' | 'out-of-memory' | 'too-large' | 'invalid' | 'wrong-result';

/** Why the GPU did not give a result. The message is whole sentences; the same matrix can be solved on the CPU. */
export class GpuError extends Error {
  override readonly name = 'GpuError';

  constructor(
    readonly code: GpuErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
