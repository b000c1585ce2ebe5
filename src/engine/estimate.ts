import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import type { Backend } from './backend.ts';
import type { AnalyzeRequest, CallContext, Estimate } from './engineApi.ts';
import { nameOf, planEntries, type Entry } from './entries.ts';
import type { SolverSpeed } from './solverSpeed.ts';
import { SpectrumCache } from './spectrumCache.ts';
import { type SolverIdentity, spectrumKey } from './spectrumKey.ts';

/**
 * Below so many seconds the cache is not asked: it goes by what is stored, which has to be read and hashed,
 * and an analysis that short is begun without a question.
 */
const ASK_CACHE_ABOVE = 30;

export interface EstimateTools {
  readonly workers: number;
  readonly speed: SolverSpeed;
  /** Empty: no cache. */
  readonly cacheDir: string;
  /** What the workers multiply with. */
  readonly backend: () => Promise<Backend>;
}

/**
 * The work of an analysis before it begins. Throws CheckpointError for a file that cannot be read and
 * CancelledError when the signal aborts.
 */
export async function estimate(
  request: AnalyzeRequest,
  { workers, speed, cacheDir, backend }: EstimateTools,
  { signal }: CallContext<never> = {},
): Promise<Estimate> {
  const { entries } = planEntries(openCheckpoint(request.file), request);
  const rate = speed.flopsPerSecond();
  const total = entries.reduce((sum, { flops }) => sum + flops, 0) / rate / workers;
  const asks = cacheDir !== '' && total > ASK_CACHE_ABOVE;
  const known = asks
    ? await cached(
        entries,
        cacheDir,
        { backend: (await backend()).name, kernels: speed.kernelsHash },
        signal,
      )
    : new Set();
  return {
    workers,
    entries: entries.map((entry) => ({
      id: entry.id,
      name: nameOf(entry),
      role: entry.weight.role,
      rows: entry.part.view.rows,
      cols: entry.part.view.cols,
      matrices: entry.part.view.offsets.length,
      seconds: known.has(entry) ? 0 : entry.flops / rate,
    })),
  };
}

/** The entries whose spectrum is in the cache; their shuffles and windows were stored by the same task. */
async function cached(
  entries: readonly Entry[],
  cacheDir: string,
  solver: SolverIdentity,
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
    const has = (each: Precision): boolean =>
      cache.has(spectrumKey(stored, source, { kind: 'spectrum' }, each, solver));
    if (has('exact') || has(precision)) known.add(entry);
  }
  return known;
}
