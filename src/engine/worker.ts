import { createHash } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { loadKernels } from '../core/linalg/kernels.ts';
import { loadOrt } from '../core/linalg/ortLibrary.ts';
import { toWire } from '../protocol/remoteError.ts';
import { usesOrt } from './backend.ts';
import { calibrate } from './calibration.ts';
import { solveTask } from './solveTask.ts';
import { SpectrumCache } from './spectrumCache.ts';
import type {
  CalibrationStart,
  WorkerReply,
  WorkerRequest,
  WorkerStart,
} from './workerMessages.ts';

const start = workerData as WorkerStart | CalibrationStart;
if (!parentPort) throw new Error('worker.mjs is started by the engine, as a worker thread.');
if (start.kind === 'calibrate') parentPort.postMessage(calibrate(loadKernels(start.wasm)));
else serve(start, parentPort);

function serve({ wasm, backend, cacheDir }: WorkerStart, port: MessagePort): void {
  const kernels = loadKernels(wasm);
  const kernelsHash = createHash('sha256').update(wasm).digest('hex');
  const cache = cacheDir ? new SpectrumCache(cacheDir) : undefined;
  const library = usesOrt(backend) ? loadOrt() : undefined;
  const reply = (message: WorkerReply): void => port.postMessage(message);

  port.on('message', ({ task, cancelled }: WorkerRequest) => {
    const flag = new Int32Array(cancelled);
    try {
      const outcome = solveTask(task, {
        kernels,
        library,
        solver: { backend, kernels: kernelsHash },
        cache,
        cancelled: () => Atomics.load(flag, 0) !== 0,
        onStep: (flops) => reply({ kind: 'step', flops }),
      });
      reply({ kind: 'outcome', outcome });
    } catch (error) {
      reply({ kind: 'error', error: toWire(error) });
    }
  });
}
