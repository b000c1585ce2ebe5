import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { metricCatalogue } from './catalogue.mjs';
import { commandLineReport } from './commandLine.mjs';
import { chooseEntry, closeMenu, explorerRow, openContextMenu } from './explorer.mjs';
import { notification } from './notifications.mjs';
import { openFile, quickPickRow, runCommand } from './palette.mjs';
import {
  chooseTab,
  headers,
  layerGrid,
  paint,
  readRows,
  shownReport,
  spectrumCanvas,
} from './reportFrame.mjs';
import { RECOGNITION, TRAINING } from './sampleWorkspace.mjs';
import { startSession } from './session.mjs';
import { editorStored } from './storedState.mjs';

const ANALYZE = 'Analyze Spectrum';

let session;
let page;
let reference;
let catalogue;
/** How many layers the model has. */
let count;

before(async () => {
  session = await startSession('analysis');
  ({ page } = session);
  reference = await commandLineReport(session.file(RECOGNITION));
  count = reference.layers.length;
  assert.ok(count > 30, `the command line finds ${count} layers`);
  catalogue = await metricCatalogue();
});
after(() => session?.close());

/** The layers tab of the report in front, and its grid. */
async function layersTab() {
  const frame = await shownReport(page, RECOGNITION);
  await chooseTab(frame, /^Layers/);
  const grid = layerGrid(frame);
  await grid.waitFor();
  return { frame, grid };
}

/** What the grid should show of the command line's report: by layer, the texts under these headers. */
function expectedTexts(labels) {
  const metrics = catalogue.METRICS.map((metric) => ({
    metric,
    label: metric.unit === '%' ? `${metric.label} (%)` : metric.label,
  })).filter(({ label }) => labels.includes(label));
  const texts = reference.layers.map((layer) => [
    layer.name,
    Object.fromEntries(
      metrics.map(({ metric, label }) => [label, catalogue.formatMetric(metric, layer)]),
    ),
  ]);
  return { labels: metrics.map(({ label }) => label), texts };
}

/** Presses a key until the element that has the focus matches. */
async function pressUntilFocused(frame, key, selector, most = 40) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press(key);
    if ((await frame.locator(`${selector}:focus`).count()) > 0) return;
  }
  assert.fail(`${most} times ${key} do not reach ${selector}`);
}

/** A canvas is painted in the frame after the one in which it is laid out. */
async function painted(canvas) {
  await canvas.waitFor();
  await canvas.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  return paint(canvas);
}

describe('analyzing from the explorer', () => {
  test('the menu of a file that is no checkpoint does not offer it', async () => {
    await openFile(page, TRAINING);
    const item = await openContextMenu(page, explorerRow(page, TRAINING), ANALYZE);
    assert.equal(await item.count(), 0);
    await closeMenu(page);
  });

  test('right-click, progress with layers, and the report opens beside the code', async () => {
    const item = await openContextMenu(page, explorerRow(page, RECOGNITION), ANALYZE);
    await session.screenshot('explorer-menu');
    await chooseEntry(page, item);
    const progress = notification(page, `Analyzing ${RECOGNITION}`);
    const line = new RegExp(`\\d+ % · \\d+ of ${count} layers · .*\\.w_0`);
    await progress.filter({ hasText: line }).waitFor();
    await session.screenshot('progress');
    await shownReport(page, RECOGNITION);
    await progress.waitFor({ state: 'detached' });
    const groups = page.locator('.editor-group-container');
    assert.equal(await groups.count(), 2);
    const front = (group) => group.locator('.tab.active').getAttribute('aria-label');
    assert.match(await front(groups.nth(0)), /train\.py/);
    assert.match(await front(groups.nth(1)), /PP-OCRv4_rec/);
    await session.screenshot('report-beside-code');
  });

  test('needs nothing native, and the report says what it did without', () => {
    const { backend, backendReason, device } = session.reports().get(RECOGNITION).compute;
    assert.match(backend, /^wasm/);
    assert.equal(backendReason, 'this installation of Eigenscope has no ONNX Runtime');
    assert.equal(device, undefined);
  });

  test('the table shows the figures of the command line, every layer and column', async () => {
    const { grid } = await layersTab();
    const shown = await headers(grid);
    const { labels, texts } = expectedTexts(shown);
    assert.ok(labels.includes('Alpha') && labels.includes('Rank'), `columns are ${shown}`);
    const rows = await readRows(grid);
    const found = rows.map((cells) => [
      cells[shown.indexOf('Layer')],
      Object.fromEntries(labels.map((label) => [label, cells[shown.indexOf(label)]])),
    ]);
    assert.deepEqual(found, texts);
    await session.screenshot('table');
  });

  test('the spectrum of the chosen layer is painted, and of another one differently', async () => {
    const { frame, grid } = await layersTab();
    const canvas = spectrumCanvas(frame);
    const first = await painted(canvas);
    assert.ok(first.painted > 2000, JSON.stringify(first));
    assert.ok(first.colours.length > 3, JSON.stringify(first.colours.length));
    const before = await canvas.evaluate((element) => element.toDataURL());
    await grid.getByRole('row', { selected: false }).last().click();
    const second = await painted(canvas);
    assert.ok(second.painted > 2000, JSON.stringify(second));
    assert.notEqual(await canvas.evaluate((element) => element.toDataURL()), before);
  });
});

