import { bandOf, gpuBandBytes } from '../../core/linalg/gpu/gpuBand.ts';
import type { GpuDevice } from '../../core/linalg/gpu/gpuDevice.ts';
import type { GpuUse } from '../../core/linalg/gpu/gpuRun.ts';
import type { FinishBand } from '../../core/linalg/gpu/gpuSingularValues.ts';
import { gpuWindowSpectra } from '../../core/linalg/gpu/gpuWindowSpectra.ts';
import { solveFlops } from '../../core/linalg/singularValues.ts';
import type { CacheRecord } from '../cacheRecord.ts';
import type { SpectrumCache } from '../spectrumCache.ts';
import { concatenated } from '../storedMatrix.ts';
import type { DeviceMemory } from './deviceMemory.ts';
import type { Prepared, PreparedRecord, PreparedWork } from './preparation.ts';

/** What the thread of the GPU brings to its tasks. */
export interface GpuTools {
  readonly device: GpuDevice;
  /** Of all tasks together. */
  readonly memory: DeviceMemory;
  readonly flopsPerSubmit: number;
  /** Finishes a band in the pool. */
  readonly finish: FinishBand;
  readonly cache: SpectrumCache | undefined;
  readonly cancelled: () => boolean;
  readonly onStep: (flops: number) => void;
  /** Called with the times, in ms since the epoch, between which the device had a matrix or batch. */
  readonly onSpan: (start: number, end: number) => void;
}

/** Pieces of a task that are on the device or wait for it; more would only hold memory. */
const MOST_PIECES = 2;

interface OpenRecord extends PreparedRecord {
  readonly pieces: Promise<readonly Float64Array[]>[];
}

/**
 * The spectra of a task, solved on the GPU, by the key under which they serve it, from its prepared pieces
 * in the order of `preparation`. Figures are left to a worker of the pool, which takes the records over.
 *
 * @throws GpuError and LinalgError; what the preparation throws.
 */
export async function solveOnGpu(
  prepared: AsyncIterable<Prepared>,
  tools: GpuTools,
): Promise<ReadonlyMap<string, CacheRecord>> {
  const solved: Promise<readonly [string, CacheRecord]>[] = [];
  let open: OpenRecord | undefined;
  const running = new Set<Promise<unknown>>();
  const state: { ended: boolean; fault?: unknown } = { ended: false };
  const cancelled = (): boolean => state.ended || tools.cancelled();
  // One fault ends the task: what else of it is on the device is not wanted any more, and says only that.
  const fail = (fault: unknown): void => {
    if (!state.ended) state.fault = fault;
    state.ended = true;
  };
  const closeRecord = (): void => {
    if (!open) return;
    const record = solvedRecord(open, tools.cache);
    // Awaited below, perhaps after an earlier one has failed.
    record.catch(() => undefined);
    solved.push(record);
  };
  try {
    for await (const each of prepared) {
      if (each.kind === 'record') {
        closeRecord();
        open = { ...each, pieces: [] };
        continue;
      }
      const piece = solvedPiece(each, { ...tools, cancelled });
      open!.pieces.push(piece);
      const done = piece.then(() => undefined, fail).finally(() => running.delete(done));
      running.add(done);
      if (running.size >= MOST_PIECES) await Promise.race(running);
      if (state.ended) throw state.fault;
    }
    closeRecord();
    return new Map(await Promise.all(solved));
  } finally {
    state.ended = true;
    await Promise.allSettled(running);
  }
}

/** Kept as soon as it is solved, whatever becomes of the rest of the task. */
async function solvedRecord(
  { key, head, isOne, pieces }: OpenRecord,
  cache: SpectrumCache | undefined,
): Promise<readonly [string, CacheRecord]> {
  const spectra = (await Promise.all(pieces)).flat();
  const record = { ...head, spectra: isOne ? [concatenated(spectra)] : spectra };
  cache?.write(key, record);
  return [key, record];
}

/** The spectra of a piece: of its one matrix, or of each of its windows. */
function solvedPiece(work: PreparedWork, tools: GpuTools): Promise<readonly Float64Array[]> {
  return work.kind === 'band' ? solvedBand(work, tools) : solvedWindows(work, tools);
}

/** On half of the memory that there is. */
async function solvedWindows(
  { values, view }: Extract<PreparedWork, { kind: 'windows' }>,
  tools: GpuTools,
): Promise<readonly Float64Array[]> {
  const { device, memory, finish, onStep } = tools;
  const bytes = memory.limit / 2;
  const found = await memory.during(bytes, () =>
    timed(tools, () => gpuWindowSpectra(values, view, device, finish, useOf(tools, bytes))),
  );
  const { rows, cols, offsets } = view;
  onStep(offsets.length * solveFlops(rows, cols));
  const count = Math.min(rows, cols);
  return offsets.map((_, w) => found.subarray(w * count, (w + 1) * count));
}

async function solvedBand(
  { rows, cols, band: prepared }: Extract<PreparedWork, { kind: 'band' }>,
  tools: GpuTools,
): Promise<readonly Float64Array[]> {
  const { device, memory, finish, onStep } = tools;
  const { band, count, unscale } = await memory.during(gpuBandBytes(rows, cols), () =>
    timed(tools, () => bandOf(prepared, device, useOf(tools, memory.limit))),
  );
  // The device takes the next matrix from here on.
  const found = band ? await finish(band, count) : new Float64Array(count);
  unscale(found);
  onStep(solveFlops(rows, cols));
  return [found];
}

function useOf({ cancelled, flopsPerSubmit }: GpuTools, memoryBytes: number): GpuUse {
  return { cancelled, flopsPerSubmit, memoryBytes };
}

async function timed<T>({ onSpan }: GpuTools, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  onSpan(performance.timeOrigin + start, performance.timeOrigin + performance.now());
  return result;
}
