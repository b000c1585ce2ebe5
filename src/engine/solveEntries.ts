import { setMaxListeners } from 'node:events';
import type { AnalyzeProgress } from './engineApi.ts';
import { nameOf, type Entry } from './entries.ts';
import type { GpuShare } from './gpu/gpuShare.ts';
import type { TaskOutcome } from './spectrumTask.ts';
import type { WorkerPool } from './workerPool.ts';

/** Progress is a few messages a second; the start of a layer is always told, so that a crash can be traced to it. */
const PROGRESS_INTERVAL_MS = 100;

/** Before so much solving time has passed, the time left would be a guess. */
const MIN_TIMED_MS = 500;

interface SolveContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AnalyzeProgress) => void;
}

/** Solves all entries on the pool, and on the GPU where there is one; outcomes in the order of the entries. Throws CancelledError. */
export async function solveEntries(
  entries: readonly Entry[],
  pool: WorkerPool,
  gpu: GpuShare | undefined,
  context: SolveContext,
): Promise<readonly TaskOutcome[]> {
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
      gpu,
      signal,
      onStart: () => progress.start(entry),
      onStep: (flops) => progress.step(entry, flops),
    });
    progress.finish(entry, outcome.status === 'solved' && outcome.cached);
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

class ProgressTally {
  private readonly running = new Set<Entry>();
  private readonly stepped = new Map<Entry, number>();
  private readonly total: number;
  private done = 0;
  private layersDone = 0;
  private cached = 0;
  private solvedFlops = 0;
  private firstStart = 0;
  private lastTold = 0;

  constructor(
    private readonly entries: readonly Entry[],
    private readonly tell: ((progress: AnalyzeProgress) => void) | undefined,
  ) {
    this.total = entries.reduce((sum, entry) => sum + entry.flops, 0);
  }

  start(entry: Entry): void {
    this.firstStart ||= performance.now();
    this.running.add(entry);
    this.report(true);
  }

  step(entry: Entry, flops: number): void {
    const before = this.stepped.get(entry) ?? 0;
    // A layer that the GPU has lost is solved a second time.
    const counted = Math.min(flops, entry.flops - before);
    this.stepped.set(entry, before + counted);
    this.done += counted;
    this.solvedFlops += flops;
    this.report(false);
  }

  finish(entry: Entry, cached: boolean): void {
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
