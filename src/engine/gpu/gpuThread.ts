import { createHash } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import {
  absentAdapter,
  acceptAdapter,
  type ComputeSelfTest,
} from '../../core/linalg/gpu/adapterAcceptance.ts';
import type { GpuDevice } from '../../core/linalg/gpu/gpuDevice.ts';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import { memoryBudget } from '../../core/linalg/gpu/gpuRun.ts';
import { MAX_WINDOW } from '../../core/linalg/gpu/gpuWindowSpectra.ts';
import { loadKernels } from '../../core/linalg/kernels.ts';
import { LinalgError } from '../../core/linalg/linalgError.ts';
import { SpectrumCache } from '../spectrumCache.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';
import { DeviceMemory } from './deviceMemory.ts';
import type { GpuAnswer, GpuReply, GpuRequest, GpuThreadStart } from './gpuMessages.ts';
import { solveOnGpu } from './gpuTask.ts';
import { openNamed } from './openNamed.ts';
import { Preparers, UnpreparedData } from './preparers.ts';

/** Matrices or batches that take turns on the device: while one is read back, the next is there. */
const MOST_SOLVES = 3;

/** Of the device's work: one submission, so that a watchdog and a cancel need not wait. */
const SUBMISSION_SECONDS = 0.03;

/** How a device is had and judged; replaced in tests. */
export interface GpuOpening {
  readonly open: (start: GpuThreadStart) => Promise<GpuDevice>;
  readonly accept: typeof acceptAdapter;
  /** Largest smaller side that is solved in batches, wholly on the device. */
  readonly largestWindow: number;
}

const OPENING: GpuOpening = {
  open: openNamed,
  accept: acceptAdapter,
  largestWindow: MAX_WINDOW,
};

/**
 * The thread that owns the device: opens it, says whether it is used and why, then solves tasks, several at
 * a time. It never ends by itself; a device that is lost refuses every task.
 */
export async function serveGpu(
  start: GpuThreadStart,
  port: MessagePort,
  { open, accept, largestWindow }: GpuOpening = OPENING,
): Promise<void> {
  const post = (message: GpuReply): void => port.postMessage(message);
  const device = await opened(start, open);
  if (device instanceof GpuError) {
    post({ kind: 'ready', selfTest: absentAdapter(device), solver: undefined });
    return;
  }
  const { workers, wasm, cacheDir, adapterName } = start;
  const kernels = loadKernels(wasm);
  const allowSoftware = adapterName !== '';
  const selfTest = await accept(device, { kernels, workers, allowSoftware });
  if (!selfTest.isUsed) device.destroy();
  const solver = identityOf(device, wasm);
  const memory = new DeviceMemory(memoryBudget(device, {}), MOST_SOLVES);
  const cache = cacheDir ? new SpectrumCache(cacheDir) : undefined;
  const flopsPerSubmit = flopsOf(selfTest);
  const bands = new PendingBands();
  const ids = new Map<SpectrumTask, number>();
  const preparers = new Preparers(
    new URL(start.preparer),
    { kind: 'prepare', cacheDir, largestWindow, gpu: { solver } },
    (task, from, to) =>
      post({ kind: 'span', stage: 'prepare', id: ids.get(task)!, start: from, end: to }),
  );

  const solve = async (request: Extract<GpuRequest, { kind: 'solve' }>): Promise<void> => {
    const { id, task } = request;
    ids.set(task, id);
    const flag = new Int32Array(request.cancelled);
    const cancelled = (): boolean => Atomics.load(flag, 0) !== 0;
    const answer = await answerOf(cancelled, () =>
      solveOnGpu(preparers.pieces(task, request.solver), {
        ...{ device, memory, flopsPerSubmit, cache },
        finish: (blocks, count) =>
          bands.add((band) => post({ kind: 'band', id, band, blocks, count })),
        cancelled,
        onStep: (flops) => post({ kind: 'step', id, flops }),
        onSpan: (from, to) => post({ kind: 'span', stage: 'device', id, start: from, end: to }),
      }),
    );
    ids.delete(task);
    post({ kind: 'answer', id, answer });
  };
  port.on('message', (request: GpuRequest) => {
    switch (request.kind) {
      case 'solve':
        void solve(request);
        return;
      case 'finished':
        bands.resolve(request.band, request.values);
        return;
      case 'unfinished':
        bands.reject(request.band, request.reason);
        return;
      case 'close':
        preparers.close();
        device.destroy();
        port.close();
        return;
    }
  });
  post({ kind: 'ready', selfTest, solver });
}

async function opened(
  start: GpuThreadStart,
  open: GpuOpening['open'],
): Promise<GpuDevice | GpuError> {
  try {
    return await open(start);
  } catch (error) {
    if (error instanceof GpuError) return error;
    throw error;
  }
}

async function answerOf(
  cancelled: () => boolean,
  solve: () => ReturnType<typeof solveOnGpu>,
): Promise<GpuAnswer> {
  try {
    return { kind: 'records', records: await solve() };
  } catch (error) {
    if (cancelled()) return { kind: 'cancelled' };
    if (error instanceof GpuError)
      return { kind: 'refused', code: error.code, reason: error.message };
    if (error instanceof LinalgError || error instanceof UnpreparedData) return { kind: 'left' };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', code: 'invalid', reason };
  }
}

/** The driver's rounding decides the last bits, and so do the kernels that finish bands. */
function identityOf({ adapter }: GpuDevice, wasm: Uint8Array): SolverIdentity {
  const { name, driver, backend } = adapter;
  const hash = createHash('sha256').update(wasm).update([name, driver, backend].join('\n'));
  return { backend: 'webgpu', kernels: hash.digest('hex') };
}

function flopsOf({ calibration }: ComputeSelfTest): number {
  return (calibration?.gpu ?? 1) * 1e9 * SUBMISSION_SECONDS;
}

/** Bands that the pool is finishing. */
class PendingBands {
  private readonly pending = new Map<
    number,
    { resolve: (values: Float64Array) => void; reject: (error: Error) => void }
  >();
  private next = 0;

  add(send: (band: number) => void): Promise<Float64Array> {
    const band = this.next++;
    return new Promise((resolve, reject) => {
      this.pending.set(band, { resolve, reject });
      send(band);
    });
  }

  resolve(band: number, values: Float64Array): void {
    this.pending.get(band)?.resolve(values);
    this.pending.delete(band);
  }

  reject(band: number, reason: string): void {
    this.pending.get(band)?.reject(new Error(reason));
    this.pending.delete(band);
  }
}
