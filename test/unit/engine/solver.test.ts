import { expect, test } from 'vitest';
import { LazySolver } from '../../../src/engine/solver.ts';
import { CancelledError } from '../../../src/protocol/cancellation.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

function lazySolver(dist = DIST): LazySolver {
  return new LazySolver({
    dist,
    cacheDir: '',
    workers: 3,
    idleSeconds: 60,
    version: '0',
    backend: 'auto',
  });
}

test('an engine has one solver, made for the first that asks', async () => {
  const solver = lazySolver();
  const [first, second] = await Promise.all([solver.get(), solver.get()]);
  expect(second).toBe(first);
  expect(first.pool.size).toBe(3);
  expect((await first.pool.backend()).name).toMatch(/^(wasm|ort)/);
  await first.pool.close();
});

test('whoever cancels waits for it no longer; the next has it all the same', async () => {
  const solver = lazySolver();
  const abort = new AbortController();
  const waiting = solver.get(abort.signal);
  abort.abort();
  await expect(waiting).rejects.toThrow(CancelledError);
  await expect(solver.get(abort.signal)).rejects.toThrow(CancelledError);
  expect((await solver.get(new AbortController().signal)).wasm.length).toBeGreaterThan(1000);
});

test('what is missing is said to each that asks', async () => {
  const solver = lazySolver(tempFolder());
  for (const signal of [undefined, new AbortController().signal])
    await expect(solver.get(signal)).rejects.toThrow(/kernels-fma\.wasm/);
});
