import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY } from './artifacts.mjs';
import { assertAccessible } from './axe.mjs';
import { commandLinePlan } from './commandLine.mjs';
import { chooseEntry, explorerRow, openContextMenu, showView } from './explorer.mjs';
import { notification, notificationText, pressButton } from './notifications.mjs';
import { chooseTheme, quickPickRow, runCommand } from './palette.mjs';
import { readRows, reportElement, reportFrame } from './reportFrame.mjs';
import { VOICE } from './sampleWorkspace.mjs';
import { startSession } from './session.mjs';
import { editorStored } from './storedState.mjs';

const PLAN = VOICE.replace('.onnx', '-small.eigenplan.json');
const OUTPUT = VOICE.replace('.onnx', '-small.onnx');
const SAVED = `${OUTPUT}.verification.json`;
const INPUT = '.quick-input-widget .quick-input-box input';

let session;
let page;

before(async () => {
  session = await startSession('applying', {
    fill: (folder) =>
      commandLinePlan(
        path.join(folder, VOICE),
        path.join(folder, PLAN),
        '--axis',
        'lowrank',
        '--target',
        'parameters=0.9',
      ),
  });
  ({ page } = session);
});
after(() => session?.close());

const layers = () => JSON.parse(readFileSync(session.file(PLAN), 'utf8')).layers;
const changed = () => layers().filter(({ action }) => action !== 'keep');

/** Puts ONNX Runtime beside the installed extension, as a package made for this platform has it. */
function giveRuntime() {
  const { extensions } = session.profile;
  const name = readdirSync(extensions).find((each) => each.startsWith('eigenscope.eigenscope-'));
  symlinkSync(
    path.join(REPOSITORY, 'node_modules'),
    path.join(extensions, name, 'node_modules'),
    'dir',
  );
}

/** Answers the file dialog of the workbench with what it suggests. */
async function acceptSuggested(name) {
  const input = page.locator(INPUT);
  await page.waitForFunction(
    ([selector, end]) => document.querySelector(selector)?.value.endsWith(end),
    [INPUT, name],
  );
  await input.press('Enter');
}

/** Answers what the verification asks: seeded noise, and that bound. */
async function answerNoise(bound) {
  await quickPickRow(page, 'Seeded Noise').click();
  const input = page.locator(INPUT);
  await page.locator('.quick-input-widget').getByText('Greatest relative L2 error').waitFor();
  await input.fill(bound);
  await input.press('Enter');
}

async function verifyFromMenu(bound) {
  await showView(page, 'Explorer');
  const row = explorerRow(page, OUTPUT).first();
  await chooseEntry(page, await openContextMenu(page, row, 'Verify...'));
  await answerNoise(bound);
}

async function shownVerification() {
  const frame = reportFrame(page);
  await frame.getByRole('heading', { level: 1, name: OUTPUT, exact: true }).waitFor();
  return frame;
}

describe('a plan', () => {
  test('is applied from the menu of its file: a new model beside it, the old one as it was', async () => {
    const before = readFileSync(session.file(VOICE));
    const row = explorerRow(page, PLAN);
    await chooseEntry(page, await openContextMenu(page, row, 'Apply Plan...'));
    await page.locator(INPUT).waitFor();
    await session.screenshot('where');
    await acceptSuggested(`/${OUTPUT}`);
    const done = notification(page, 'is written');
    await done.waitFor();
    await session.screenshot('applied');
    const text = await notificationText(done);
    assert.ok(text.startsWith(`${OUTPUT} is written: `), text);
    assert.ok(text.includes(`${changed().length} weights changed.`), text);
    assert.match(text, /ONNX Runtime has not loaded it to check it/);
    assert.ok(statSync(session.file(OUTPUT)).size < before.length);
    assert.deepEqual(readFileSync(session.file(VOICE)), before);
  });

  test('never goes over the model that it is of', async () => {
    await runCommand(page, 'Eigenscope: Apply Plan...');
    await quickPickRow(page, PLAN).click();
    const input = page.locator(INPUT);
    await page.waitForFunction(
      (selector) => document.querySelector(selector)?.value.endsWith('.onnx'),
      INPUT,
    );
    await input.fill(session.file(VOICE));
    await input.press('Enter');
    // VS Code's dialog asks whether the file is to be replaced before we know of it.
    await page.locator('.quick-input-widget').getByText('already exists').waitFor();
    await input.press('Enter');
    const refusal = page.locator('.monaco-dialog-box');
    await refusal.getByText('is never written over').waitFor();
    await session.screenshot('not-over-the-model');
    await refusal.getByRole('button', { name: 'Cancel' }).click();
    await refusal.waitFor({ state: 'detached' });
  });
});

