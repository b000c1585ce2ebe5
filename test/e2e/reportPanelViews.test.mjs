import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { assertAccessible } from './axe.mjs';
import { onPage, panelPages } from './panelPages.mjs';
import { recordingHost } from './recordingHost.mjs';
import { chooseTab, layerGrid, paint, readRows } from './reportFrame.mjs';

let pages;
let report;

before(async () => {
  pages = await panelPages();
  report = pages.sampleReport(60);
});
after(() => pages.close());

const everyFinding = () =>
  report.layers.flatMap((layer) => layer.findings.map((finding) => ({ layer, finding })));

const chosenLayer = (page) =>
  page.getByRole('region', { name: 'Chosen layer' }).getByRole('heading', { level: 2 });

async function choose(page, name, option) {
  await page.getByRole('combobox', { name }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe('the findings', () => {
  const findingsGrid = (page) => page.getByRole('grid', { name: 'Findings' });

  test('are all in one table, filtered by severity, kind and text', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Findings/);
      const all = everyFinding();
      const expectRows = async (matches) => {
        const expected = all.filter(matches).length;
        assert.ok(expected > 0);
        await page
          .getByRole('status')
          .filter({ hasText: `${expected} of ${all.length}` })
          .waitFor();
        assert.equal((await readRows(findingsGrid(page))).length, expected);
      };
      await expectRows(() => true);
      await choose(page, 'Filter by severity', 'Warning');
      await expectRows(({ finding }) => finding.severity === 'warning');
      const text = all.find(({ finding }) => finding.severity === 'warning').layer.name;
      await page.getByRole('textbox', { name: 'Filter by text' }).fill(text);
      await expectRows(
        ({ finding, layer }) => finding.severity === 'warning' && layer.name.includes(text),
      );
      await page.getByRole('textbox', { name: 'Filter by text' }).fill('');
      await choose(page, 'Filter by severity', 'Severities: all');
      await choose(page, 'Filter by kind', 'Heavy tail');
      await expectRows(({ finding }) => finding.code === 'heavy-tail');
    });
  });

  test('are grouped by kind, and a group is folded by keyboard', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Findings/);
      await choose(page, 'Group the findings', 'By kind');
      const grid = page.getByRole('treegrid', { name: 'Findings' });
      const all = everyFinding();
      const collapsed = all.filter(({ finding }) => finding.code === 'rank-collapse').length;
      assert.equal(await grid.getAttribute('aria-rowcount'), String(all.length + 3 + 1));
      await grid.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowLeft');
      const heading = grid.locator('[aria-rowindex="2"]');
      assert.equal(await heading.getAttribute('aria-expanded'), 'false');
      assert.equal(await heading.textContent(), `Rank collapse${collapsed}`);
      assert.equal(await grid.getAttribute('aria-rowcount'), String(all.length - collapsed + 4));
      await page.keyboard.press('ArrowRight');
      assert.equal(await heading.getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const first = all.find(({ finding }) => finding.code === 'rank-collapse').layer;
      await chosenLayer(page).filter({ hasText: first.name }).waitFor();
    });
  });

  test('cannot be accepted in a report that is a file of its own', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Findings/);
      await findingsGrid(page).getByText('Rank collapse').first().click();
      const chosen = page.getByRole('region', { name: 'Chosen finding' });
      await chosen.getByText(/has rank/).waitFor();
      assert.equal(await chosen.getByRole('button').count(), 0);
    });
  });

  test('are accepted with a reason; then they are struck and not counted', async () => {
    const handlers = recordingHost(report);
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page) => {
      const count = everyFinding().length;
      const badge = page.getByRole('tab', { name: /^Findings/ });
      await badge.filter({ hasText: String(count) }).waitFor();
      await chooseTab(page, /^Findings/);
      const { layer } = everyFinding().find(({ finding }) => finding.code === 'rank-collapse');
      await findingsGrid(page).getByText('Rank collapse').first().click();
      const chosen = page.getByRole('region', { name: 'Chosen finding' });
      const accept = chosen.getByRole('button', { name: /^Accept/ });
      assert.ok(await accept.isDisabled());
      await chosen.getByRole('textbox', { name: 'Why it is accepted' }).fill(' pruned on purpose ');
      await accept.click();
      await chosen.getByText('Accepted: pruned on purpose').waitFor();
      assert.deepEqual(handlers.accepted, [
        { layer: layer.id, code: 'rank-collapse', reason: 'pruned on purpose' },
      ]);
      await badge.filter({ hasText: String(count - 1) }).waitFor();
      assert.equal(
        await findingsGrid(page).locator('del').filter({ hasText: 'Rank collapse' }).count(),
        1,
      );
      await assertAccessible(page, 'an accepted finding');

      await choose(page, 'Filter by acceptance', 'Accepted only');
      await page
        .getByRole('status')
        .filter({ hasText: `1 of ${count}` })
        .waitFor();
      const shown = page.getByRole('list', { name: 'Findings of this layer' });
      assert.equal(await shown.locator('del').count(), 1);
      await chooseTab(page, /^Overview/);
      const open =
        everyFinding().filter(({ finding }) => finding.code === 'rank-collapse').length - 1;
      await page.getByText('Rank collapse', { exact: true }).first().waitFor();
      assert.equal(
        await page.getByRole('region', { name: 'Findings' }).getByText('has rank').count(),
        open,
      );
    });
  });

  test('are struck where the file of accepted findings names them, then and later', async () => {
    const handlers = recordingHost(report);
    handlers.accepted.push({ layer: '*', code: 'random-like', reason: 'fresh layers' });
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page, { view }) => {
      await chooseTab(page, /^Findings/);
      const random = everyFinding().filter(({ finding }) => finding.code === 'random-like').length;
      const struck = findingsGrid(page).locator('del').filter({ hasText: 'Random-like' });
      await struck.first().waitFor();
      assert.equal(await struck.count(), random);
      await view.showAcceptances({ accepted: [] });
      await struck.first().waitFor({ state: 'detached' });
    });
  });

  test('say why one could not be accepted', async () => {
    const handlers = recordingHost(report, {
      accept: () =>
        Promise.reject(new Error('eigenscope.json cannot be written: it is read-only.')),
    });
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page) => {
      await chooseTab(page, /^Findings/);
      await findingsGrid(page).getByText('Heavy tail').first().click();
      const chosen = page.getByRole('region', { name: 'Chosen finding' });
      await chosen.getByRole('textbox').fill('known');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'it is read-only.' }).waitFor();
      assert.equal(await findingsGrid(page).locator('del').count(), 0);
    });
  });
});

