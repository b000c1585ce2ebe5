import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { onPage, panelPages } from './panelPages.mjs';
import { recordingHost } from './recordingHost.mjs';
import { chooseTab, paint, readRows } from './reportFrame.mjs';

let pages;
let report;

before(async () => {
  pages = await panelPages();
  report = pages.sampleReport(60);
});
after(() => pages.close());

/** The name of the layer that is shown. */
function chosenLayer(page) {
  const region = page.getByRole('region', { name: 'Chosen layer' });
  return region.getByRole('heading', { level: 2 }).textContent();
}

/** What the page has asked for arrives here some turns later. */
async function settled(condition) {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The text of the file that a click on the button downloads. */
async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return {
    name: download.suggestedFilename(),
    text: await readFile(await download.path(), 'utf8'),
  };
}

const lines = (text) => text.trimEnd().split('\r\n');

describe('the charts', () => {
  test('show any metric over depth, chosen by keyboard', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Depth/);
      await page.getByRole('combobox', { name: 'Metric' }).focus();
      await page.keyboard.press('End');
      const canvas = page.getByRole('img', { name: /^WeightWatcher alpha of each layer/ });
      assert.ok((await paint(canvas)).painted > 3000);
      await page.getByRole('combobox', { name: 'Metric' }).focus();
      await page.keyboard.press('Home');
      await page.getByRole('img', { name: /^Alpha of each layer/ }).waitFor();
    });
  });

  test('show the layer whose point is clicked', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Depth/);
      const canvas = page.getByRole('img', { name: /^Alpha of each layer/ });
      const { width, height } = await canvas.boundingBox();
      const chosen = new Set();
      for (const share of [0.2, 0.5, 0.8]) {
        const before = await chosenLayer(page);
        await canvas.click({ position: { x: width * share, y: height / 2 } });
        const region = page.getByRole('region', { name: 'Chosen layer' });
        await region.getByRole('heading', { level: 2 }).filter({ hasNotText: before }).waitFor();
        chosen.add(await chosenLayer(page));
      }
      assert.equal(chosen.size, 3);
      for (const name of chosen) assert.ok(report.layers.some((layer) => layer.name === name));
    });
  });

  test('have a table of the same figures, from which a layer is chosen by keyboard', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Depth/);
      await page.getByRole('button', { name: 'Show as table' }).first().click();
      const grid = page.getByRole('grid', { name: /^Alpha of each layer/ });
      const rows = await readRows(grid);
      assert.deepEqual(
        rows.map(([number, name, alpha]) => [Number(number), name, Number(alpha)]),
        report.layers.map((layer, index) => [
          index + 1,
          layer.name,
          Number(layer.fits.powerLaw.alpha.toPrecision(4)),
        ]),
      );
      await grid.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 2, name: report.layers.at(-1).name }).waitFor();
      await page.getByRole('button', { name: 'Show as chart' }).click();
      await page.getByRole('img', { name: /^Alpha of each layer/ }).waitFor();
    });
  });

  test('are exported in full precision', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Depth/);
      const depth = await downloaded(
        page,
        page.getByRole('button', { name: 'Export as CSV' }).first(),
      );
      assert.equal(depth.name, 'alpha-over-depth.csv');
      const [header, ...rows] = lines(depth.text);
      assert.equal(header, 'No.,Layer,Alpha,Findings');
      assert.deepEqual(
        rows.map((row) => Number(row.split(',')[2])),
        report.layers.map((layer) => layer.fits.powerLaw.alpha),
      );
    });
  });

  test('of the spectrum are exported bin by bin', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const { name, text } = await downloaded(
        page,
        page
          .getByRole('figure', { name: /^Spectral density/ })
          .getByRole('button', { name: 'Export as CSV' }),
      );
      assert.equal(name, 'spectral-density.csv');
      const shown = await chosenLayer(page);
      const { esd } = report.layers.find((layer) => layer.name === shown);
      assert.deepEqual(
        lines(text)
          .map((row) => row.split(','))
          .filter(([part]) => part === 'Eigenvalues')
          .map((cells) => Number(cells[3])),
        esd.counts,
      );
    });
  });

  test('and the table of layers is exported with every figure of what is shown', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('blocks.2/');
      const { text } = await downloaded(
        page,
        page.getByRole('button', { name: 'Export the table as CSV' }),
      );
      const [header, ...rows] = lines(text);
      const at = header.split(',').indexOf('stableRank');
      const expected = report.layers.filter(({ name }) => name.includes('blocks.2/'));
      assert.deepEqual(
        rows.map((row) => Number(row.split(',')[at])),
        expected.map((layer) => layer.metrics.stableRank),
      );
      assert.equal(rows.length, 5);
    });
  });
});