describe('the table by keyboard', () => {
  test('sorts by alpha, both ways', async () => {
    const { frame, grid } = await layersTab();
    const labels = await headers(grid);
    const alpha = labels.indexOf('Alpha');
    await frame.getByRole('tab', { name: /^Layers/ }).focus();
    await pressUntilFocused(frame, 'Tab', '[role=columnheader] button');
    for (let step = 0; step < alpha; step++) await page.keyboard.press('ArrowRight');
    const values = reference.layers
      .map((layer) => layer.fits.powerLaw.alpha)
      .filter((value) => value !== null)
      .sort((a, b) => a - b)
      .map((value) => catalogue.formatMetric({ of: () => value, format: 'fixed' }, undefined));
    const shown = async () =>
      (await readRows(grid)).map((cells) => cells[alpha]).filter((text) => text !== '–');
    await page.keyboard.press('Enter');
    const header = grid.getByRole('columnheader').nth(alpha);
    const direction = await header.getAttribute('aria-sort');
    assert.notEqual(direction, 'none');
    const wanted = direction === 'ascending' ? values : values.toReversed();
    assert.deepEqual(await shown(), wanted);
    await page.keyboard.press('Enter');
    assert.deepEqual(await shown(), wanted.toReversed());
    await page.keyboard.press('Enter');
    assert.equal(await header.getAttribute('aria-sort'), 'none');
  });

  test('filters by name, and says how many are left', async () => {
    const { frame, grid } = await layersTab();
    await frame.getByRole('tab', { name: /^Layers/ }).focus();
    await pressUntilFocused(frame, 'Tab', 'vscode-text-field');
    await page.keyboard.type('conv2d_17');
    const names = reference.layers
      .map((layer) => layer.name)
      .filter((name) => name.includes('conv2d_17'));
    await frame.getByRole('status').getByText(`${names.length} of ${count}`).waitFor();
    assert.deepEqual(
      (await readRows(grid)).map((cells) => cells[0]),
      names,
    );
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await frame.getByRole('status').getByText(`${count} of ${count}`).waitFor();
  });

  test('arrows and Enter choose a layer, which the detail then shows', async () => {
    const { frame, grid } = await layersTab();
    await grid.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const name = reference.layers.at(-2).name;
    await frame
      .getByRole('region', { name: 'Chosen layer' })
      .getByRole('heading', { name, exact: true })
      .waitFor();
  });
});

describe('analyzing again', () => {
  test('takes every layer from the cache and gives the same report', async () => {
    const frame = await shownReport(page, RECOGNITION);
    await frame.getByRole('button', { name: 'Analyze again' }).click();
    await chooseTab(frame, /^Overview/);
    await frame.getByText(`${count} from the cache`).waitFor();
    const report = session.reports().get(RECOGNITION);
    assert.equal(report.compute.cached, count);
    // Which backend is the faster is measured anew for each cache folder, and each has last bits of its own.
    const { backend } = report.compute;
    const same =
      backend === reference.compute.backend
        ? reference
        : await commandLineReport(session.file(RECOGNITION), '--backend', backend);
    assert.deepEqual(report.layers, same.layers);
    assert.deepEqual(report.skipped, same.skipped);
  });

  test('the panel is there again after the window was closed', async () => {
    await editorStored(page, `Spectrum: ${RECOGNITION}`);
    page = await session.reopen();
    await page
      .locator('.tab')
      .filter({ hasText: `Spectrum: ${RECOGNITION}` })
      .waitFor();
    // Which rows are left is as VS Code last stored the panel's state: it does so every few seconds.
    const { frame, grid } = await layersTab();
    await frame.getByRole('status').getByText(` of ${count}`).waitFor();
    assert.ok(Number(await grid.getAttribute('aria-rowcount')) > 1);
  });

  test('the palette shows the report again after its tab was closed', async () => {
    await runCommand(page, 'View: Close All Editors');
    await explorerRow(page, RECOGNITION).waitFor();
    await runCommand(page, 'Eigenscope: Show Report');
    await quickPickRow(page, RECOGNITION).click();
    await shownReport(page, RECOGNITION);
  });

  test("an editor tab's menu analyses its file", async () => {
    await runCommand(page, 'View: Close All Editors');
    await explorerRow(page, RECOGNITION).click();
    const tab = page.locator('.tabs-container .tab').filter({ hasText: RECOGNITION });
    await chooseEntry(page, await openContextMenu(page, tab, ANALYZE));
    await shownReport(page, RECOGNITION);
  });
});

describe('all the while', () => {
  test('no notification is left behind', async () => {
    assert.deepEqual(await notification(page, /./).allInnerTexts(), []);
  });

  test('no content security policy is violated', () => {
    assert.deepEqual(session.log.violations, []);
  });

  test('no request leaves the machine, from the browser, the server or the engine', () => {
    assert.deepEqual(session.log.outside, []);
    assert.deepEqual([...session.sockets.seen], []);
  });
});
