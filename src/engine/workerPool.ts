import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { BandBlocks } from '../core/linalg/gpu/bandValues.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { fromWire } from '../protocol/remoteError.ts';
import type { Backend } from './backend.ts';
import type { GpuAnswer } from './gpu/gpuMessages.ts';
import type { GpuShare } from './gpu/gpuShare.ts';
import type { SolverIdentity } from './spectrumKey.ts';
import type { SpectrumTask, WindowPart } from './spectrumTask.ts';
import type {
  OutcomeOf,
  WorkerReply,
  WorkerRequest,
  WorkerStart,
  WorkerTask,
  WorkerWork,
} from './workerMessages.ts';

/** A worker that has not seen the flag by then is ended: DESIGN's bound on cancellation is 200 ms. */
const CANCEL_GRACE_MS = 150;

/**
 * A worker keeps the memory of its largest job, and gives it back only with its end: one that keeps so much more than its
 * next job needs is replaced.
 */
const KEPT_BYTES = 2 ** 25;

/** Before all others: what a GPU has begun holds memory, and is short. */
const FIRST = Infinity;

export interface PoolJob<T extends WorkerTask = WorkerTask> {
  readonly task: T;
  /** Work, in floating-point operations: the largest goes first, so that no big one is left for the end. */
  readonly flops: number;
  /** Peak memory of the task in bytes. */
  readonly bytes: number;
  /** The GPU that takes from the same list; absent where none does. */
  readonly gpu?: GpuShare | undefined;
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

interface QueuedJob extends Omit<PoolJob, 'gpu' | 'task' | 'signal'> {
  work: WorkerWork;
  rank: number;
  /** Undefined where only a worker can take it. */
  gpu: GpuShare | undefined;
  /** Whether the GPU has it now. */
  isOnGpu: boolean;
  readonly cancelled: SharedArrayBuffer;
  readonly resolve: (reply: Extract<WorkerReply, { kind: 'outcome' | 'values' }>) => void;
  readonly reject: (error: Error) => void;
  /** The worker that had it has ended. */
  readonly onDeath: (reason: string) => void;
}

interface PoolWorker {
  readonly worker: Worker;
  job: QueuedJob | undefined;
  startedAt: number;
  flops: number;
  /** Bytes of its largest job. */
  kept: number;
}

/**
 * A fixed number of worker threads, one matrix each, and beside them a GPU where a job has one: both take
 * from one list, the largest first. What the GPU has solved, or begun, a worker finishes. Jobs are admitted by memory: together they stay
 * under `memoryLimit`, except that one job always runs.
 */
export class WorkerPool {
  private readonly workers: PoolWorker[] = [];
  private readonly queue: QueuedJob[] = [];
  private chosen: Promise<Backend> | undefined;
  private backendName: WorkerStart['backend'] | undefined;
  private bytesRunning = 0;
  private worked: PoolWork = { flops: 0, seconds: 0 };
  private isDispatching = false;
  private readonly kernelsHash: string;
  memoryLimit = Infinity;

  constructor(
    private readonly script: URL,
    private readonly choose: () => Promise<Backend>,
    private readonly start: Omit<WorkerStart, 'kind' | 'backend'>,
    readonly size: number,
  ) {
    this.kernelsHash = createHash('sha256').update(start.wasm).digest('hex');
  }

  /** What the workers multiply with: chosen when it is first needed, the same from then on. */
  backend(): Promise<Backend> {
    this.chosen ??= this.choose().then((backend) => {
      this.backendName = backend.name;
      return backend;
    });
    return this.chosen;
  }

  /** Rejects with CancelledError when the signal aborts; a worker that dies is an outcome `failed`. */
  run<T extends WorkerTask>({ task, gpu, signal, ...job }: PoolJob<T>): Promise<OutcomeOf<T>> {
    return new Promise((settle, reject) => {
      // A worker answers a task with the outcome of its kind.
      const resolve = settle as (outcome: OutcomeOf<WorkerTask>) => void;
      if (signal?.aborted) {
        reject(new CancelledError());
        return;
      }
      const queued: QueuedJob = {
        ...job,
        work: { kind: 'task', task, gpu: gpu && { solver: gpu.solver, records: new Map() } },
        rank: job.flops,
        gpu: !isMeasured(task) && gpu?.canSolve(task) ? gpu : undefined,
        isOnGpu: false,
        cancelled: new SharedArrayBuffer(4),
        resolve: (reply) => {
          if (reply.kind === 'outcome') resolve(reply.outcome);
        },
        reject,
        onDeath: (reason) => resolve({ status: 'failed', reason }),
      };
      signal?.addEventListener('abort', () => this.cancel(queued), { once: true });
      this.insert(queued);
    });
  }

