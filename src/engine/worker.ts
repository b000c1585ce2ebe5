import { createHash } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { bandValues } from '../core/linalg/gpu/bandValues.ts';
import { loadKernels } from '../core/linalg/kernels.ts';
import { loadOrt } from '../core/linalg/ortLibrary.ts';
import { toWire } from '../protocol/remoteError.ts';
import { usesOrt } from './backend.ts';
import { calibrate } from './calibration.ts';
import type { CompressStart } from './compressMessages.ts';
import { serveCompress } from './compressThread.ts';
import type { GpuThreadStart } from './gpu/gpuMessages.ts';
import { serveGpu } from './gpu/gpuThread.ts';
import { type PreparerStart, servePreparation } from './gpu/preparerThread.ts';
import { measureTask } from './measureTask.ts';
import { nativeParts } from './nativeParts.ts';
import { solveTask, solveWindowPart } from './solveTask.ts';
import type { SolveTools } from './solveTools.ts';
import { SpectrumCache } from './spectrumCache.ts';
import { ValueMemory } from './valueMemory.ts';
import { weighTask } from './weighTask.ts';
import type {
  CalibrationStart,
  OutcomeOf,
  WorkerReply,
  WorkerRequest,
  WorkerStart,
  WorkerTask,
} from './workerMessages.ts';

const start = workerData as
  WorkerStart | CalibrationStart | GpuThreadStart | PreparerStart | CompressStart;
if (!parentPort) throw new Error('worker.mjs is started by the engine, as a worker thread.');
if (start.kind === 'calibrate')
  parentPort.postMessage(
    calibrate(loadKernels(start.wasm), () => loadOrt(nativeParts(start.dist))),
  );
else if (start.kind === 'compress') serveCompress(start, parentPort);
else if (start.kind === 'gpu') await serveGpu(start, parentPort);
else if (start.kind === 'prepare') servePreparation(start, parentPort);
else serve(start, parentPort);

function serve({ wasm, backend, dist, cacheDir }: WorkerStart, port: MessagePort): void {
  const kernels = loadKernels(wasm);
  const kernelsHash = createHash('sha256').update(wasm).digest('hex');
  const memory = new ValueMemory();
  const cache = cacheDir ? new SpectrumCache(cacheDir) : undefined;
  const library = usesOrt(backend) ? loadOrt(nativeParts(dist)) : undefined;
  const reply = (message: WorkerReply): void => port.postMessage(message);

  port.on('message', (request: WorkerRequest) => {
    const flag = new Int32Array(request.cancelled);
    const cancelled = (): boolean => Atomics.load(flag, 0) !== 0;
    try {
      if (request.kind === 'band') {
        const values = bandValues(request.blocks, request.count, kernels, { cancelled });
        reply({ kind: 'values', values });
        return;
      }
      const tools = {
        kernels,
        library,
        memory,
        solver: { backend, kernels: kernelsHash },
        cache,
        gpu: request.kind === 'task' ? request.gpu : undefined,
        cancelled,
        onStep: (flops: number) => reply({ kind: 'step', flops }),
      };
      if (request.kind === 'windows') {
        const values = solveWindowPart(request.task, request.part, tools);
        reply({ kind: 'values', values });
        return;
      }
      const { task } = request;
      const outcome = outcomeOf(task, tools);
      reply({ kind: 'outcome', outcome });
    } catch (error) {
      reply({ kind: 'error', error: toWire(error) });
    }
  });
}

function outcomeOf(task: WorkerTask, tools: SolveTools): OutcomeOf<WorkerTask> {
  if ('moment' in task) return weighTask(task, tools);
  return 'request' in task ? measureTask(task, tools) : solveTask(task, tools);
}
