import { setMaxListeners } from 'node:events';
import type { AnalyzeProgress } from './engineApi.ts';
import { nameOf, type Entry } from './entries.ts';
import type { GpuShare } from './gpu/gpuShare.ts';
import type { OutcomeOf, WorkerTask } from './workerMessages.ts';
import type { WorkerPool } from './workerPool.ts';

/** Progress is a few messages a second; the start of a layer is always told, so that a crash can be traced to it. */
const PROGRESS_INTERVAL_MS = 100;

/** Before so much solving time has passed, the time left would be a guess. */
const MIN_TIMED_MS = 500;

interface SolveContext {
  /** Takes its share of the spectra. */
  readonly gpu?: GpuShare | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AnalyzeProgress) => void;
}

/** An entry with work of any kind. */
export type EntryJob<T extends WorkerTask> = Pick<
  Entry,
  'id' | 'weight' | 'part' | 'flops' | 'bytes'
> & { readonly task: T };

/** Solves all entries on the pool, and on the GPU where there is one; outcomes in the order of the entries. Throws CancelledError. */
export async function solveEntries<T extends WorkerTask>(
  entries: readonly EntryJob<T>[],
  pool: WorkerPool,
  context: SolveContext,
): Promise<readonly OutcomeOf<T>[]> {
  const progress = new ProgressTally(entries, context.onProgress);
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  // One listener an entry: Node takes more than ten for a leak unless it is told otherwise.
  setMaxListeners(0, signal);
  const runs = entries.map(async (entry) => {
    const outcome = await pool.run({
      task: entry.task,
      flops: entry.flops,
      bytes: entry.bytes,
      gpu: context.gpu,
      signal,
      onStart: () => progress.start(entry),
      onStep: (flops) => progress.step(entry, flops),
    });
    progress.finish(entry, 'cached' in outcome && outcome.cached);
    return outcome;
  });
  try {
    return await Promise.all(runs);
  } finally {
    // One rejection ends the run: what is still queued or solving is not wanted any more.
    stop.abort();
    await Promise.allSettled(runs);
  }
}

type Tallied = Omit<EntryJob<WorkerTask>, 'task'>;

class ProgressTally {
  private readonly running = new Set<Tallied>();
  private readonly stepped = new Map<Tallied, number>();
  private readonly total: number;
  private done = 0;
  private layersDone = 0;
  private cached = 0;
  private solvedFlops = 0;
  private firstStart = 0;
  private lastTold = 0;

  constructor(
    private readonly entries: readonly Tallied[],
    private readonly tell: ((progress: AnalyzeProgress) => void) | undefined,
  ) {
    this.total = entries.reduce((sum, entry) => sum + entry.flops, 0);
  }

  start(entry: Tallied): void {
    this.firstStart ||= performance.now();
    this.running.add(entry);
    this.report(true);
  }

  step(entry: Tallied, flops: number): void {
    const before = this.stepped.get(entry) ?? 0;
    // A layer that the GPU has lost is solved a second time.
    const counted = Math.min(flops, entry.flops - before);
    this.stepped.set(entry, before + counted);
    this.done += counted;
    this.solvedFlops += flops;
    this.report(false);
  }

  finish(entry: Tallied, cached: boolean): void {
    this.running.delete(entry);
    this.done += entry.flops - (this.stepped.get(entry) ?? 0);
    this.layersDone++;
    if (cached) this.cached++;
    this.report(this.layersDone === this.entries.length);
  }

  private report(always: boolean): void {
    const now = performance.now();
    if (!this.tell || (!always && now - this.lastTold < PROGRESS_INTERVAL_MS)) return;
    this.lastTold = now;
    const running = [...this.running];
    this.tell({
      done: Math.min(this.done, this.total),
      total: this.total,
      layersDone: this.layersDone,
      layersTotal: this.entries.length,
      running: running.map((entry) => nameOf(entry)),
      runningIds: running.map((entry) => entry.id),
      secondsLeft: this.secondsLeft(now),
      cached: this.cached,
    });
  }

  private secondsLeft(now: number): number | null {
    const elapsed = now - this.firstStart;
    if (elapsed < MIN_TIMED_MS || this.solvedFlops === 0) return null;
    return ((this.total - this.done) / this.solvedFlops) * (elapsed / 1000);
  }
}
