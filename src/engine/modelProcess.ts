import * as path from 'node:path';
import type { ModelRunner } from '../core/verify/modelRunner.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { DisconnectedError } from '../protocol/remoteError.ts';
import { startChild } from './childConnection.ts';
import type { ProviderChoice } from './executionProvider.ts';
import { RUNNER_READY, type RunnerApi, type RunnerStart } from './runnerApi.ts';

/** A model in a process of its own: a crash of ONNX Runtime ends nothing else, and its memory is its own. */
export interface ModelProcess extends ModelRunner {
  readonly pid: number | undefined;
  /** See RunnerApi. */
  readonly alter: RunnerApi['alter'];
  readonly watch: RunnerApi['watch'];
  readonly absorb: RunnerApi['absorb'];
  readonly store: RunnerApi['store'];
  kill(): void;
}

/** Loads a model. Throws VerifyError: `no-runtime`, `no-provider`, `rejected`, `ended`. */
export async function startModel(
  file: string,
  { dist, threads, provider, started }: ModelProcessOptions,
): Promise<ModelProcess> {
  const start: RunnerStart = { dist };
  const child = startChild<RunnerApi>({
    file: path.join(dist, 'runner.mjs'),
    start,
    ready: RUNNER_READY,
    called: 'process that runs the model',
  });
  started(() => child.kill());
  const answered = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof DisconnectedError)) throw error;
      throw new VerifyError(
        'ended',
        `${file}: the process that ran it in ONNX Runtime${provider ? ` on ${provider.name}` : ''} ended (${await child.ended}). It may need more memory than there is, or ONNX Runtime fails on it.`,
      );
    }
  };
  const loaded = await answered(
    child.remote.load({ file, threads, ...(provider ? { provider } : {}) }),
  );
  return {
    file,
    pid: child.pid,
    interface: loaded,
    run: (inputs) => answered(child.remote.run({ inputs })),
    memory: () => answered(child.remote.memory({})),
    placement: () => answered(child.remote.placement({})),
    alter: (request) => answered(child.remote.alter(request)),
    watch: (request) => answered(child.remote.watch(request)),
    absorb: (request) => answered(child.remote.absorb(request)),
    store: (request) => answered(child.remote.store(request)),
    kill: () => child.kill(),
  };
}

export interface ModelProcessOptions {
  /** Folder with runner.mjs, in and above which ONNX Runtime is looked for. */
  readonly dist: string;
  /** Of one run. */
  readonly threads: number;
  /** The CPU where absent. */
  readonly provider?: ProviderChoice;
  /** Is given the way to end the process as soon as there is one. */
  readonly started: (kill: () => void) => void;
}
