import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { chooseEntry, explorerRow, openContextMenu } from './explorer.mjs';
import { writeLongModel } from './longModel.mjs';
import { notification, notificationText, pressButton } from './notifications.mjs';
import { openFile, quickPickRow, runCommand } from './palette.mjs';
import { engineProcess } from './processGroup.mjs';
import { chooseTab, layerGrid, readRows, shownReport } from './reportFrame.mjs';
import { RECOGNITION, TRAINING } from './sampleWorkspace.mjs';
import { startSession } from './session.mjs';

const STOPPED = 'stopped.onnx';
const KILLED = 'killed.onnx';
const BROKEN = 'broken.onnx';
const LAYERS = 8;

let session;
let page;

before(async () => {
  session = await startSession('interruption', {
    // One layer at a time, so that it is known which one an interruption hits.
    settings: { 'eigenscope.workers': 1 },
    fill: (folder) => {
      // Before the workbench is there: it may not watch the folder yet when it shows it.
      writeFileSync(
        `${folder}/${BROKEN}`,
        readFileSync(`${folder}/${RECOGNITION}`).subarray(0, 5e6),
      );
      writeLongModel(`${folder}/${STOPPED}`, { layers: LAYERS, size: 512, seed: 1 });
      writeLongModel(`${folder}/${KILLED}`, { layers: LAYERS, size: 512, seed: 1001 });
    },
  });
  ({ page } = session);
});
after(() => session?.close());

async function analyze(name) {
  const item = await openContextMenu(page, explorerRow(page, name), 'Analyze Spectrum');
  await chooseEntry(page, item);
  return notification(page, `Analyzing ${name}`);
}

/** Waits until some layers are solved and another is being solved. */
async function inTheMiddle(progress) {
  const middle = progress.filter({ hasText: /[2-5] of 8 layers .*block\.\d/ });
  await middle.waitFor();
  assert.doesNotMatch(await middle.innerText(), /block\.\d.*block\.\d/s);
}

/** VS Code is alive: a file opens and the extension host answers. */
async function worksOn() {
  await openFile(page, TRAINING);
  await runCommand(page, 'Eigenscope: Refresh Checkpoints');
}

describe('cancelling', () => {
  test('Cancel ends the progress, opens no report and keeps VS Code as it was', async () => {
    const progress = await analyze(STOPPED);
    await inTheMiddle(progress);
    await session.screenshot('cancel');
    await pressButton(progress, 'Cancel');
    await progress.waitFor({ state: 'detached' });
    assert.equal(session.reports().has(STOPPED), false);
    assert.equal(await page.locator('.tab').filter({ hasText: STOPPED }).count(), 0);
    assert.deepEqual(await page.locator('.notification-list-item').allInnerTexts(), []);
  });

  test('analyzing again goes on from what was solved', async () => {
    await analyze(STOPPED);
    await shownReport(page, STOPPED);
    const { compute, layers } = session.reports().get(STOPPED);
    assert.ok(compute.cached >= 2 && compute.cached < LAYERS, `${compute.cached} from the cache`);
    assert.deepEqual(
      layers.map(({ status }) => status),
      Array(LAYERS).fill('ok'),
    );
  });
});

describe('a file that is damaged', () => {
  test('is named in a sentence, with what to do, and nothing is shown in its stead', async () => {
    await analyze(BROKEN);
    const error = notification(page, /broken\.onnx/).filter({ hasNotText: 'Analyzing' });
    await error.waitFor();
    await session.screenshot('corrupt-file');
    const text = await notificationText(error);
    assert.match(
      text,
      /broken\.onnx: the field graph .* the file ends at byte 5000000\. .*cut off; copy, download or export it again\.$/,
    );
    assert.equal(session.reports().has(BROKEN), false);
    await runCommand(page, 'Notifications: Clear All Notifications');
  });
});

describe('an engine that is killed', () => {
  test('leaves VS Code alive; the layer it was on is named and the others are solved', async () => {
    const progress = await analyze(KILLED);
    await inTheMiddle(progress);
    process.kill(engineProcess(session.server.pid), 'SIGKILL');
    const warning = notification(page, /killed\.onnx is analyzed but for/);
    await warning.waitFor({ timeout: 60_000 });
    const frame = await shownReport(page, KILLED);
    await session.screenshot('engine-killed');
    const report = session.reports().get(KILLED);
    const unsolved = report.layers.filter(({ status }) => status === 'failed');
    assert.equal(unsolved.length, 1);
    assert.equal(report.layers.length, LAYERS);
    const text = await notificationText(warning);
    assert.ok(text.includes(unsolved[0].name), text);
    assert.match(text, /SIGKILL/);
    await chooseTab(frame, /^Layers/);
    const names = (await readRows(layerGrid(frame))).map((cells) => cells[0]);
    assert.equal(names.length, LAYERS);
    await worksOn();
  });

  test('analyzing again solves the layer that was left', async () => {
    await runCommand(page, 'Notifications: Clear All Notifications');
    await runCommand(page, 'Eigenscope: Show Report');
    await quickPickRow(page, KILLED).click();
    const frame = await shownReport(page, KILLED);
    await frame.getByRole('button', { name: 'Analyze again' }).click();
    await chooseTab(frame, /^Overview/);
    // All of them where the engine had solved the layer and was at its figures when it was killed.
    await frame.getByText(new RegExp(`\\b[${LAYERS - 1}${LAYERS}] from the cache`)).waitFor();
    const { layers } = session.reports().get(KILLED);
    assert.ok(layers.every(({ status }) => status === 'ok'));
  });
});

describe('all the while', () => {
  test('no content security policy is violated', () => {
    assert.deepEqual(session.log.violations, []);
  });
});