describe('the panel beside its extension', () => {
  test('asks for its report and keeps the policy of the editor', async () => {
    await onPage(pages.hosted(recordingHost(report)), async (page) => {
      await page.getByRole('heading', { level: 1, name: 'sample.onnx' }).waitFor();
      await chooseTab(page, /^Layers/);
      assert.equal(
        await page.getByRole('grid', { name: 'Layers' }).getAttribute('aria-rowcount'),
        '61',
      );
      assert.equal(await page.getByRole('combobox', { name: 'Theme' }).count(), 0);
    });
  });

  test('chooses the layer its extension names, and keeps it with what restores the panel', async () => {
    await onPage(pages.hosted(recordingHost(report)), async (page, { view, state }) => {
      const layer = report.layers[41];
      await view.selectLayer({ id: layer.id });
      await page.getByRole('heading', { level: 2, name: layer.name }).waitFor();
      await view.selectLayer({ id: 'no such layer' });
      await page.getByRole('heading', { level: 2, name: layer.name }).waitFor();
      assert.equal(state().selected, layer.id);
      assert.equal(state().restore, 'file:///model.onnx');
    });
  });

  test('shows another report of the same file', async () => {
    await onPage(pages.hosted(recordingHost(report)), async (page, { view }) => {
      await view.showReport({ report: pages.sampleReport(7) });
      await page
        .getByRole('tab', { name: /^Layers/ })
        .filter({ hasText: '7' })
        .waitFor();
    });
  });

  test('hands exports and the whole spectrum to its extension', async () => {
    const handlers = recordingHost(report);
    await onPage(pages.hosted(handlers), async (page) => {
      await page.getByRole('button', { name: 'Export singular values as CSV' }).click();
      await page
        .getByRole('figure', { name: /^Spectral density/ })
        .getByRole('button', { name: 'Export as CSV' })
        .click();
      await settled(() => handlers.saved.length === 2);
      const name = await chosenLayer(page);
      const layer = report.layers.find((one) => one.name === name);
      assert.deepEqual(handlers.asked, [layer.id]);
      const files = new Map(handlers.saved.map((file) => [file.name, file.text]));
      assert.equal(files.get('singular-values.csv'), 'singularValue\r\n3\r\n2.5\r\n0.1\r\n');
      const bins = lines(files.get('spectral-density.csv')).filter((row) =>
        row.startsWith('Eigenvalues,'),
      );
      assert.equal(bins.length, layer.esd.counts.length);
    });
  });

  test('asks for a new analysis, and says what went wrong with it', async () => {
    const handlers = recordingHost(report, {
      analyzeAgain: () => Promise.reject(new Error('model.onnx is gone. Choose another file.')),
    });
    await onPage(pages.hosted(handlers), async (page) => {
      await page.getByRole('button', { name: 'Analyze again' }).click();
      await page
        .getByRole('alert')
        .filter({ hasText: 'model.onnx is gone. Choose another file.' })
        .waitFor();
    });
  });

  test('speaks the language of the editor', async () => {
    const messages = { Overview: 'Überblick', '{0} of {1}': '{0} von {1}', Layers: 'Schichten' };
    await onPage(pages.hosted(recordingHost(report), { messages }), async (page) => {
      await page.getByRole('tab', { name: /^Überblick/ }).waitFor();
      await chooseTab(page, /^Schichten/);
      await page.getByRole('status').filter({ hasText: '60 von 60' }).waitFor();
    });
  });
});
