import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { artifactPath } from './artifacts.mjs';
import { assertAccessible } from './axe.mjs';
import { onPage, panelPages } from './panelPages.mjs';
import { chooseTab, layerGrid, paint, readRows } from './reportFrame.mjs';

let pages;
let report;

before(async () => {
  pages = await panelPages();
  report = edgeReport(pages.sampleReport(60));
});
after(() => pages.close());

/** A report with a layer that failed and one whose name is an attack. */
function edgeReport(sample) {
  const layers = [...sample.layers];
  layers[3] = pages.failedLayer(layers[3], 'Three entries of fc2 are NaN.');
  const name = '</script><img src=x onerror=alert(1)>\u202Egnp.exe';
  layers[7] = { ...layers[7], id: name, name, tensor: `${name}${'x'.repeat(10_000)}` };
  return pages.reportOf(layers, { skipped: sample.skipped });
}

const columnOf = (rows, index) => rows.map((cells) => cells[index]);

/** The figures of a column, in the order in which the grid shows them; an en dash is null. */
async function figures(grid, label) {
  const headers = await grid.getByRole('columnheader').allTextContents();
  const rows = await readRows(grid);
  return columnOf(rows, headers.indexOf(label)).map((text) => (text === '–' ? null : Number(text)));
}

const STATES = [
  ['overview', async (page) => chooseTab(page, /^Overview/)],
  [
    'finding',
    async (page) => {
      await chooseTab(page, /^Findings/);
      await page.getByRole('grid', { name: 'Findings' }).getByText('Rank collapse').first().click();
      await page.getByRole('region', { name: 'Chosen finding' }).waitFor();
    },
  ],
  [
    'findings by layer',
    async (page) => {
      await chooseTab(page, /^Findings/);
      await page.getByRole('combobox', { name: 'Group the findings' }).click();
      await page.getByRole('option', { name: 'By layer', exact: true }).click();
      await page.getByRole('treegrid', { name: 'Findings' }).waitFor();
    },
  ],
  ['layers', async (page) => chooseTab(page, /^Layers/)],
  [
    'layers by block',
    async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('checkbox', { name: 'Group by block' }).click();
      await page.getByRole('treegrid', { name: 'Layers' }).waitFor();
    },
  ],
  ['blocks', async (page) => chooseTab(page, /^Blocks/)],
  [
    'columns',
    async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('button', { name: 'Choose columns' }).click();
    },
  ],
  [
    'no match',
    async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('no such layer');
    },
  ],
  [
    'open list',
    async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('combobox', { name: 'Filter by finding' }).click();
    },
  ],
  ['depth', async (page) => chooseTab(page, /^Depth/)],
  [
    'depth as table',
    async (page) => {
      await chooseTab(page, /^Depth/);
      await page.getByRole('button', { name: 'Show as table' }).first().click();
    },
  ],
  [
    'charts as tables',
    async (page) => {
      for (const name of [/^Spectral density/, /^Estimates/, /^KS distance/]) {
        const figure = page.getByRole('figure', { name });
        await figure.getByRole('button', { name: 'Show as table' }).click();
        await figure.getByRole('grid').waitFor();
      }
    },
  ],
  ['skipped', async (page) => chooseTab(page, /^Skipped/)],
  [
    'failed layer',
    async (page) => page.getByRole('button', { name: /Three entries of fc2/ }).click(),
  ],
];

/** What is laid out otherwise beside an editor; the rest is the same at any width. */
function atHalfWidth([state]) {
  return ['overview', 'finding', 'layers', 'blocks', 'depth', 'failed layer'].includes(state);
}

