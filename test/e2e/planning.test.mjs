import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { chooseEntry, openContextMenu, showView } from './explorer.mjs';
import { notification } from './notifications.mjs';
import { chooseTheme, openFile, runCommand } from './palette.mjs';
import { shownPlan } from './planFrame.mjs';
import { reportFrame } from './reportFrame.mjs';
import { RECOGNITION, TRAINING } from './sampleWorkspace.mjs';
import { startSession } from './session.mjs';

const SAVE_LIMIT_MS = 30_000;
const SAVE_POLL_MS = 200;
const PLAN = RECOGNITION.replace('.onnx', '.eigenplan.json');

let session;
let page;
let file;
/** The text of the plan as the command wrote it. */
let first;

before(async () => {
  session = await startSession('planning');
  ({ page } = session);
  file = session.file(PLAN);
});
after(() => session?.close());

const text = () => readFileSync(file, 'utf8');
const plan = () => JSON.parse(text());
const facts = (frame) => frame.getByRole('status', { name: 'What the plan comes to' });
const tab = () => page.locator('.tabs-container .tab').filter({ hasText: PLAN });

/**
 * Saves until the file holds what is expected. The panel shows a change before the document has it, so a
 * first Ctrl+S may come too early and find nothing to save.
 */
async function savedWith(holds) {
  const deadline = Date.now() + SAVE_LIMIT_MS;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `The plan was saved, and then held: ${text()}`);
    await page.keyboard.press('Control+S');
    await setTimeout(SAVE_POLL_MS);
  }
  await page.locator('.tabs-container .tab:not(.dirty)').filter({ hasText: PLAN }).waitFor();
}