describe('the windows of a layer', () => {
  test('are solved anew as a person asks, and laid over the spectrum', async () => {
    const handlers = recordingHost(report);
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page) => {
      const region = page.getByRole('region', { name: 'Spectral density' });
      const canvas = region.getByRole('img', { name: /^Spectral density of/ });
      await region.getByText(/^FARMS windows: 8 windows of/).waitFor();
      const before = (await paint(canvas)).painted;
      await region.getByRole('button', { name: 'Choose other windows' }).click();
      const solve = region.getByRole('button', { name: 'Solve these windows' });
      const rows = region.getByRole('textbox', { name: /^Rows of a window/ });
      await rows.fill('7 or so');
      await region.getByRole('button', { name: 'Solve these windows', disabled: true }).waitFor();
      assert.equal(await rows.getAttribute('aria-invalid'), 'true');
      await rows.fill('32');
      await region.getByRole('textbox', { name: /^Most windows along/ }).fill('3');
      await choose(page, 'Columns of a window', '2 × rows');
      await assertAccessible(page, 'the form for other windows');
      await solve.click();
      await region
        .getByText('FARMS windows: 9 windows of 32×64 · 288 eigenvalues · Hill estimate 2.345')
        .waitFor();
      const { id } = report.layers.find(({ name }) => handlers.windows[0].id.startsWith(name));
      assert.deepEqual(handlers.windows, [{ id, rows: 32, ratio: 2, perSide: 3 }]);
      assert.notEqual((await paint(canvas)).painted, before);
      await region.getByRole('button', { name: 'Show the windows of the report' }).click();
      await region.getByText(/^FARMS windows: 8 windows of/).waitFor();
    });
  });

  test('are those of the report in a file of its own', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const region = page.getByRole('region', { name: 'Spectral density' });
      await region.getByText(/^FARMS windows: 8 windows of/).waitFor();
      assert.equal(await region.getByRole('button', { name: 'Choose other windows' }).count(), 0);
    });
  });
});

describe('the legend', () => {
  test('hides and shows what is drawn, one tab stop for all of it', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const figure = page.getByRole('figure', { name: /^Spectral density/ });
      const canvas = figure.getByRole('img');
      const legend = figure.getByRole('toolbar');
      const whole = (await paint(canvas)).painted;
      const first = legend.getByRole('button', { name: 'Eigenvalues' });
      await first.click();
      assert.equal(await first.getAttribute('aria-pressed'), 'false');
      assert.ok((await paint(canvas)).painted < 0.8 * whole);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      const second = legend.getByRole('button', { name: 'FARMS windows' });
      assert.equal(await second.getAttribute('aria-pressed'), 'false');
      assert.equal(await legend.locator('[tabindex="0"]').count(), 1);
      await second.click();
      await first.click();
      assert.equal((await paint(canvas)).painted, whole);
    });
  });
});

