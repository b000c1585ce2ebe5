import type { GpuErrorCode } from '../../core/linalg/gpu/gpuError.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';
import { isStreamed } from '../streamedMatrix.ts';
import type { GpuAnswer } from './gpuMessages.ts';
import type { AcceptedGpu, GpuQueue } from './gpuQueue.ts';

/** Tasks that the GPU's thread has at a time: while one is on the device, the next are read and rounded. */
const MOST_TASKS = 3;

/** Entries of a weight that is read in blocks elsewhere, up to which it is prepared whole: 512 MiB as float64s. */
const MOST_ENTRIES = 2 ** 26;

/** Refusals that say something of one matrix, and nothing of the device. */
const OF_ONE_MATRIX: readonly GpuErrorCode[] = ['out-of-memory', 'too-large'];

/** A layer that the GPU has refused. */
export interface GpuRefusal {
  /** Id of the task. */
  readonly id: string;
  readonly code: GpuErrorCode;
  readonly reason: string;
}

/** What one analysis has of the GPU: it stops at the first fault that a further matrix would meet as well. */
export class GpuShare {
  readonly counts = { gpu: 0, cpu: 0 };
  readonly refusals: GpuRefusal[] = [];
  private running = 0;
  private flopsRunning = 0;
  private isStopped = false;

  constructor(
    private readonly queue: Pick<GpuQueue, 'solve' | 'distrust'>,
    private readonly accepted: AcceptedGpu,
  ) {}

  get solver(): SolverIdentity {
    return this.accepted.solver;
  }

  get isOpen(): boolean {
    return !this.isStopped;
  }

  get hasRoom(): boolean {
    return this.isOpen && this.running < MOST_TASKS;
  }

  /** A weight that is too large to be prepared whole is for the workers. */
  canSolve({ source }: SpectrumTask): boolean {
    return this.isOpen && !isStreamed(source, MOST_ENTRIES);
  }

  /** Of this machine's memory, while a task is prepared: the values, a matrix or shuffle, and two pieces as float32s. */
  bytesOf({ source: { storage, view } }: SpectrumTask): number {
    return 8 * (storage.elements + 2 * view.rows * view.cols);
  }

  /**
   * Whether a worker may take a job of so many operations that the GPU could solve: not one that would keep it
   * longer than the GPU needs for all that is queued and running.
   */
  leavesToWorker(flops: number, queued: number, workers: number): boolean {
    const { calibration } = this.accepted.selfTest;
    if (!calibration) return true;
    const worker = calibration.cpu / workers;
    return flops / worker <= (queued + this.flopsRunning) / calibration.gpu;
  }

  /** How many of so many workers the GPU is as fast as; 0 where that was not measured. */
  inWorkers(workers: number): number {
    const { calibration } = this.accepted.selfTest;
    return calibration ? (workers * calibration.gpu) / calibration.cpu : 0;
  }

  /** Never rejects. */
  async solve(
    task: SpectrumTask,
    flops: number,
    solver: SolverIdentity,
    cancelled: SharedArrayBuffer,
    onStep: (flops: number) => void,
  ): Promise<GpuAnswer> {
    this.running++;
    this.flopsRunning += flops;
    const answer = await this.queue.solve({ task, solver, cancelled, onStep });
    this.running--;
    this.flopsRunning -= flops;
    if (answer.kind === 'records') this.counts.gpu++;
    if (answer.kind === 'refused') {
      this.counts.cpu++;
      this.refusals.push({ id: task.id, code: answer.code, reason: answer.reason });
      if (!OF_ONE_MATRIX.includes(answer.code)) {
        this.isStopped = true;
        this.queue.distrust();
      }
    }
    return answer;
  }
}
