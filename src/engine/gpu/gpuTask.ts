import { createHash } from 'node:crypto';
import { storedRounding } from '../../core/checkpoint/readValues.ts';
import { storedBytes } from '../../core/checkpoint/storedBytes.ts';
import { gpuBand, gpuBandBytes } from '../../core/linalg/gpu/gpuBand.ts';
import type { GpuDevice } from '../../core/linalg/gpu/gpuDevice.ts';
import type { GpuUse } from '../../core/linalg/gpu/gpuRun.ts';
import type { FinishBand } from '../../core/linalg/gpu/gpuSingularValues.ts';
import { gpuWindowSpectra, type WindowView } from '../../core/linalg/gpu/gpuWindowSpectra.ts';
import type { Matrix } from '../../core/linalg/matrix.ts';
import { solveFlops } from '../../core/linalg/singularValues.ts';
import { drawnEntries, shuffledEntries } from '../../core/spectrum/shuffles.ts';
import type { CacheRecord } from '../cacheRecord.ts';
import { servingKeys } from '../servingKeys.ts';
import type { SpectrumCache } from '../spectrumCache.ts';
import { pickedValues, sourceValues } from '../sourceValues.ts';
import { type SolverIdentity, spectrumKey, type SpectrumKind } from '../spectrumKey.ts';
import type { SpectrumSource, SpectrumTask } from '../spectrumTask.ts';
import { checkFinite, concatenated, gather } from '../storedMatrix.ts';
import type { DeviceMemory } from './deviceMemory.ts';

/** What the thread of the GPU brings to its tasks. */
export interface GpuTools {
  readonly device: GpuDevice;
  /** Of all tasks together. */
  readonly memory: DeviceMemory;
  readonly flopsPerSubmit: number;
  /** Largest smaller side that is solved in batches, wholly on the device. */
  readonly largestWindow: number;
  /** Finishes a band in the pool. */
  readonly finish: FinishBand;
  /** Of the CPU, whose records serve as well. */
  readonly solver: SolverIdentity;
  readonly gpu: { readonly solver: SolverIdentity };
  readonly cache: SpectrumCache | undefined;
  readonly cancelled: () => boolean;
  readonly onStep: (flops: number) => void;
  /** Called with the times, in ms since the epoch, between which the device had a matrix or batch. */
  readonly onSpan: (start: number, end: number) => void;
}

/** Matrices of a batch are copied together: so many values at most, 128 MiB. */
const BATCH_VALUES = 2 ** 24;

/**
 * The spectra that a task asks for, solved on the GPU, by the key under which they serve it: those that no
 * cache has. Figures are left to a worker of the pool, which takes the records over.
 *
 * @throws GpuError, LinalgError and CheckpointError; NonFiniteWeight.
 */
export async function solveOnGpu(
  task: SpectrumTask,
  tools: GpuTools,
): Promise<ReadonlyMap<string, CacheRecord>> {
  const hash = createHash('sha256');
  storedBytes(task.source.storage, (chunk) => hash.update(chunk));
  const digest = hash.digest('hex');
  const { cache, gpu } = tools;
  const missing = solvesOf(task).filter(([source, asked]) =>
    servingKeys(digest, source, asked, task.precision, tools).every(({ key }) => !cache?.has(key)),
  );
  const records = new Map<string, CacheRecord>();
  if (missing.length === 0) return records;
  const values = sourceValues(task.source);
  let failed = false;
  const cancelled = (): boolean => failed || tools.cancelled();
  const runs = missing.map(async ([source, asked]) => {
    if (asked.kind !== 'windows') checkFinite(values, source.view);
    const record = await solvedRecord(values, source, asked, { ...tools, cancelled });
    const key = spectrumKey(digest, source, asked, 'fast', gpu.solver);
    records.set(key, record);
    cache?.write(key, record);
  });
  try {
    await Promise.all(runs);
  } finally {
    // One fault ends the task: what else of it is on the device is not wanted any more.
    failed = true;
    await Promise.allSettled(runs);
  }
  return records;
}

type Asked = Extract<
  SpectrumKind,
  { readonly kind: 'spectrum' | 'windows' | 'shuffles' | 'shuffledWindows' }
>;