// Each page is a process of the browser, and none of these tests minds another.
describe('the report panel', { concurrency: 2 }, () => {
  for (const [theme, values] of Object.entries(THEMES))
    for (const width of [1300, 520])
      test(`is accessible and keeps its policy in ${theme}, ${width} pixels wide`, async () => {
        for (const [state, enter] of width === 1300 ? STATES : STATES.filter(atHalfWidth))
          await onPage(pages.standalone(report, { theme: values, width }), async (page) => {
            await enter(page);
            await page.screenshot({
              path: artifactPath(
                'report-panel',
                `${theme}-${width}-${state.replaceAll(' ', '-')}.png`,
              ),
            });
            await assertAccessible(page, `${theme}, ${state}`);
          });
      });

  test('is accessible in both themes of its own', async () => {
    for (const colorScheme of ['light', 'dark'])
      await onPage(pages.standalone(report, { colorScheme }), (page) =>
        assertAccessible(page, colorScheme),
      );
  });

  test('says that a model has no weights', async () => {
    const empty = pages.reportOf([], { skipped: report.skipped.slice(0, 2) });
    await onPage(pages.standalone(empty), async (page) => {
      await page
        .getByText('This model has no weights that can be analyzed. Every tensor')
        .waitFor();
      await assertAccessible(page, 'no weights');
      await chooseTab(page, /^Layers/);
      await layerGrid(page).getByText('This model has no weights').waitFor();
      await chooseTab(page, /^Depth/);
      await page.getByText('No layer has this figure.').waitFor();
      await chooseTab(page, /^Skipped/);
      assert.equal((await readRows(page.getByRole('grid', { name: 'Skipped tensors' }))).length, 2);
    });
  });

  test('paints the spectrum of the chosen layer in the colours of the theme', async () => {
    const seen = new Set();
    for (const theme of Object.values(THEMES))
      await onPage(pages.standalone(report, { theme }), async (page) => {
        const canvas = page.getByRole('img', { name: /^Spectral density of/ });
        const { painted, colours } = await paint(canvas);
        assert.ok(painted > 5000, `only ${painted} pixels are painted`);
        seen.add(colours.slice(0, 3).join(' '));
      });
    assert.equal(seen.size, 4, 'two themes look the same');
  });

  test('repaints when the reader changes the theme', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const canvas = page.getByRole('img', { name: /^Spectral density of/ });
      const light = await paint(canvas);
      const theme = page.getByRole('combobox', { name: 'Theme' });
      await theme.focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
      const dark = await paint(canvas);
      assert.notDeepEqual(light.colours.slice(0, 3), dark.colours.slice(0, 3));
      assert.equal(
        await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
        'rgb(31, 31, 31)',
      );
    });
  });

  test('lists every finding, and a click on one shows its layer', async () => {
    await onPage(pages.standalone(report), async (page) => {
      const [layer] = report.layers
        .filter(({ findings }) => findings.some(({ code }) => code === 'rank-collapse'))
        .slice(1);
      await page
        .getByRole('button')
        .filter({ hasText: `${layer.name}has rank` })
        .click();
      await page.getByRole('heading', { level: 2, name: layer.name }).waitFor();
      const shown = page.getByRole('list', { name: 'Findings of this layer' });
      assert.equal(await shown.getByRole('listitem').count(), layer.findings.length);
    });
  });

  test('shows names from the file as text and nothing else', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      const visible = '</script><img src=x onerror=alert(1)>[U+202E]gnp.exe';
      const cell = layerGrid(page).getByRole('gridcell', { name: visible, exact: true });
      await cell.click();
      await page.getByRole('heading', { level: 2, name: visible, exact: true }).waitFor();
      assert.equal(await page.locator('img').count(), 0);
      const detail = await page.getByRole('region', { name: 'Chosen layer' }).boundingBox();
      assert.ok(detail.width < 700, `a long name has stretched the panel to ${detail.width}`);
    });
  });

  test('comes back as it was after a reload', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('fc1');
      const row = layerGrid(page).getByRole('row').nth(4);
      const name = await row.getByRole('gridcell').first().textContent();
      await row.click();
      await page.getByRole('heading', { level: 2, name }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 2, name }).waitFor();
      assert.equal(await page.getByRole('textbox', { name: 'Filter by name' }).inputValue(), 'fc1');
    });
  });
});

