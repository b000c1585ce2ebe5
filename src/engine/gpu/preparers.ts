import { Worker } from 'node:worker_threads';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';
import type { Prepared } from './preparation.ts';
import type { PreparerReply, PreparerRequest, PreparerStart } from './preparerThread.ts';

/** The data is at fault: a worker of the pool says how. */
export class UnpreparedData extends Error {}

interface Preparer {
  readonly worker: Worker;
  isBusy: boolean;
  settle: (reply: PreparerReply) => void;
}

/**
 * Threads that read, decode and round for the thread of the GPU, one a task, so that the device is fed
 * while the next matrices are made ready. They start when they are needed and end with it.
 */
export class Preparers {
  private readonly preparers: Preparer[] = [];

  constructor(
    private readonly script: URL,
    private readonly start: PreparerStart,
    private readonly onSpan: (task: SpectrumTask, start: number, end: number) => void,
  ) {}

  /**
   * The pieces of a task, each asked for while the one before is used. Throws UnpreparedData, and GpuError
   * where the thread fails.
   */
  async *pieces(task: SpectrumTask, solver: SolverIdentity): AsyncGenerator<Prepared, void, void> {
    const preparer = this.preparers.find(({ isBusy }) => !isBusy) ?? this.spawn();
    preparer.isBusy = true;
    this.post(preparer, { kind: 'task', task, solver });
    let reply = this.next(preparer);
    try {
      for (;;) {
        const found = await reply;
        if (found.kind === 'end') return;
        if (found.kind === 'fault')
          throw found.isOfData
            ? new UnpreparedData(found.reason)
            : new GpuError('invalid', found.reason);
        reply = this.next(preparer);
        this.onSpan(task, found.start, found.end);
        yield found.piece;
      }
    } finally {
      // What was asked for in advance has to arrive before the thread takes another task.
      void reply.then(() => (preparer.isBusy = false));
    }
  }

  close(): void {
    for (const { worker } of this.preparers) void worker.terminate();
  }

  private next(preparer: Preparer): Promise<PreparerReply> {
    return new Promise((resolve) => {
      preparer.settle = resolve;
      this.post(preparer, { kind: 'next' });
    });
  }

  private post({ worker }: Preparer, request: PreparerRequest): void {
    worker.postMessage(request);
  }

  private spawn(): Preparer {
    const worker = new Worker(this.script, { workerData: this.start, execArgv: [] });
    const preparer: Preparer = { worker, isBusy: false, settle: () => undefined };
    worker.unref();
    this.preparers.push(preparer);
    let fault = '';
    worker.on('message', (reply: PreparerReply) => preparer.settle(reply));
    worker.on('error', (error) => (fault = `: ${error.message}`));
    worker.on('exit', () => {
      this.preparers.splice(this.preparers.indexOf(preparer), 1);
      const reason = `The thread that prepares matrices for the GPU has ended${fault}.`;
      preparer.settle({ kind: 'fault', isOfData: false, reason });
    });
    return preparer;
  }
}
