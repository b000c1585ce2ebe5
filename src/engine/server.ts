import { connect } from '../protocol/rpc.ts';
import { analyze } from './analyze.ts';
import { compressModel } from './compressModel.ts';
import type { Backend } from './backend.ts';
import { estimate } from './estimate.ts';
import type { EngineApi } from './engineApi.ts';
import { ENGINE_READY, type EngineStart } from './engineStart.ts';
import { layerSpectrum } from './layerSpectrum.ts';
import { planInputs } from './planInputs.ts';
import { planModel } from './planModel.ts';
import { layerWindows } from './layerWindows.ts';
import { parentChannel } from './parentChannel.ts';
import { searchModel } from './searchModel.ts';
import { LazySolver, type Solver } from './solver.ts';
import { SpectrumCache } from './spectrumCache.ts';
import { seededLengths, verifyModels } from './verifyModels.ts';

/** A spectrum is 8 bytes a value: this holds about a hundred million of them. */
const MAX_CACHE_BYTES = 1024 ** 3;

const start = JSON.parse(process.argv[2] ?? '{}') as EngineStart;
const { dist, cacheDir, idleSeconds, version } = start;
const solver = new LazySolver(start);

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
function planned<T>(
  context: { readonly signal?: AbortSignal } | undefined,
  call: (solver: Solver) => Promise<T>,
): Promise<T> {
  return trimmed(async () => {
    const made = await solver.get(context?.signal);
    const result = await call(made);
    made.pool.takeWork();
    return result;
  });
}

const api: EngineApi = {
  estimate: (request, context) =>
    awake(async () => {
      const { pool, speed, devices } = await solver.get(context?.signal);
      const backend = (): Promise<Backend> => pool.backend();
      return estimate(request, { workers: pool.size, speed, cacheDir, backend, devices }, context);
    }),
  analyze: (request, context) =>
    awake(() =>
      trimmed(async () => {
        const { pool, devices, speed } = await solver.get(context?.signal);
        const report = await analyze(request, { pool, devices }, version, context);
        speed.learn(pool.takeWork());
        return report;
      }),
    ),
  plan: (request, context) =>
    awake(() =>
      planned(context, ({ pool }) => planModel(request, pool, version, { dist }, context)),
    ),
  planInputs: (request, context) =>
    awake(() => planned(context, ({ pool }) => planInputs(request, pool, { dist }, context))),
  selfTest: ({ device }) =>
    awake(async () => {
      const { pool, devices } = await solver.get();
      const { name, reason } = await pool.backend();
      return {
        device: await devices.selfTest(device),
        backend: name,
        backendReason: reason,
        workers: pool.size,
      };
    }),
  spectrum: (request, context) =>
    awake(async () => {
      const { pool } = await solver.get(context?.signal);
      return layerSpectrum(request, pool, context);
    }),
  farms: (request, context) =>
    awake(async () => {
      const { pool } = await solver.get(context?.signal);
      return layerWindows(request, pool, context);
    }),
  compress: (request, context) =>
    awake(() =>
      planned(context, ({ pool, wasm }) => {
        const { script } = solver;
        return compressModel(request, { pool, script, wasm, dist, version }, context);
      }),
    ),
  verify: (request, context) => awake(() => verifyModels(request, { dist, version }, context)),
  seededLengths: (request, context) => awake(() => seededLengths(request, { dist }, context)),
  search: (request, context) =>
    awake(() =>
      planned(context, ({ pool }) => searchModel(request, pool, { dist, version }, context)),
    ),
};

process.on('disconnect', () => process.exit(0));
// A terminal interrupts all of its processes at once; what that means is the shell's to say.
process.on('SIGINT', () => undefined);
connect(parentChannel(), api);
process.send?.(ENGINE_READY);
