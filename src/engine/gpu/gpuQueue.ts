import { Worker } from 'node:worker_threads';
import { absentAdapter, type ComputeSelfTest } from '../../core/linalg/gpu/adapterAcceptance.ts';
import type { BandBlocks } from '../../core/linalg/gpu/bandValues.ts';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';
import type { GpuAnswer, GpuReply, GpuRequest, GpuThreadStart } from './gpuMessages.ts';

export interface AcceptedGpu {
  readonly selfTest: ComputeSelfTest;
  readonly solver: SolverIdentity;
}

/** When a stage of a task had a thread that prepares it, the device or a worker, in ms since the epoch. */
export interface GpuSpan {
  readonly stage: 'prepare' | 'device' | 'finish';
  /** Id of the task. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

interface GpuJob {
  readonly task: SpectrumTask;
  readonly solver: SolverIdentity;
  readonly cancelled: SharedArrayBuffer;
  readonly onStep: (flops: number) => void;
}

export interface GpuQueueOptions {
  readonly script: URL;
  readonly start: Omit<GpuThreadStart, 'kind'>;
  readonly finishBand: (
    blocks: BandBlocks,
    count: number,
    cancelled: SharedArrayBuffer,
  ) => Promise<Float64Array>;
  readonly onSpan?: (span: GpuSpan) => void;
}

const GONE = 'The thread of the GPU has ended';

/** This side of the thread that owns the device. The thread starts with it and ends with `close`. */
export class GpuQueue {
  /** Whether the device is used and why. Never rejects. */
  readonly selfTest: Promise<ComputeSelfTest>;
  private readonly worker: Worker;
  private readonly options: GpuQueueOptions;
  private readonly jobs = new Map<
    number,
    GpuJob & { readonly resolve: (answer: GpuAnswer) => void }
  >();
  private nextId = 0;
  private solver: SolverIdentity | undefined;
  private gone: string | undefined;
  private isDistrusted = false;

  constructor(options: GpuQueueOptions) {
    this.options = options;
    const start: GpuThreadStart = { kind: 'gpu', ...options.start };
    this.worker = new Worker(options.script, { workerData: start, execArgv: [] });
    this.worker.unref();
    let told: (selfTest: ComputeSelfTest) => void;
    this.selfTest = new Promise((resolve) => (told = resolve));
    let fault = '';
    this.worker.on('message', (reply: GpuReply) => {
      if (reply.kind === 'ready') {
        this.solver = reply.solver;
        told(reply.selfTest);
      } else this.receive(reply);
    });
    this.worker.on('error', (error) => (fault = `: ${error.message}`));
    this.worker.on('exit', () => {
      this.gone = `${GONE}${fault}.`;
      told(absentAdapter(new GpuError('unavailable', this.gone)));
      for (const [id] of [...this.jobs])
        this.answer(id, { kind: 'refused', code: 'lost', reason: this.gone });
    });
  }

  /** Undefined where the device is not used; the self-test says why. */
  async accepted(): Promise<AcceptedGpu | undefined> {
    const selfTest = await this.selfTest;
    return selfTest.isUsed && this.solver ? { selfTest, solver: this.solver } : undefined;
  }

  /** Whether it can be used for a further analysis. */
  get isSound(): boolean {
    return this.gone === undefined && !this.isDistrusted;
  }

  /** After a loss or a wrong result: the next analysis opens and tests the device anew. */
  distrust(): void {
    this.isDistrusted = true;
  }

  /** Solves a task's spectra. Never rejects. */
  solve(job: GpuJob): Promise<GpuAnswer> {
    if (this.gone !== undefined)
      return Promise.resolve({ kind: 'refused', code: 'lost', reason: this.gone });
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.jobs.set(id, { ...job, resolve });
      const { task, solver, cancelled } = job;
      this.post({ kind: 'solve', id, task, solver, cancelled });
    });
  }

  /** Ends the device and its thread. */
  close(): void {
    this.isDistrusted = true;
    this.post({ kind: 'close' });
  }

  private post(request: GpuRequest): void {
    this.worker.postMessage(request);
  }

  private receive(reply: Exclude<GpuReply, { kind: 'ready' }>): void {
    const job = this.jobs.get(reply.id);
    switch (reply.kind) {
      case 'answer':
        this.answer(reply.id, reply.answer);
        return;
      case 'step':
        job?.onStep(reply.flops);
        return;
      case 'span':
        if (job) this.options.onSpan?.({ ...reply, id: job.task.id });
        return;
      case 'band':
        if (job) void this.finish(reply, job);
        return;
    }
  }

  private async finish(
    { band, blocks, count }: Extract<GpuReply, { kind: 'band' }>,
    { task, cancelled }: GpuJob,
  ): Promise<void> {
    const start = performance.timeOrigin + performance.now();
    try {
      const values = await this.options.finishBand(blocks, count, cancelled);
      const end = performance.timeOrigin + performance.now();
      this.options.onSpan?.({ stage: 'finish', id: task.id, start, end });
      this.post({ kind: 'finished', band, values });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.post({ kind: 'unfinished', band, reason });
    }
  }

  private answer(id: number, answer: GpuAnswer): void {
    const job = this.jobs.get(id);
    this.jobs.delete(id);
    job?.resolve(answer);
  }
}
