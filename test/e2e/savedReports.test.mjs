import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { commandLineReport } from './commandLine.mjs';
import { chooseEntry, closeMenu, explorerRow, openContextMenu, showView } from './explorer.mjs';
import { writeLongModel } from './longModel.mjs';
import { notification, notificationText } from './notifications.mjs';
import { quickPickRow, runCommand } from './palette.mjs';
import { chooseTab, shownReport } from './reportFrame.mjs';
import { startSession } from './session.mjs';

const MODEL = 'small.onnx';
const REPORT = 'small.onnx.json';
const WRONG = 'report-of-others.json';
const ACCEPTED = 'eigenscope.json';
const OPEN = 'Open Report...';
const LAYERS = 4;

let session;
let page;
let report;

before(async () => {
  session = await startSession('saved-reports', {
    fill: async (folder) => {
      writeLongModel(path.join(folder, MODEL), { layers: LAYERS, size: 64, seed: 1 });
      // Deep enough to end a parser that calls itself, and with the word that a report begins with.
      const deep = `{"schema": "eigenscope.report/1", "layers": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
      writeFileSync(path.join(folder, WRONG), deep);
      writeFileSync(path.join(folder, 'settings.json'), '{}');
      report = await commandLineReport(path.join(folder, MODEL));
      writeFileSync(path.join(folder, REPORT), JSON.stringify(report));
    },
  });
  ({ page } = session);
});
after(() => session?.close());

/** How many findings that are not accepted the activity bar counts, as text. */
function badge() {
  return page
    .locator('.activitybar .action-item')
    .filter({ has: page.locator('.action-label[aria-label^="Eigenscope"]') })
    .locator('.badge-content');
}

const problems = (layers) =>
  layers.flatMap(({ findings }) => findings).filter(({ severity }) => severity !== 'info').length;

describe('a report that was saved as JSON', () => {
  test('opens from the menu of its file, which other JSON files do not have', async () => {
    const none = await openContextMenu(page, explorerRow(page, 'settings.json'), OPEN);
    assert.equal(await none.count(), 0);
    await closeMenu(page);
    const row = explorerRow(page, REPORT);
    await chooseEntry(page, await openContextMenu(page, row, OPEN));
    const frame = await shownReport(page, MODEL);
    await frame.getByText(`${LAYERS}`, { exact: true }).first().waitFor();
    await page
      .locator('.tab')
      .filter({ hasText: `Report: ${REPORT}` })
      .waitFor();
    await session.screenshot('opened');
  });

  test('is listed by the palette, and files that only have the name of one are not', async () => {
    await runCommand(page, 'View: Close All Editors');
    await runCommand(page, `Eigenscope: ${OPEN}`);
    await quickPickRow(page, REPORT).waitFor();
    assert.equal(await quickPickRow(page, 'settings.json').count(), 0);
    await session.screenshot('palette');
    await quickPickRow(page, REPORT).click();
    await shownReport(page, MODEL);
  });

  test('is answered by a sentence where it is hostile, and opens nothing', async () => {
    const row = explorerRow(page, WRONG);
    await chooseEntry(page, await openContextMenu(page, row, OPEN));
    const error = notification(page, WRONG);
    await error.waitFor();
    await session.screenshot('wrong-file');
    assert.match(
      await notificationText(error),
      /^report-of-others\.json is not a report of schema/,
    );
    assert.equal(await page.locator('.tab').filter({ hasText: WRONG }).count(), 0);
    await runCommand(page, 'Notifications: Clear All Notifications');
  });
});

describe('accepted findings', () => {
  test('are written to a new eigenscope.json once that is agreed to, and count no more', async () => {
    const item = await openContextMenu(
      page,
      page.locator('.explorer-folders-view .monaco-list-row').getByText(MODEL, { exact: true }),
      'Analyze Spectrum',
    );
    await chooseEntry(page, item);
    await page
      .locator('.tab')
      .filter({ hasText: `Spectrum: ${MODEL}` })
      .waitFor();
    const frame = await shownReport(page, MODEL);
    await showView(page, 'Eigenscope');
    const all = problems(report.layers);
    assert.ok(all >= 2, `${all} findings are warnings or errors`);
    await badge().getByText(String(all), { exact: true }).waitFor();
    await chooseTab(frame, /^Findings/);
    await frame.getByRole('grid').getByRole('row').nth(1).click();
    await frame.getByRole('textbox', { name: 'Why it is accepted' }).fill('it is random by design');
    await frame.getByRole('button', { name: /^Accept and write/ }).click();
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await session.screenshot('create-file');
    await dialog.getByRole('button', { name: 'Create File' }).click();
    await badge()
      .getByText(String(all - 1), { exact: true })
      .waitFor();
    const { accepted } = JSON.parse(readFileSync(session.file(ACCEPTED), 'utf8'));
    assert.deepEqual(
      accepted.map(({ reason }) => reason),
      ['it is random by design'],
    );
    await page.locator('.pane-body .monaco-list-row').filter({ hasText: MODEL }).first().click();
    await session.screenshot('accepted');
  });

  test('follow the file when it is changed on disk', async () => {
    const everything = { accepted: [{ layer: '*', code: 'random-like', reason: 'all of them' }] };
    const left = report.layers
      .flatMap(({ findings }) => findings)
      .filter(({ severity, code }) => severity !== 'info' && code !== 'random-like').length;
    writeFileSync(session.file(ACCEPTED), JSON.stringify(everything));
    if (left === 0) await badge().waitFor({ state: 'hidden' });
    else await badge().getByText(String(left), { exact: true }).waitFor();
    await session.screenshot('all-accepted');
  });

  test('are none where the file is damaged, which is said once', async () => {
    writeFileSync(session.file(ACCEPTED), '{ "accepted": [');
    const warning = notification(page, 'No finding counts as accepted');
    await warning.waitFor();
    assert.match(await notificationText(warning), /eigenscope\.json is not JSON/);
    await badge()
      .getByText(String(problems(report.layers)), { exact: true })
      .waitFor();
    assert.equal(await warning.count(), 1);
  });
});

describe('all the while', () => {
  test('no content security policy is violated', () => {
    assert.deepEqual(session.log.violations, []);
  });
});
