import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '../protocol/rpc.ts';
import { analyze } from './analyze.ts';
import { kernelBuild } from './backend.ts';
import { chooseBackend } from './chooseBackend.ts';
import { compressModel } from './compressModel.ts';
import { estimate } from './estimate.ts';
import type { EngineApi } from './engineApi.ts';
import { ENGINE_READY, type EngineStart } from './engineStart.ts';
import { ComputeDevices } from './gpu/computeDevice.ts';
import { GpuQueue } from './gpu/gpuQueue.ts';
import { layerSpectrum } from './layerSpectrum.ts';
import { planInputs } from './planInputs.ts';
import { planModel } from './planModel.ts';
import { layerWindows } from './layerWindows.ts';
import { parentChannel } from './parentChannel.ts';
import { searchModel } from './searchModel.ts';
import { SolverSpeed } from './solverSpeed.ts';
import { SpectrumCache } from './spectrumCache.ts';
import { seededLengths, verifyModels } from './verifyModels.ts';
import { WorkerPool } from './workerPool.ts';

/** A spectrum is 8 bytes a value: this holds about a hundred million of them. */
const MAX_CACHE_BYTES = 1024 ** 3;

const { dist, cacheDir, workers, idleSeconds, version, backend } = JSON.parse(
  process.argv[2] ?? '{}',
) as EngineStart;

const script = pathToFileURL(path.join(dist, 'worker.mjs'));
const build = kernelBuild(dist, backend, cacheDir);
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

const speed = new SolverSpeed(cacheDir, build.wasm);

let idle: NodeJS.Timeout | undefined;
let calls = 0;

/** Runs a call with the idle clock stopped. */
async function awake<T>(call: () => Promise<T>): Promise<T> {
  calls++;
  clearTimeout(idle);
  try {
    return await call();
  } finally {
    if (--calls === 0) idle = setTimeout(() => process.exit(0), idleSeconds * 1000);
  }
}

/** Runs what may fill the cache, then keeps it within bounds. */
async function trimmed<T>(call: () => Promise<T>): Promise<T> {
  const result = await call();
  if (cacheDir) new SpectrumCache(cacheDir).trim(MAX_CACHE_BYTES);
  return result;
}

/** Measurements are no solves: their time says nothing of the solver's speed. */
function planned<T>(call: () => Promise<T>): Promise<T> {
  return trimmed(async () => {
    const result = await call();
    pool.takeWork();
    return result;
  });
}

const api: EngineApi = {
  estimate: (request, context) =>
    awake(() =>
      estimate(
        request,
        { workers: pool.size, speed, cacheDir, backend: () => pool.backend(), devices },
        context,
      ),
    ),
  analyze: (request, context) =>
    awake(() =>
      trimmed(async () => {
        const report = await analyze(request, { pool, devices }, version, context);
        speed.learn(pool.takeWork());
        return report;
      }),
    ),
  plan: (request, context) =>
    awake(() => planned(() => planModel(request, pool, version, { dist }, context))),
  planInputs: (request, context) =>
    awake(() => planned(() => planInputs(request, pool, { dist }, context))),
  selfTest: ({ device }) =>
    awake(async () => {
      const { name, reason } = await pool.backend();
      return {
        device: await devices.selfTest(device),
        backend: name,
        backendReason: reason,
        workers: pool.size,
      };
    }),
  spectrum: (request, context) => awake(() => layerSpectrum(request, pool, context)),
  farms: (request, context) => awake(() => layerWindows(request, pool, context)),
  compress: (request, context) =>
    awake(() =>
      planned(() => compressModel(request, { pool, script, wasm, dist, version }, context)),
    ),
  verify: (request, context) => awake(() => verifyModels(request, { dist, version }, context)),
  seededLengths: (request, context) => awake(() => seededLengths(request, { dist }, context)),
  search: (request, context) =>
    awake(() => planned(() => searchModel(request, pool, { dist, version }, context))),
};

process.on('disconnect', () => process.exit(0));
// A terminal interrupts all of its processes at once; what that means is the shell's to say.
process.on('SIGINT', () => undefined);
connect(parentChannel(), api);
process.send?.(ENGINE_READY);
