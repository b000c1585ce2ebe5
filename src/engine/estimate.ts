import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { Backend } from './backend.ts';
import type { AnalyzeRequest, CallContext, Estimate } from './engineApi.ts';
import { nameOf, planEntries, type Entry } from './entries.ts';
import type { ComputeDevices } from './gpu/computeDevice.ts';
import { servingKeys, type Solvers } from './servingKeys.ts';
import type { SolverSpeed } from './solverSpeed.ts';
import { SpectrumCache } from './spectrumCache.ts';

/**
 * Below so many seconds of the workers alone neither the cache is asked, which goes by what is stored, and that
 * has to be read and hashed, nor the GPU, which has to be opened and tested: an analysis that short is begun
 * without a question.
 */
const ASK_ABOVE = 30;

export interface EstimateTools {
  readonly workers: number;
  readonly speed: Pick<SolverSpeed, 'flopsPerSecond' | 'kernelsHash'>;
  /** Empty: no cache. */
  readonly cacheDir: string;
  /** What the workers multiply with. */
  readonly backend: () => Promise<Backend>;
  readonly devices: Pick<ComputeDevices, 'of'>;
}

/**
 * The work of an analysis before it begins. Throws CheckpointError for a file that cannot be read and
 * CancelledError when the signal aborts.
 */
export async function estimate(
  request: AnalyzeRequest,
  { workers, speed, cacheDir, backend, devices }: EstimateTools,
  { signal }: CallContext<never> = {},
): Promise<Estimate> {
  const { entries } = planEntries(openCheckpoint(request.file), request);
  const rate = speed.flopsPerSecond();
  const total = entries.reduce((sum, { flops }) => sum + flops, 0) / rate / workers;
  const { device = 'cpu', precision = 'exact' } = request;
  const share = total > ASK_ABOVE ? (await devices.of(device, precision)).share : undefined;
  const asks = cacheDir !== '' && total > ASK_ABOVE;
  const known = asks
    ? await cached(
        entries,
        cacheDir,
        {
          solver: { backend: (await backend()).name, kernels: speed.kernelsHash },
          gpu: share,
        },
        signal,
      )
    : new Set();
  const gpu = share?.inWorkers(workers) ?? 0;
  const gain = ({ task }: Entry): number => (share?.canSolve(task) ? Math.max(1, gpu) : 1);
  return {
    workers: (workers + gpu) / Math.max(1, gpu),
    entries: entries.map((entry) => ({
      id: entry.id,
      name: nameOf(entry),
      role: entry.weight.role,
      rows: entry.part.view.rows,
      cols: entry.part.view.cols,
      matrices: entry.part.view.offsets.length,
      seconds: known.has(entry) ? 0 : entry.flops / rate / gain(entry),
    })),
  };
}

/** The entries whose spectrum is in the cache; their shuffles and windows were stored by the same task. */
async function cached(
  entries: readonly Entry[],
  cacheDir: string,
  solvers: Solvers,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<Entry>> {
  const cache = new SpectrumCache(cacheDir);
  const known = new Set<Entry>();
  for (const entry of entries) {
    // The engine answers other calls, and a cancel, between two tensors.
    await setImmediate();
    if (signal?.aborted) throw new CancelledError();
    const { source, precision } = entry.task;
    const hash = createHash('sha256');
    storedBytes(source.storage, (chunk) => hash.update(chunk));
    const stored = hash.digest('hex');
    const keys = servingKeys(stored, source, { kind: 'spectrum' }, precision, solvers);
    if (keys.some(({ key }) => cache.has(key))) known.add(entry);
  }
  return known;
}
