import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY } from './artifacts.mjs';
import { chooseEntry, explorerRow, openContextMenu } from './explorer.mjs';
import { writeLongModel } from './longModel.mjs';
import { shownReport } from './reportFrame.mjs';
import { startSession } from './session.mjs';

const MODEL = 'long.onnx';
const LAYERS = 6;
/** Floating-point operations a second of a machine on which the model takes minutes. */
const SLOW = 1e5;

let session;
let page;

/**
 * What an earlier run on a slow machine has left, whichever kernels this one takes: the question does not
 * wait for a model that takes minutes here.
 */
function rememberSlowness({ user }) {
  const folder = path.join(user, 'User/globalStorage/eigenscope.eigenscope/cache');
  const builds = ['kernels.wasm', 'kernels-fma.wasm', 'kernels-wide.wasm'].map((name) => {
    const wasm = readFileSync(path.join(REPOSITORY, 'dist', name));
    return [createHash('sha256').update(wasm).digest('hex'), SLOW];
  });
  mkdirSync(folder, { recursive: true });
  const speeds = { flopsPerSecond: Object.fromEntries(builds) };
  writeFileSync(path.join(folder, 'speed.json'), JSON.stringify(speeds));
}

before(async () => {
  session = await startSession('long-run', {
    fill: (folder) =>
      writeLongModel(path.join(folder, MODEL), { layers: LAYERS, size: 96, seed: 7 }),
  });
  ({ page } = session);
  rememberSlowness(session.profile);
});
after(() => session?.close());

async function analyze() {
  const item = await openContextMenu(page, explorerRow(page, MODEL), 'Analyze Spectrum');
  await chooseEntry(page, item);
}

const choices = () => page.locator('.quick-input-widget');
const rows = () => choices().locator('.quick-input-list .monaco-list-row');

describe('a run of over a minute', () => {
  test('is begun only after a choice, and Escape puts it away', async () => {
    await analyze();
    await choices()
      .getByText(new RegExp(`${MODEL}: about \\d+ min to analyze`))
      .waitFor();
    assert.equal(await rows().filter({ hasText: 'block.' }).count(), LAYERS);
    await session.screenshot('choice');
    await page.keyboard.press('Escape');
    await choices().waitFor({ state: 'hidden' });
    assert.equal(session.reports().has(MODEL), false);
    assert.equal(await page.locator('.tab').filter({ hasText: MODEL }).count(), 0);
  });

  test('analyzes what was chosen, and lists the rest as skipped with the reason', async () => {
    await analyze();
    await rows().filter({ hasText: 'block.2.weight' }).click();
    await rows().filter({ hasText: 'block.4.weight' }).click();
    await choices().getByRole('button', { name: 'OK' }).click();
    await shownReport(page, MODEL);
    const { layers, skipped } = session.reports().get(MODEL);
    assert.deepEqual(
      layers.map(({ name }) => name),
      [0, 1, 3, 5].map((index) => `block.${index}.weight`),
    );
    assert.deepEqual(
      skipped.map(({ tensor }) => tensor),
      [2, 4].map((index) => `block.${index}.weight`),
    );
    for (const { reason } of skipped) assert.match(reason, /^left out by choice/);
  });
});
