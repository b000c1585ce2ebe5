import { Worker } from 'node:worker_threads';
import { loadKernels } from '../core/linalg/kernels.ts';
import { appendMoment, readMoment } from '../core/moments/momentFile.ts';
import { MomentSums, type MomentSpec } from '../core/moments/momentSums.ts';
import { rewriteCheckpoint } from '../core/rewrite/rewriteCheckpoint.ts';
import type { ModelInterface, Tensors } from '../core/verify/modelRunner.ts';
import type { NumberTensor } from '../core/verify/tensorData.ts';
import { connect } from '../protocol/rpc.ts';
import { openSession, type OrtSession } from './ortSession.ts';
import { parentChannel } from './parentChannel.ts';
import { RUNNER_READY, type LoadRequest, type RunnerApi, type RunnerStart } from './runnerApi.ts';
import { searchRun } from './searchRun.ts';

const { dist } = JSON.parse(process.argv[2] ?? '{}') as RunnerStart;

/**
 * A run blocks this process until it is done, so that the end of the parent is not seen meanwhile: a thread of
 * its own ends the process then.
 */
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  try { process.kill(workerData.parent, 0); } catch { process.kill(process.pid, 'SIGKILL'); }
}, 500);`;

interface Loaded {
  readonly session: OrtSession;
  readonly threads: number;
}

let loaded: Loaded | undefined;

interface Watched {
  readonly specs: readonly MomentSpec[];
  readonly sums: MomentSums;
  /** Values that the model has to give; its inputs are there already. */
  readonly fetches: readonly string[];
}

let watched: Watched | undefined;
let baseline = process.memoryUsage.rss();

async function load({ file, threads, provider }: LoadRequest): Promise<ModelInterface> {
  const begins = (): void => {
    baseline = process.memoryUsage.rss();
  };
  const opened = await openSession(file, {
    dist,
    threads,
    begins,
    ...(provider ? { provider } : {}),
  });
  loaded = { session: opened, threads };
  return opened.interface;
}

function session(): OrtSession {
  if (!loaded) throw new Error('No model has been loaded.');
  return loaded.session;
}

const api: RunnerApi = {
  load,
  run: async ({ inputs }) => session().run(inputs),
  async alter({ file, layer, place, output, wasm }) {
    const threads = loaded?.threads ?? 1;
    // What is loaded may be the very file that is written anew.
    await loaded?.session.release();
    loaded = undefined;
    const moment = place && readMoment(place);
    rewriteCheckpoint(file, { layers: [layer] }, output, {
      kernels: loadKernels(wasm),
      moment: () => moment,
      replace: true,
    });
    await load({ file: output, threads });
  },
  watch({ wasm, specs }) {
    const known = new Set(loaded?.session.interface.inputs.map(({ name }) => name));
    const values = [...new Set(specs.map(({ tap }) => tap.value))];
    const sums = new MomentSums(specs, loadKernels(wasm));
    watched = { specs, sums, fetches: values.filter((name) => !known.has(name)) };
    return Promise.resolve();
  },
  async absorb({ inputs }) {
    if (!watched) throw new Error('Nothing is watched.');
    const { sums, fetches } = watched;
    const given: Tensors[] = [inputs];
    if (fetches.length > 0) given.push((await session().run(inputs, fetches)).outputs);
    const numbers: Record<string, NumberTensor> = {};
    for (const each of given)
      for (const [name, tensor] of Object.entries(each))
        if (tensor.type !== 'string') numbers[name] = tensor;
    sums.add(numbers);
  },
  store({ file }) {
    if (!watched) throw new Error('Nothing is watched.');
    const { sums, specs } = watched;
    watched = undefined;
    return Promise.resolve(
      specs.map((_, k) => {
        const { kind, data, count, fault } = sums.result(k);
        return { kind, count, fault, offset: appendMoment(file, data) };
      }),
    );
  },
  memory: () =>
    // The system counts in kilobytes.
    Promise.resolve({ peak: process.resourceUsage().maxRSS * 1024, baseline }),
  placement: () => Promise.resolve(session().placement()),
  search: (request, context) => searchRun(request, context),
};

new Worker(WATCH, { eval: true, workerData: { parent: process.ppid } }).unref();
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
connect(parentChannel(), api);
process.send?.(RUNNER_READY);
