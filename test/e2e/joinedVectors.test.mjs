import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { ensureHost } from '../../scripts/e2eHost.mjs';
import { REPOSITORY } from './artifacts.mjs';

const DIST = path.join(REPOSITORY, 'dist');

/** V8 whose compiler joins vectors inside loops. */
const FIRST_V8 = 13;

/** Functions of which much becomes 256 bits wide: four tiles of gemm, reflections, and the direct method. */
const LEAST_FUNCTIONS = 8;
const MUCH = 8;

let node;

before(async () => {
  ({ node } = await ensureHost());
});

/** What the trial prints with the Node of the workbench, as the engine starts it there. */
function trial(...flags) {
  return execFileSync(node, [...flags, path.join(DIST, 'trial.mjs'), DIST], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
}

describe('kernels whose vectors V8 joins', () => {
  const skipped = (t) => {
    const v8 = execFileSync(node, ['-p', 'process.versions.v8'], { encoding: 'utf8' });
    const joins = process.arch === 'x64' && Number.parseInt(v8, 10) >= FIRST_V8;
    if (!joins) t.skip(`V8 ${v8.trim()} on ${process.arch} joins none`);
    return !joins;
  };

  test('give the same bits as without', (t) => {
    if (skipped(t)) return;
    const { areUsed, reason } = JSON.parse(trial());
    if (!areUsed) assert.match(reason, /^joined vectors are not faster on this machine/);
  });

  test('have them where the work is', (t) => {
    if (skipped(t)) return;
    const saved = [...trial('--trace-wasm-revectorize').matchAll(/Save: (\d+), cost: (\d+)/g)];
    const joined = saved.filter(([, save, cost]) => save - cost >= MUCH);
    assert.ok(joined.length >= LEAST_FUNCTIONS, `${joined.length} functions are joined`);
  });
});