  /** The largest `count` singular values of a band that a GPU has left. Rejects as `run` does. */
  finishBand(
    blocks: BandBlocks,
    count: number,
    cancelled: SharedArrayBuffer,
  ): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      this.insert({
        work: { kind: 'band', blocks, count },
        rank: FIRST,
        flops: 0,
        bytes: 0,
        gpu: undefined,
        isOnGpu: false,
        cancelled,
        onStart: () => undefined,
        onStep: () => undefined,
        resolve: (reply) => {
          if (reply.kind === 'values') resolve(reply.values);
        },
        reject,
        onDeath: (reason) => reject(new Error(reason)),
      });
    });
  }

  /**
   * The spectra of some of the windows of a task, one after another; nothing where those of all are in the
   * cache. Rejects with CancelledError when the signal aborts, and with what is wrong with the data.
   */
  solveWindows(job: Omit<PoolJob<SpectrumTask>, 'gpu'>, part: WindowPart): Promise<Float64Array> {
    const { task, signal, ...rest } = job;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new CancelledError());
        return;
      }
      const queued: QueuedJob = {
        ...rest,
        work: { kind: 'windows', task, part },
        rank: job.flops,
        gpu: undefined,
        isOnGpu: false,
        cancelled: new SharedArrayBuffer(4),
        resolve: (reply) => {
          if (reply.kind === 'values') resolve(reply.values);
        },
        reject,
        onDeath: (reason) => reject(new Error(reason)),
      };
      signal?.addEventListener('abort', () => this.cancel(queued), { once: true });
      this.insert(queued);
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

  private insert(job: QueuedJob): void {
    const after = this.queue.findIndex((other) => other.rank < job.rank);
    this.queue.splice(after < 0 ? this.queue.length : after, 0, job);
    this.dispatchSoon();
  }

  /** Once all that is asked for in this turn is in the list, or the caller has heard of the end of a job. */
  private dispatchSoon(): void {
    if (this.isDispatching) return;
    this.isDispatching = true;
    queueMicrotask(() => {
      this.isDispatching = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    const { backendName } = this;
    if (backendName === undefined) {
      void this.backend().then(() => this.dispatch());
      return;
    }
    this.feedWorkers(backendName, ({ rank }) => rank === FIRST);
    this.feedGpu(backendName);
    this.feedWorkers(backendName, (job) => this.isForWorkers(job));
    // What runs was admitted as if they kept nothing.
    if (this.bytesRunning > 0)
      for (const each of this.workers.filter((worker) => !worker.job && worker.kept > KEPT_BYTES))
        this.end(each);
  }

  private feedWorkers(
    backendName: WorkerStart['backend'],
    accepts: (job: QueuedJob) => boolean,
  ): void {
    for (;;) {
      const at = this.queue.findIndex((job) => this.admits(job) && accepts(job));
      const free = at < 0 ? undefined : this.freeWorker(backendName, this.queue[at]!);
      if (!free) return;
      const job = this.queue.splice(at, 1)[0]!;
      free.job = job;
      free.startedAt = performance.now();
      free.flops = 0;
      free.kept = Math.max(free.kept, job.bytes);
      this.bytesRunning += job.bytes;
      job.onStart();
      if (job.gpu && job.rank !== FIRST) job.gpu.counts.cpu++;
      const request: WorkerRequest = { ...job.work, cancelled: job.cancelled };
      free.worker.postMessage(request);
    }
  }

  private feedGpu(backend: WorkerStart['backend']): void {
    for (const job of [...this.queue]) {
      const { gpu, work } = job;
      if (!gpu?.hasRoom || work.kind !== 'task' || isMeasured(work.task)) continue;
      const { task } = work;
      const bytes = gpu.bytesOf(task);
      if (!this.admits({ bytes })) continue;
      this.queue.splice(this.queue.indexOf(job), 1);
      this.bytesRunning += bytes;
      job.isOnGpu = true;
      job.onStart();
      const solver: SolverIdentity = { backend, kernels: this.kernelsHash };
      void gpu.solve(task, job.flops, solver, job.cancelled, job.onStep).then((answer) => {
        this.bytesRunning -= bytes;
        if (job.isOnGpu) this.takeBack(job, gpu, task, answer);
        this.dispatchSoon();
      });
    }
  }

  /** What the GPU has solved goes to a worker for its figures, what it has not to be solved. */
  private takeBack(job: QueuedJob, gpu: GpuShare, task: SpectrumTask, answer: GpuAnswer): void {
    job.isOnGpu = false;
    if (answer.kind === 'cancelled') {
      job.reject(new CancelledError());
      return;
    }
    job.gpu = undefined;
    if (answer.kind === 'records') {
      job.work = { kind: 'task', task, gpu: { solver: gpu.solver, records: answer.records } };
      job.rank = FIRST;
    }
    this.insert(job);
  }

  /** A worker leaves a job to the GPU that would keep it longer than the GPU needs for all that there is. */
  private isForWorkers({ gpu, flops }: QueuedJob): boolean {
    if (!gpu?.isOpen) return true;
    const queued = this.queue.reduce(
      (sum, other) => sum + (other.gpu === gpu ? other.flops : 0),
      0,
    );
    return gpu.leavesToWorker(flops, queued, this.size);
  }

  private admits({ bytes }: Pick<QueuedJob, 'bytes'>): boolean {
    return this.bytesRunning === 0 || this.bytesRunning + bytes <= this.memoryLimit;
  }

  private freeWorker(
    backend: WorkerStart['backend'],
    { work, bytes }: QueuedJob,
  ): PoolWorker | undefined {
    const idle = this.workers.filter((each) => !each.job).sort((a, b) => b.kept - a.kept);
    // The end of what a GPU has begun is too short to be worth a new worker.
    const fit = idle.find(({ kept }) => work.kind === 'band' || kept <= bytes + KEPT_BYTES);
    if (fit) return fit;
    if (idle[0]) this.end(idle[0]);
    return this.workers.length < this.size ? this.spawn(backend) : undefined;
  }

  private end(idle: PoolWorker): void {
    this.workers.splice(this.workers.indexOf(idle), 1);
    void idle.worker.terminate();
  }

  private spawn(backend: WorkerStart['backend']): PoolWorker {
    const start: WorkerStart = { kind: 'solve', backend, ...this.start };
    const worker = new Worker(this.script, { workerData: start, execArgv: [] });
    const each: PoolWorker = { worker, job: undefined, startedAt: 0, flops: 0, kept: 0 };
    this.workers.push(each);
    worker.on('message', (reply: WorkerReply) => this.receive(each, reply));
    let fault = '';
    worker.on('error', (error) => (fault = error.message));
    worker.on('exit', () => {
      const at = this.workers.indexOf(each);
      if (at >= 0) this.workers.splice(at, 1);
      const reason = `The worker thread ended while it was solving this layer${fault ? `: ${fault}` : ''}.`;
      this.finish(each, (job) => job.onDeath(reason));
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
        this.finish(each, (job) => job.resolve(reply));
        return;
      case 'values':
        this.finish(each, (job) => job.resolve(reply));
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
    this.dispatchSoon();
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
    if (!each && !job.isOnGpu) return;
    setTimeout(() => {
      if (job.isOnGpu) {
        // Its thread sees the flag before the next submission, and nobody waits for it any more.
        job.isOnGpu = false;
        job.reject(new CancelledError());
      } else if (each?.job === job) {
        job.reject(new CancelledError());
        void each.worker.terminate();
      }
    }, CANCEL_GRACE_MS).unref();
  }
}

/** Whether values are measured, which no GPU does. */
function isMeasured(task: WorkerTask): task is Exclude<WorkerTask, SpectrumTask> {
  return 'request' in task;
}
