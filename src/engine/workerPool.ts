import { Worker } from 'node:worker_threads';
import { CancelledError } from '../protocol/cancellation.ts';
import { fromWire } from '../protocol/remoteError.ts';
import type { SpectrumTask, TaskOutcome } from './spectrumTask.ts';
import type { Backend } from './backend.ts';
import type { WorkerReply, WorkerRequest, WorkerStart } from './workerMessages.ts';

/** A worker that has not seen the flag by then is ended: DESIGN's bound on cancellation is 200 ms. */
const CANCEL_GRACE_MS = 150;

export interface PoolJob {
  readonly task: SpectrumTask;
  /** Work, in floating-point operations: the largest goes first, so that no big one is left for the end. */
  readonly flops: number;
  /** Peak memory of the task in bytes. */
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
  readonly onStart: () => void;
  readonly onStep: (flops: number) => void;
}

/** Solving that was done: how fast this machine is. */
export interface PoolWork {
  /** Floating-point operations of the solver. */
  readonly flops: number;
  /** Of one worker, from the start of each solved job to its end. */
  readonly seconds: number;
}

interface QueuedJob extends PoolJob {
  readonly cancelled: SharedArrayBuffer;
  readonly resolve: (outcome: TaskOutcome) => void;
  readonly reject: (error: Error) => void;
}

interface PoolWorker {
  readonly worker: Worker;
  job: QueuedJob | undefined;
  startedAt: number;
  flops: number;
}

/**
 * A fixed number of worker threads, one matrix each. Jobs are admitted by memory: together they stay
 * under `memoryLimit`, except that one job always runs.
 */
export class WorkerPool {
  private readonly workers: PoolWorker[] = [];
  private readonly queue: QueuedJob[] = [];
  private chosen: Promise<Backend> | undefined;
  private backendName: WorkerStart['backend'] | undefined;
  private bytesRunning = 0;
  private worked: PoolWork = { flops: 0, seconds: 0 };
  memoryLimit = Infinity;

  constructor(
    private readonly script: URL,
    private readonly choose: () => Promise<Backend>,
    private readonly start: Omit<WorkerStart, 'kind' | 'backend'>,
    readonly size: number,
  ) {}

  /** What the workers multiply with: chosen when it is first needed, the same from then on. */
  backend(): Promise<Backend> {
    this.chosen ??= this.choose().then((backend) => {
      this.backendName = backend.name;
      return backend;
    });
    return this.chosen;
  }

  /** Rejects with CancelledError when the signal aborts; a worker that dies is an outcome `failed`. */
  run(job: PoolJob): Promise<TaskOutcome> {
    return new Promise((resolve, reject) => {
      if (job.signal?.aborted) {
        reject(new CancelledError());
        return;
      }
      const queued = { ...job, cancelled: new SharedArrayBuffer(4), resolve, reject };
      job.signal?.addEventListener('abort', () => this.cancel(queued), { once: true });
      const after = this.queue.findIndex((other) => other.flops < job.flops);
      this.queue.splice(after < 0 ? this.queue.length : after, 0, queued);
      this.dispatch();
    });
  }

  /** The work done since this was last asked. */
  takeWork(): PoolWork {
    const { worked } = this;
    this.worked = { flops: 0, seconds: 0 };
    return worked;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()));
  }

  private dispatch(): void {
    const { backendName } = this;
    if (backendName === undefined) {
      void this.backend().then(() => this.dispatch());
      return;
    }
    for (;;) {
      const at = this.queue.findIndex((job) => this.admits(job));
      const free = at < 0 ? undefined : this.freeWorker(backendName);
      if (!free) return;
      const job = this.queue.splice(at, 1)[0]!;
      free.job = job;
      free.startedAt = performance.now();
      free.flops = 0;
      this.bytesRunning += job.bytes;
      job.onStart();
      const request: WorkerRequest = { task: job.task, cancelled: job.cancelled };
      free.worker.postMessage(request);
    }
  }

  private admits(job: PoolJob): boolean {
    return this.bytesRunning === 0 || this.bytesRunning + job.bytes <= this.memoryLimit;
  }

  private freeWorker(backend: WorkerStart['backend']): PoolWorker | undefined {
    const idle = this.workers.find((each) => !each.job);
    if (idle || this.workers.length >= this.size) return idle;
    return this.spawn(backend);
  }

  private spawn(backend: WorkerStart['backend']): PoolWorker {
    const start: WorkerStart = { kind: 'solve', backend, ...this.start };
    const worker = new Worker(this.script, { workerData: start, execArgv: [] });
    const each: PoolWorker = { worker, job: undefined, startedAt: 0, flops: 0 };
    this.workers.push(each);
    worker.on('message', (reply: WorkerReply) => this.receive(each, reply));
    let fault = '';
    worker.on('error', (error) => (fault = error.message));
    worker.on('exit', () => {
      this.workers.splice(this.workers.indexOf(each), 1);
      const reason = `The worker thread ended while it was solving this layer${fault ? `: ${fault}` : ''}.`;
      this.finish(each, (job) => job.resolve({ status: 'failed', reason }));
    });
    return each;
  }

  private receive(each: PoolWorker, reply: WorkerReply): void {
    switch (reply.kind) {
      case 'step':
        each.flops += reply.flops;
        each.job?.onStep(reply.flops);
        return;
      case 'outcome':
        this.count(each);
        this.finish(each, (job) => job.resolve(reply.outcome));
        return;
      case 'error':
        this.finish(each, (job) => job.reject(fromWire(reply.error)));
        return;
    }
  }

  /** What came from the cache says nothing of the solver's speed. */
  private count({ flops, startedAt }: PoolWorker): void {
    if (flops === 0) return;
    const seconds = this.worked.seconds + (performance.now() - startedAt) / 1000;
    this.worked = { flops: this.worked.flops + flops, seconds };
  }

  private finish(each: PoolWorker, settle: (job: QueuedJob) => void): void {
    const { job } = each;
    each.job = undefined;
    if (!job) return;
    this.bytesRunning -= job.bytes;
    settle(job);
    // After the caller has heard of this job's end: a layer that is solved must not count as running beside the next.
    queueMicrotask(() => this.dispatch());
  }

  private cancel(job: QueuedJob): void {
    const queuedAt = this.queue.indexOf(job);
    if (queuedAt >= 0) {
      this.queue.splice(queuedAt, 1);
      job.reject(new CancelledError());
      return;
    }
    Atomics.store(new Int32Array(job.cancelled), 0, 1);
    const each = this.workers.find((worker) => worker.job === job);
    if (!each) return;
    setTimeout(() => {
      if (each.job !== job) return;
      job.reject(new CancelledError());
      void each.worker.terminate();
    }, CANCEL_GRACE_MS).unref();
  }
}