describe('the new model', () => {
  test('cannot be verified without ONNX Runtime, which is told with what to do', async () => {
    await pressButton(notification(page, 'is written'), 'Verify');
    await quickPickRow(page, 'Seeded Noise').waitFor();
    await session.screenshot('inputs');
    await answerNoise('1000');
    const error = notification(page, 'ONNX Runtime, which runs both models');
    await error.waitFor();
    await session.screenshot('no-runtime');
    assert.match(
      await notificationText(error),
      /Install the Eigenscope package made for linux-x64, or run eigenscope verify/,
    );
    await runCommand(page, 'Notifications: Clear All Notifications');
  });

  test('is verified against its original, which is known', async () => {
    giveRuntime();
    await verifyFromMenu('1000');
    const frame = await shownVerification();
    await frame.getByText('Passed', { exact: true }).waitFor();
    await frame.getByText(VOICE, { exact: true }).first().waitFor();
    await frame.getByText('Weak evidence', { exact: true }).waitFor();
    const rows = await readRows(frame.getByRole('grid', { name: 'Weights' }));
    assert.deepEqual(
      rows.map(([name, action]) => [name, action]),
      changed().map(({ name, rank }) => [name, `rank ${rank}`]),
    );
    for (const [name, , , predicted, measured] of rows)
      assert.ok(Math.abs(predicted / measured - 1) < 0.01, `${name}: ${predicted}, ${measured}`);
  });

  for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast'])
    test(`has a panel that is accessible in ${theme}`, async () => {
      await chooseTheme(page, theme);
      await shownVerification();
      await session.screenshot(`panel-${theme.toLowerCase().replaceAll(' ', '-')}`);
      await assertAccessible(await reportElement(page), theme);
    });

  test('has a panel that is there again after the window was closed', async () => {
    await editorStored(page, `Verification: ${OUTPUT}`);
    page = await session.reopen();
    const frame = await shownVerification();
    await frame.getByText('Weak evidence', { exact: true }).waitFor();
    await frame.getByRole('grid', { name: 'Weights' }).getByText(/^rank/).first().waitFor();
  });

  test('fails by a bound that it does not keep', async () => {
    await verifyFromMenu('0.000001');
    const frame = await shownVerification();
    await frame.getByText('Failed', { exact: true }).waitFor();
  });

  test('has a verification that is saved as JSON, and opened again', async () => {
    const frame = await shownVerification();
    await frame.getByRole('button', { name: 'Save as JSON' }).click();
    await acceptSuggested(`/${SAVED}`);
    const row = explorerRow(page, SAVED);
    await row.waitFor();
    assert.ok(existsSync(session.file(SAVED)));
    await chooseEntry(page, await openContextMenu(page, row, 'Open Report...'));
    await page
      .locator('.tab')
      .filter({ hasText: `Verification: ${SAVED}` })
      .waitFor();
    const opened = await shownVerification();
    await opened.getByText('Failed', { exact: true }).waitFor();
    await session.screenshot('saved');
  });
});

describe('all the while', () => {
  test('nothing outside this machine is asked for, and no policy is violated', () => {
    assert.deepEqual(session.log.outside, []);
    assert.deepEqual(session.log.violations, []);
  });
});
