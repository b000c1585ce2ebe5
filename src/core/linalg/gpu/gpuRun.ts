import type { Dispatch, GpuBuffer, GpuDevice } from './gpuDevice.ts';
import { solveCancellation } from '../solverContext.ts';

/** How heavily a device may be used. */
export interface GpuUse {
  /** Read between submissions. */
  readonly cancelled?: () => boolean;
  /**
   * Floating-point operations of one submission, so that it ends long before a driver's watchdog (2 s on
   * Windows) takes the device for hung and resets it; about 50 ms of the device's work.
   */
  readonly flopsPerSubmit?: number;
  /** Bytes of device memory that a solve may take. */
  readonly memoryBytes?: number;
}

/** 50 ms of the slowest GPU that is worth using (200 GFlop/s). */
const FLOPS_PER_SUBMIT = 1e10;

/** Submissions that wait in the device's queue: it never runs dry, and a cancelled solve ends soon. */
const SUBMISSIONS_AHEAD = 2;

/**
 * Submits the dispatches in pieces, a few ahead of the device.
 *
 * @throws GpuError as the device does; LinalgError `cancelled`.
 */
export async function runDispatches(
  device: GpuDevice,
  dispatches: readonly Dispatch[],
  { cancelled, flopsPerSubmit = FLOPS_PER_SUBMIT }: GpuUse,
): Promise<void> {
  const throwIfCancelled = solveCancellation(cancelled);
  const running: Promise<void>[] = [];
  let piece: Dispatch[] = [];
  let flops = 0;
  const submit = async (): Promise<void> => {
    if (piece.length === 0) return;
    throwIfCancelled();
    device.submit(piece);
    piece = [];
    flops = 0;
    const done = device.finished();
    // Awaited below, perhaps after an earlier one has failed.
    done.catch(() => undefined);
    running.push(done);
    if (running.length > SUBMISSIONS_AHEAD) await running.shift();
  };
  for (const dispatch of dispatches) {
    if (flops + dispatch.flops > flopsPerSubmit) await submit();
    piece.push(dispatch);
    flops += dispatch.flops;
  }
  await submit();
  await Promise.all(running);
}

/** Runs `use` with buffers of these sizes in float32s, and gives them back whatever happens. */
export async function withBuffers<Name extends string, T>(
  device: GpuDevice,
  sizes: Readonly<Record<Name, number>>,
  use: (buffers: Readonly<Record<Name, GpuBuffer>>) => Promise<T>,
): Promise<T> {
  const made: [string, GpuBuffer][] = [];
  try {
    for (const [name, count] of Object.entries<number>(sizes)) {
      made.push([name, await device.createBuffer(4 * count)]);
    }
    return await use(Object.fromEntries(made) as Record<Name, GpuBuffer>);
  } finally {
    for (const [, buffer] of made) buffer.destroy();
  }
}

/** Bytes that a solve may take: what the caller says, else half of the device's memory. */
export function memoryBudget({ adapter, limits }: GpuDevice, { memoryBytes }: GpuUse): number {
  return memoryBytes ?? (adapter.memoryBytes ?? limits.maxBufferBytes) / 2;
}
