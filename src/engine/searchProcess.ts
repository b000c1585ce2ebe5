import * as path from 'node:path';
import type { EvolutionState } from '../core/search/evolution.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { DisconnectedError } from '../protocol/remoteError.ts';
import { startChild } from './childConnection.ts';
import { RUNNER_READY, type RunnerApi, type RunnerStart } from './runnerApi.ts';
import type { SearchBasis, SearchRunRequest } from './searchRun.ts';

export interface SearchWatch {
  readonly signal?: AbortSignal;
  readonly onSamples: (done: number, total: number) => void;
  readonly onBasis: (basis: SearchBasis) => void;
  /** What it throws ends the search. */
  readonly onGeneration: (state: EvolutionState) => void;
}

/**
 * Runs a search in a process of its own, which is gone when this returns. A cancel ends that process at once, whatever
 * it is running: nothing is scored, and nothing told of, after it. Undefined where it was cancelled. Throws what the
 * search throws, and VerifyError (`ended`).
 */
export async function startSearch(
  request: SearchRunRequest,
  dist: string,
  { signal, onSamples, onBasis, onGeneration }: SearchWatch,
): Promise<EvolutionState | undefined> {
  if (signal?.aborted) return undefined;
  const start: RunnerStart = { dist };
  const child = startChild<RunnerApi>({
    file: path.join(dist, 'runner.mjs'),
    start,
    ready: RUNNER_READY,
    called: 'process that runs the model',
  });
  const onAbort = (): void => child.kill();
  signal?.addEventListener('abort', onAbort, { once: true });
  let fault: unknown;
  try {
    const last = await child.remote.search(request, {
      onProgress: (progress) => {
        if (fault !== undefined || signal?.aborted) return;
        try {
          if (progress.kind === 'samples') onSamples(progress.done, progress.total);
          else if (progress.kind === 'basis') onBasis(progress.basis);
          else onGeneration(progress.state);
        } catch (error) {
          fault = error;
          child.kill();
        }
      },
    });
    if (fault !== undefined) throw fault as Error;
    // What is kept is what was told of before the cancel.
    return signal?.aborted ? undefined : last;
  } catch (error) {
    if (fault !== undefined) throw fault as Error;
    if (signal?.aborted) return undefined;
    if (!(error instanceof DisconnectedError)) throw error;
    throw new VerifyError(
      'ended',
      `${request.file}: the process that ran it in ONNX Runtime ended (${await child.ended}). It may need more memory than there is, or ONNX Runtime fails on it. Where a state was kept, --resume goes on from it.`,
    );
  } finally {
    signal?.removeEventListener('abort', onAbort);
    child.kill();
    await child.ended;
  }
}
