import type { MessagePort } from 'node:worker_threads';
import { CheckpointError } from '../../core/checkpoint/checkpointError.ts';
import { LinalgError } from '../../core/linalg/linalgError.ts';
import { SpectrumCache } from '../spectrumCache.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';
import { NonFiniteWeight } from '../storedMatrix.ts';
import { preparation, type Prepared, transferred } from './preparation.ts';

/** What a thread is started with that prepares matrices for the GPU. */
export interface PreparerStart {
  readonly kind: 'prepare';
  /** Empty: no cache. */
  readonly cacheDir: string;
  readonly largestWindow: number;
  readonly gpu: { readonly solver: SolverIdentity };
}

/** A task begins anew, or gives its next piece. */
export type PreparerRequest =
  | { readonly kind: 'task'; readonly task: SpectrumTask; readonly solver: SolverIdentity }
  | { readonly kind: 'next' };

export type PreparerReply =
  /** `start` and `end`: when it was prepared, in ms since the epoch. */
  | {
      readonly kind: 'piece';
      readonly piece: Prepared;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'end' }
  /** `isOfData`: the data is at fault, so that a worker of the pool says how. */
  | { readonly kind: 'fault'; readonly isOfData: boolean; readonly reason: string };

/** Prepares one task at a time, a piece when it is asked for one. */
export function servePreparation(
  { cacheDir, largestWindow, gpu }: PreparerStart,
  port: MessagePort,
): void {
  const cache = cacheDir ? new SpectrumCache(cacheDir) : undefined;
  let pieces: Iterator<Prepared, void, void> | undefined;
  const reply = (message: PreparerReply, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  port.on('message', (request: PreparerRequest) => {
    if (request.kind === 'task') {
      const { task, solver } = request;
      pieces = preparation(task, { solver, gpu, largestWindow, cache });
      return;
    }
    try {
      const start = performance.timeOrigin + performance.now();
      const next = pieces?.next();
      if (!next || next.done) {
        pieces = undefined;
        reply({ kind: 'end' });
        return;
      }
      const end = performance.timeOrigin + performance.now();
      reply({ kind: 'piece', piece: next.value, start, end }, transferred(next.value));
    } catch (error) {
      pieces = undefined;
      const isOfData =
        error instanceof LinalgError ||
        error instanceof CheckpointError ||
        error instanceof NonFiniteWeight;
      reply({ kind: 'fault', isOfData, reason: (error as Error).message });
    }
  });
}