/** What of a task has to be solved. */
function solvesOf(task: SpectrumTask): readonly (readonly [SpectrumSource, Asked])[] {
  const { source, compatSource, windows, shuffles, windowShuffles, seed } = task;
  const solves: [SpectrumSource, Asked][] = [[source, { kind: 'spectrum' }]];
  if (shuffles > 0) solves.push([source, { kind: 'shuffles', count: shuffles, seed }]);
  if (typeof windows !== 'string') {
    const { rows, cols } = windows.view;
    const drawn = { kind: 'shuffledWindows', rows, cols, count: windowShuffles, seed } as const;
    solves.push([windows, { kind: 'windows' }]);
    if (windowShuffles > 0) solves.push([source, drawn]);
  }
  if (typeof compatSource !== 'string') solves.push([compatSource, { kind: 'spectrum' }]);
  return solves;
}

async function solvedRecord(
  values: Float64Array,
  source: SpectrumSource,
  asked: Asked,
  tools: GpuTools,
): Promise<CacheRecord> {
  const { view, storage } = source;
  const { rows, cols, offsets } = view;
  const first = gather(values, source, offsets[0]!);
  const roundingVariance = storedRounding(
    storage,
    first.data,
    (steps) => gather(pickedValues(steps, source), { ...source, scale: 'none' }, offsets[0]!).data,
  );
  const record = { rows, cols, slices: offsets.length, roundingVariance };
  switch (asked.kind) {
    case 'spectrum':
    case 'windows': {
      if (source.scale === 'none' && isWindow(view, tools))
        return { ...record, spectra: [await windowSpectra(values, view, tools)] };
      const each = offsets.map((offset) => () => gather(values, source, offset));
      return { ...record, spectra: [concatenated(await solveAll(view, each, tools))] };
    }
    case 'shuffles':
    case 'shuffledWindows': {
      const shape = asked.kind === 'shuffles' ? first : asked;
      const shuffled = Array.from({ length: asked.count }, (_, k) => (): Matrix => {
        const seed = asked.seed + k;
        const data =
          asked.kind === 'shuffles'
            ? shuffledEntries(first.data, seed)
            : drawnEntries(first.data, shape.rows * shape.cols, seed);
        return { rows: shape.rows, cols: shape.cols, data };
      });
      return { ...record, spectra: await solveAll(shape, shuffled, tools) };
    }
  }
}

type Shape = Pick<Matrix, 'rows' | 'cols'>;

function isWindow({ rows, cols }: Shape, { largestWindow }: GpuTools): boolean {
  return Math.min(rows, cols) <= largestWindow;
}

/** The spectra of matrices of one shape: small ones in batches, large ones each by itself. */
async function solveAll(
  shape: Shape,
  matrices: readonly (() => Matrix)[],
  tools: GpuTools,
): Promise<Float64Array[]> {
  const { rows, cols } = shape;
  if (!isWindow(shape, tools))
    return Promise.all(matrices.map((matrix) => solveLarge(shape, matrix, tools)));
  const size = rows * cols;
  const count = Math.min(rows, cols);
  const most = Math.max(1, Math.floor(BATCH_VALUES / size));
  const spectra: Float64Array[] = [];
  for (let first = 0; first < matrices.length; first += most) {
    const batch = matrices.slice(first, first + most).map((matrix) => matrix().data);
    const offsets = batch.map((_, w) => w * size);
    const view = { rows, cols, rowStride: cols, colStride: 1, offsets };
    const found = await windowSpectra(concatenated(batch), view, tools);
    spectra.push(...batch.map((_, w) => found.slice(w * count, (w + 1) * count)));
  }
  return spectra;
}

/** The values of all windows one after the other, on half of the memory that there is. */
async function windowSpectra(
  values: Float64Array,
  view: WindowView,
  tools: GpuTools,
): Promise<Float64Array> {
  const { device, memory, finish, onStep } = tools;
  const bytes = memory.limit / 2;
  const use = useOf(tools, bytes);
  const found = await memory.during(bytes, () =>
    timed(tools, () => gpuWindowSpectra(values, view, device, finish, use)),
  );
  onStep(view.offsets.length * solveFlops(view.rows, view.cols));
  return found;
}

async function solveLarge(
  { rows, cols }: Shape,
  matrix: () => Matrix,
  tools: GpuTools,
): Promise<Float64Array> {
  const { device, memory, finish, onStep } = tools;
  const bytes = gpuBandBytes(rows, cols);
  const { band, count, unscale } = await memory.during(bytes, () =>
    timed(tools, () => gpuBand(matrix(), device, useOf(tools, memory.limit))),
  );
  // The device takes the next matrix from here on.
  const found = band ? await finish(band, count) : new Float64Array(count);
  unscale(found);
  onStep(solveFlops(rows, cols));
  return found;
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