describe('the blocks', () => {
  test('show a spectrum of each layer, chosen by a click and by keyboard', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Blocks/);
      const grid = page.getByRole('grid', { name: 'Spectra by block' });
      assert.equal(await grid.getAttribute('aria-rowcount'), '13');
      assert.equal(await grid.getAttribute('aria-colcount'), '6');
      const layer = report.layers[6];
      await grid.getByRole('gridcell', { name: layer.name }).click();
      await chosenLayer(page).filter({ hasText: layer.name }).waitFor();
      await grid.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await chosenLayer(page).filter({ hasText: report.layers[12].name }).waitFor();
      await page.keyboard.press('End');
      await page.keyboard.press('Space');
      await chosenLayer(page).filter({ hasText: report.layers[14].name }).waitFor();
      const selected = grid.locator('[aria-selected="true"]');
      assert.equal(await selected.count(), 1);
      assert.ok((await selected.locator('path').getAttribute('d')).startsWith('M'));
    });
  });

  test('follow the layer that is chosen elsewhere, and hold only what is in sight', async () => {
    const large = pages.sampleReport(2000);
    const handlers = recordingHost(large);
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page, { view }) => {
      await chooseTab(page, /^Blocks/);
      const grid = page.getByRole('grid', { name: 'Spectra by block' });
      assert.equal(await grid.getAttribute('aria-rowcount'), '401');
      await view.selectLayer({ id: large.layers.at(-1).id });
      await grid.locator('[aria-selected="true"]').waitFor();
      const box = await grid.boundingBox();
      const cell = await grid.locator('[aria-selected="true"]').boundingBox();
      assert.ok(cell.y >= box.y && cell.y + cell.height <= box.y + box.height + 1);
      const rows = await grid.getByRole('row').count();
      assert.ok(rows > 5 && rows < 40, `${rows} rows are in the page`);
    });
  });

  test('fold the layers of the table away', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('checkbox', { name: 'Group by block' }).click();
      const grid = page.getByRole('treegrid', { name: 'Layers' });
      assert.equal(await grid.getAttribute('aria-rowcount'), String(60 + 12 + 1));
      await grid.getByRole('row', { name: /^backbone\.blocks\.0/ }).click();
      assert.equal(await grid.getAttribute('aria-rowcount'), String(55 + 12 + 1));
      const rows = await readRows(grid);
      assert.deepEqual(rows.slice(0, 2), [['backbone.blocks.05'], ['backbone.blocks.15']]);
      await page.getByRole('checkbox', { name: 'Group by block' }).click();
      assert.equal(await layerGrid(page).getAttribute('aria-rowcount'), '61');
    });
  });
});

describe('the buttons of the header', () => {
  test('analyze again and plan, in an editor alone', async () => {
    const handlers = recordingHost(report);
    await onPage(pages.hosted(handlers, { theme: THEMES.dark }), async (page) => {
      await page.getByRole('button', { name: 'Plan compression' }).click();
      await page.getByRole('button', { name: 'Analyze again' }).click();
      assert.deepEqual(
        handlers.asked.filter((what) => what === 'plan' || what === 'again'),
        ['plan', 'again'],
      );
    });
    await onPage(pages.standalone(report), async (page) => {
      assert.equal(await page.getByRole('button', { name: 'Plan compression' }).count(), 0);
    });
  });
});

describe('the layout', () => {
  test('moves its divider by keyboard and by pointer, and keeps it', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const divider = page.getByRole('separator');
      const width = async () =>
        (await page.getByRole('region', { name: 'Report' }).boundingBox()).width;
      const start = await width();
      await divider.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Shift+ArrowLeft');
      assert.equal(await divider.getAttribute('aria-valuenow'), '42');
      assert.ok((await width()) < start - 100);
      const { x, y } = await divider.boundingBox();
      await page.mouse.move(x, y + 200);
      await page.mouse.down();
      await page.mouse.move(780, y + 200, { steps: 4 });
      await page.mouse.up();
      assert.ok(Math.abs((await width()) - 780) < 3);
      await page.reload();
      assert.ok(Math.abs((await width()) - 780) < 3);
      await page.getByRole('separator').dblclick();
      assert.ok(Math.abs((await width()) - start) < 2);
    });
  });

  for (const [width, height] of [
    [520, 860],
    [600, 640],
    [1300, 700],
  ])
    test(`has the spectrum in sight, ${width} x ${height}, and nothing beside the page`, async () => {
      const opened = pages.standalone(report, { theme: THEMES.dark, width, height });
      await onPage(opened, async (page) => {
        const canvas = page.getByRole('img', { name: /^Spectral density of/ });
        const { y, height: tall } = await canvas.boundingBox();
        assert.ok(y + tall / 2 < height, `the chart is from ${y} to ${y + tall}`);
        for (const tab of [/^Overview/, /^Findings/, /^Layers/, /^Blocks/, /^Depth/]) {
          await chooseTab(page, tab);
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        }
      });
    });
});
