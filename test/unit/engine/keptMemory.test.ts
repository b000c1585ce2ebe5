import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { SpectrumTask } from '../../../src/engine/spectrumTask.ts';
import { WorkerPool } from '../../../src/engine/workerPool.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const MEGABYTE = 2 ** 20;

/** Answers every task with the id of its thread, those named `slow` once the flag in their request is set. */
const SCRIPT = `
import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ task, cancelled }) => {
  const flag = new Int32Array(cancelled);
  while (task.id === 'slow' && Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0, 1);
  parentPort.postMessage({ kind: 'outcome', outcome: { status: 'failed', reason: String(threadId) } });
});`;

const folder = tempFolder();
const pools: WorkerPool[] = [];

afterAll(async () => {
  for (const pool of pools) await pool.close();
});

function poolOf(size: number): WorkerPool {
  const file = path.join(folder, 'thread.mjs');
  fs.writeFileSync(file, SCRIPT);
  const pool = new WorkerPool(
    pathToFileURL(file),
    () => Promise.resolve({ name: 'wasm', reason: '' }),
    { wasm: new Uint8Array(0), dist: '', cacheDir: '' },
    size,
  );
  pools.push(pool);
  return pool;
}

/** The thread that had a job of so many bytes. */
async function threadOf(pool: WorkerPool, megabytes: number): Promise<string> {
  const outcome = await run(pool, 'quick', megabytes).outcome;
  return outcome.status === 'failed' ? outcome.reason : '';
}

function run(pool: WorkerPool, id: string, megabytes: number) {
  const stop = new AbortController();
  const outcome = pool.run<SpectrumTask>({
    task: { id } as SpectrumTask,
    flops: megabytes,
    bytes: megabytes * MEGABYTE,
    signal: stop.signal,
    onStart: () => undefined,
    onStep: () => undefined,
  });
  return { outcome, stop };
}

test('a worker that keeps much more than its next job needs is replaced, once', async () => {
  const pool = poolOf(1);
  const threads: string[] = [];
  for (const megabytes of [100, 300, 290, 20, 10, 300])
    threads.push(await threadOf(pool, megabytes));
  const [first, , , second] = threads;
  expect(second).not.toBe(first);
  expect(threads).toEqual([first, first, first, second, second, second]);
});

test('of idle workers the one with the most memory takes a job that needs it', async () => {
  const pool = poolOf(2);
  const large = run(pool, 'slow', 300);
  const small = await threadOf(pool, 10);
  large.stop.abort();
  await large.outcome.catch(() => undefined);
  const idle = await threadOf(pool, 300);
  expect(idle).not.toBe(small);
});

test.each([
  { megabytes: 200, isEnded: true },
  { megabytes: 10, isEnded: false },
])(
  'an idle worker that keeps $megabytes MB is ended while another works: $isEnded',
  async (kept) => {
    const pool = poolOf(2);
    const other = run(pool, 'slow', 300);
    const before = await threadOf(pool, kept.megabytes);
    const after = await threadOf(pool, kept.megabytes);
    expect(after !== before).toBe(kept.isEnded);
    other.stop.abort();
    await other.outcome.catch(() => undefined);
  },
);
