import { Worker } from 'node:worker_threads';
import type { ModelInterface } from '../core/verify/modelRunner.ts';
import { connect } from '../protocol/rpc.ts';
import { openSession, type OrtSession } from './ortSession.ts';
import { parentChannel } from './parentChannel.ts';
import { RUNNER_READY, type RunnerApi, type RunnerStart } from './runnerApi.ts';
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

let loaded: OrtSession | undefined;
let baseline = process.memoryUsage.rss();

async function load(file: string, threads: number): Promise<ModelInterface> {
  const begins = (): void => {
    baseline = process.memoryUsage.rss();
  };
  const session = await openSession(file, { dist, threads, begins });
  loaded = session;
  return session.interface;
}

const api: RunnerApi = {
  load: ({ file, threads }) => load(file, threads),
  async run({ inputs }) {
    if (!loaded) throw new Error('No model has been loaded.');
    return loaded.run(inputs);
  },
  memory: () =>
    // The system counts in kilobytes.
    Promise.resolve({ peak: process.resourceUsage().maxRSS * 1024, baseline }),
  search: (request, context) => searchRun(request, context),
};

new Worker(WATCH, { eval: true, workerData: { parent: process.ppid } }).unref();
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
connect(parentChannel(), api);
process.send?.(RUNNER_READY);