/** Lines that git counts as changed between a text and the file. */
function changedLines(before) {
  const old = path.join(session.profile.root, 'before.json');
  writeFileSync(old, before);
  const args = ['diff', '--no-index', '--numstat', old, file];
  const { stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return stdout.trim() === '' ? 0 : Number(stdout.split('\t')[0]);
}

describe('a plan', () => {
  test('is made from the sidebar, and opens in its panel beside the code', async () => {
    await openFile(page, TRAINING);
    await showView(page, 'Eigenscope');
    const row = page.locator('.pane-body .monaco-list-row').filter({ hasText: RECOGNITION });
    await chooseEntry(page, await openContextMenu(page, row, 'Plan Compression...'));
    const frame = await shownPlan(page, RECOGNITION);
    await session.screenshot('made');
    first = text();
    const { axis, method, target, achieved, layers } = plan();
    assert.deepEqual([axis, method, target.kind], ['lowrank', 'error-optimal', 'parameters']);
    assert.ok(achieved.parameters[1] <= target.value * achieved.parameters[0]);
    assert.ok(layers.length > 30);
    assert.equal(first, `${JSON.stringify(plan(), undefined, 2)}\n`);
    assert.equal(await page.locator('.editor-group-container').count(), 2);
    await frame.getByRole('button', { name: 'WeLore' }).waitFor();
  });

  test('follows the slider, and is one step to undo', async () => {
    const frame = await shownPlan(page, RECOGNITION);
    const before = await facts(frame).innerText();
    const slider = frame.getByRole('slider');
    await slider.focus();
    for (let pressed = 0; pressed < 20; pressed++) await page.keyboard.press('ArrowRight');
    await facts(frame).filter({ hasNotText: before }).waitFor();
    await page.locator('.tabs-container .tab.dirty').filter({ hasText: PLAN }).waitFor();
    const value = await slider.getAttribute('aria-valuetext');
    await savedWith(() => `${(100 * plan().target.value).toFixed(1)} %` === value);
    await page.keyboard.press('Control+Z');
    await facts(frame).getByText(before.split('\n')[1], { exact: true }).waitFor();
    await savedWith(() => text() === first);
    await page.keyboard.press('Control+Y');
    await frame.locator(`input[type=range][aria-valuetext="${value}"]`).waitFor();
    await savedWith(() => text() !== first);
  });

  test('has a layer locked and a rank set by edits of a few lines', async () => {
    const frame = await shownPlan(page, RECOGNITION);
    const grid = frame.getByRole('grid', { name: 'Layers' });
    const before = text();
    const layer = plan()
      .layers.filter(({ action }) => action === 'lowrank')
      .reduce((a, b) => (b.bytes[1] / b.bytes[0] < a.bytes[1] / a.bytes[0] ? b : a));
    // What has least left comes first, and is in sight.
    await grid.getByRole('columnheader', { name: /^Left/ }).getByRole('button').click();
    await grid.getByText(`rank ${layer.rank}`, { exact: true }).first().click();
    const form = frame.getByRole('region', { name: 'Chosen layer' });
    await form.getByRole('checkbox', { name: 'Locked' }).click();
    await frame.getByRole('button', { name: /^Unlock / }).waitFor();
    await savedWith(() => plan().layers.some((each) => each.locked));
    const locked = plan().layers.find((each) => each.locked);
    assert.equal(locked.rank, layer.rank);
    const lines = changedLines(before);
    assert.ok(lines >= 2 && lines <= 20, `${lines} lines differ`);
    await form.getByRole('textbox', { name: /^Rank, / }).fill('9');
    await page.keyboard.press('Enter');
    await grid.getByText('rank 9', { exact: true }).waitFor();
    await savedWith(() => plan().layers.find((each) => each.locked).rank === 9);
    const set = plan();
    assert.ok(set.achieved.parameters[1] <= set.target.value * set.achieved.parameters[0]);
    await session.screenshot('locked');
  });

  test('is shown as text and back; a fault is named with its line', async () => {
    let frame = await shownPlan(page, RECOGNITION);
    await frame.getByRole('button', { name: 'Open as Text' }).click();
    await page.locator('.editor-instance .view-lines').getByText('eigenscope.plan/1').waitFor();
    await runCommand(page, 'Eigenscope: Open Plan');
    await shownPlan(page, RECOGNITION);
    const good = text();
    writeFileSync(file, good.replace('"rank": 9', '"rank": 0'));
    frame = reportFrame(page);
    await frame.getByRole('alert').filter({ hasText: 'rank' }).waitFor();
    const line = good.slice(0, good.indexOf('"rank": 9')).split('\n').length;
    await frame.getByText(`Open as Text at Line ${line}`).waitFor();
    await session.screenshot('fault');
    writeFileSync(file, good);
    await shownPlan(page, RECOGNITION);
    assert.equal(await tab().count(), 1);
  });

  test('is not written over: the command offers the plan that is there, or another name', async () => {
    await runCommand(page, 'View: Close All Editors');
    const row = page.locator('.pane-body .monaco-list-row').filter({ hasText: RECOGNITION });
    await chooseEntry(page, await openContextMenu(page, row, 'Plan Compression...'));
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText(`${PLAN} is there already.`).waitFor();
    const another = PLAN.replace('.eigenplan', '-2.eigenplan');
    await dialog.getByText(`New Plan as ${another}`).click();
    await page.locator('.tabs-container .tab').filter({ hasText: another }).waitFor();
    await shownPlan(page, RECOGNITION);
    assert.ok(existsSync(session.file(another)));
    assert.equal(plan().layers.find((each) => each.locked).rank, 9);
    for (const [theme, mark] of [
      ['Light Modern', 'vs'],
      ['Dark High Contrast', 'hc-black'],
    ]) {
      await chooseTheme(page, theme);
      await page.locator(`.monaco-workbench.${mark}`).waitFor();
      await session.screenshot(theme.toLowerCase().replaceAll(' ', '-'));
    }
  });
});

describe('all the while', () => {
  test('no notification is left behind', async () => {
    assert.deepEqual(await notification(page, /./).allInnerTexts(), []);
  });

  test('no content security policy is violated', () => {
    assert.deepEqual(session.log.violations, []);
  });

  test('no request leaves the machine', () => {
    assert.deepEqual(session.log.outside, []);
  });
});
