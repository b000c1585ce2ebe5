import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { loadKernels } from '../core/linalg/kernels.ts';
import { toWire } from '../protocol/remoteError.ts';
import { measureTask } from './measureTask.ts';
import { solveTask } from './solveTask.ts';
import { SpectrumCache } from './spectrumCache.ts';
import type { WorkerReply, WorkerRequest, WorkerStart } from './workerMessages.ts';

const port = parentPort;
if (!port) throw new Error('worker.mjs is started by the engine, as a worker thread.');

const { wasm, cacheDir } = workerData as WorkerStart;
const kernels = loadKernels(wasm);
const kernelsHash = createHash('sha256').update(wasm).digest('hex');
const cache = cacheDir ? new SpectrumCache(cacheDir) : undefined;

const reply = (message: WorkerReply): void => port.postMessage(message);

port.on('message', ({ task, cancelled }: WorkerRequest) => {
  const flag = new Int32Array(cancelled);
  try {
    const tools = {
      kernels,
      kernelsHash,
      cache,
      cancelled: () => Atomics.load(flag, 0) !== 0,
      onStep: (flops: number) => reply({ kind: 'step', flops }),
    };
    const outcome = 'request' in task ? measureTask(task, tools) : solveTask(task, tools);
    reply({ kind: 'outcome', outcome });
  } catch (error) {
    reply({ kind: 'error', error: toWire(error) });
  }
});
