import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Channel } from '../protocol/channel.ts';
import { connect } from '../protocol/rpc.ts';
import { analyze } from './analyze.ts';
import { estimate } from './estimate.ts';
import type { EngineApi } from './engineApi.ts';
import { ENGINE_READY, type EngineStart } from './engineStart.ts';
import { layerSpectrum } from './layerSpectrum.ts';
import { planInputs } from './planInputs.ts';
import { planModel } from './planModel.ts';
import { layerWindows } from './layerWindows.ts';
import { SolverSpeed } from './solverSpeed.ts';
import { SpectrumCache } from './spectrumCache.ts';
import { WorkerPool } from './workerPool.ts';

/** A spectrum is 8 bytes a value: this holds about a hundred million of them. */
const MAX_CACHE_BYTES = 1024 ** 3;

const { dist, cacheDir, workers, idleSeconds, version } = JSON.parse(
  process.argv[2] ?? '{}',
) as EngineStart;

const wasm = fs.readFileSync(path.join(dist, 'kernels.wasm'));
const pool = new WorkerPool(
  pathToFileURL(path.join(dist, 'worker.mjs')),
  { wasm, cacheDir },
  workers > 0 ? workers : Math.max(1, os.availableParallelism() - 1),
);

const speed = new SolverSpeed(cacheDir, wasm);

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

const api: EngineApi = {
  estimate: (request, context) =>
    awake(() => estimate(request, { workers: pool.size, speed, cacheDir }, context)),
  analyze: (request, context) =>
    awake(() =>
      trimmed(async () => {
        const report = await analyze(request, pool, version, context);
        speed.learn(pool.takeWork());
        return report;
      }),
    ),
  plan: (request, context) =>
    awake(() => trimmed(() => planModel(request, pool, version, context))),
  planInputs: (request, context) => awake(() => trimmed(() => planInputs(request, pool, context))),
  spectrum: (request, context) => awake(() => layerSpectrum(request, pool, context)),
  farms: (request, context) => awake(() => layerWindows(request, pool, context)),
};

const channel: Channel = {
  post: (message) => {
    if (process.connected) process.send?.(message);
  },
  onMessage: (listener) => {
    process.on('message', listener);
    return () => process.off('message', listener);
  },
};

process.on('disconnect', () => process.exit(0));
connect(channel, api);
process.send?.(ENGINE_READY);