describe('the table of layers', () => {
  test('sorts by a click on a header: up, down, and back to the order of the graph', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      const grid = layerGrid(page);
      const header = grid.getByRole('columnheader', { name: 'Alpha', exact: true });
      const inFile = await figures(grid, 'Alpha');
      const known = inFile.filter((value) => value !== null);
      for (const [state, expected] of [
        ['ascending', [...known.toSorted((a, b) => a - b), null]],
        ['descending', [...known.toSorted((a, b) => b - a), null]],
        ['none', inFile],
      ]) {
        await header.getByRole('button').click();
        assert.equal(await header.getAttribute('aria-sort'), state);
        assert.deepEqual(await figures(grid, 'Alpha'), expected);
      }
      assert.equal(inFile.filter((value) => value === null).length, 1);
    });
  });

  test('is reached, sorted, walked and chosen from by keyboard alone', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      const grid = layerGrid(page);
      const active = async () =>
        grid.evaluate((element) =>
          Number(
            document
              .getElementById(element.getAttribute('aria-activedescendant'))
              ?.getAttribute('aria-rowindex'),
          ),
        );
      await page.getByRole('textbox', { name: 'Filter by name' }).focus();
      for (let tabs = 0; !(await grid.evaluate((e) => e === document.activeElement)); tabs++) {
        assert.ok(tabs < 10, 'Tab does not reach the grid');
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Home');
      assert.equal(await active(), 2);
      await page.keyboard.press('ArrowDown');
      assert.equal(await active(), 3);
      await page.keyboard.press('End');
      assert.equal(await active(), 61);
      await page.keyboard.press('PageUp');
      assert.ok((await active()) < 50);
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      const header = grid.getByRole('columnheader', { name: 'Alpha', exact: true });
      assert.equal(await header.getAttribute('aria-sort'), 'ascending');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      const first = grid.locator('[aria-rowindex="2"]');
      assert.equal(await first.getAttribute('aria-selected'), 'true');
      const smallest = report.layers
        .filter((layer) => layer.status === 'ok')
        .toSorted((a, b) => a.fits.powerLaw.alpha - b.fits.powerLaw.alpha)[0];
      await page.getByRole('heading', { level: 2, name: smallest.name }).waitFor();
    });
  });

  test('is filtered by name, role and finding', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      const grid = layerGrid(page);
      const choose = async (name, option) => {
        await page.getByRole('combobox', { name }).click();
        await page.getByRole('option', { name: option, exact: true }).click();
      };
      const expectRows = async (matches) => {
        const expected = report.layers.filter(matches).length;
        await page
          .getByRole('status')
          .filter({ hasText: `${expected} of 60` })
          .waitFor();
        assert.equal((await readRows(grid)).length, expected);
        assert.equal(Number(await grid.getAttribute('aria-rowcount')), expected + 1);
      };
      await choose('Filter by role', 'Convolution');
      await expectRows(({ role }) => role === 'conv');
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('blocks.1');
      await expectRows(({ role, name }) => role === 'conv' && name.includes('blocks.1'));
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('');
      await choose('Filter by role', 'Roles: all');
      await choose('Filter by finding', 'Rank collapse');
      await expectRows(({ findings }) => findings.some(({ code }) => code === 'rank-collapse'));
      await page.getByRole('textbox', { name: 'Filter by name' }).fill('no such layer');
      await grid.getByText('No layer matches the filter.').waitFor();
    });
  });

  test('has the columns a person chooses', async () => {
    await onPage(pages.standalone(report), async (page) => {
      await chooseTab(page, /^Layers/);
      await page.getByRole('button', { name: 'Choose columns' }).click();
      await page.getByRole('checkbox', { name: 'KS distance', exact: true }).click();
      await page.getByRole('checkbox', { name: 'Alpha', exact: true }).click();
      const headers = await layerGrid(page).getByRole('columnheader').allTextContents();
      assert.ok(headers.includes('KS distance'));
      assert.ok(!headers.includes('Alpha'));
      assert.equal(Number(await layerGrid(page).getAttribute('aria-colcount')), headers.length);
      await page.getByRole('button', { name: 'Default columns' }).click();
      await layerGrid(page).getByRole('columnheader', { name: 'Alpha', exact: true }).waitFor();
    });
  });

  test('holds 5,000 layers with a few dozen rows in the page', async () => {
    const large = pages.sampleReport(5000);
    await onPage(pages.standalone(large), async (page) => {
      await chooseTab(page, /^Layers/);
      const grid = layerGrid(page);
      assert.equal(await grid.getAttribute('aria-rowcount'), '5001');
      const most = await grid.evaluate(async (element) => {
        let rows = 0;
        for (let top = 0; top < element.scrollHeight; top += 1700) {
          element.scrollTop = top;
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          rows = Math.max(rows, element.querySelectorAll('[role=row]').length);
        }
        return rows;
      });
      assert.ok(most > 20 && most < 70, `${most} rows were in the page`);
      await grid.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      assert.equal(
        await grid.locator('[aria-rowindex="5001"]').getAttribute('aria-selected'),
        'true',
      );
      await page.getByRole('heading', { level: 2, name: large.layers.at(-1).name }).waitFor();
    });
  });
});
