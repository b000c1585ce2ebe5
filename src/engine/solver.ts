import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancelledError } from '../protocol/cancellation.ts';
import { kernelBuild } from './backend.ts';
import { chooseBackend } from './chooseBackend.ts';
import type { EngineStart } from './engineStart.ts';
import { ComputeDevices } from './gpu/computeDevice.ts';
import { GpuQueue } from './gpu/gpuQueue.ts';
import { SolverSpeed } from './solverSpeed.ts';
import { WorkerPool } from './workerPool.ts';

/** What an engine solves with. */
export interface Solver {
  readonly pool: WorkerPool;
  readonly devices: ComputeDevices;
  readonly speed: SolverSpeed;
  /** The kernels. */
  readonly wasm: Uint8Array<ArrayBuffer>;
}

/**
 * The solver of an engine, made when the first call needs one: on a machine of which nothing is known yet the
 * kernels are tried first, which takes a second.
 */
export class LazySolver {
  /** URL of the bundle of the workers. */
  readonly script: URL;
  readonly #start: EngineStart;
  #solver: Promise<Solver> | undefined;

  constructor(start: EngineStart) {
    this.#start = start;
    this.script = pathToFileURL(path.join(start.dist, 'worker.mjs'));
  }

  /** Rejects with CancelledError as soon as the signal aborts; the solver is made all the same. */
  get(signal?: AbortSignal): Promise<Solver> {
    this.#solver ??= this.#make();
    const made = this.#solver;
    if (!signal) return made;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new CancelledError());
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      made.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  async #make(): Promise<Solver> {
    const { script } = this;
    const { dist, cacheDir, workers, backend } = this.#start;
    const build = await kernelBuild(dist, backend, cacheDir);
    const { wasm } = build;
    const pool = new WorkerPool(
      script,
      () => chooseBackend({ script, build, choice: backend, dist, cacheDir }),
      { wasm, dist, cacheDir },
      workers > 0 ? workers : Math.max(1, os.availableParallelism() - 1),
    );
    const devices = new ComputeDevices(
      (adapterName) =>
        new GpuQueue({
          script,
          start: { wasm, cacheDir, dist, preparer: script.href, workers: pool.size, adapterName },
          finishBand: (blocks, count, cancelled) => pool.finishBand(blocks, count, cancelled),
        }),
    );
    return { pool, devices, speed: new SolverSpeed(cacheDir, wasm), wasm };
  }
}
