import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { artifactPath } from './artifacts.mjs';
import { assertAccessible } from './axe.mjs';
import { onPage, panelPages } from './panelPages.mjs';
import { paint, readRows } from './reportFrame.mjs';

let pages;
let report;

before(async () => {
  pages = await panelPages();
  report = pages.sampleFrontier();
});
after(() => pages.close());

const NAMES = {
  bytes: 'Predicted error against size, by method',
  parameters: 'Predicted error against values that are not zero, by method',
};

async function showTables(page) {
  for (const name of Object.values(NAMES)) {
    const figure = page.getByRole('figure', { name, exact: true });
    await figure.getByRole('button', { name: 'Show as table' }).click();
    await figure.getByRole('grid').waitFor();
  }
}

const shot = (name) => ({ path: artifactPath('frontier-page', `${name}.png`), fullPage: true });

describe('the page of a frontier', () => {
  for (const [theme, values] of Object.entries(THEMES))
    for (const width of [1300, 520])
      test(`is accessible and keeps its policy in ${theme}, ${width} pixels wide`, async () => {
        await onPage(
          pages.frontierPage(report, { theme: values, width, height: 1200 }),
          async (page) => {
            await page.screenshot(shot(`${theme}-${width}`));
            await assertAccessible(page, theme);
            await showTables(page);
            await page.screenshot(shot(`${theme}-${width}-tables`));
            await assertAccessible(page, `${theme}, tables`);
          },
        );
      });

  test('is accessible in both themes of its own', async () => {
    for (const colorScheme of ['light', 'dark'])
      await onPage(pages.frontierPage(report, { colorScheme }), (page) =>
        assertAccessible(page, colorScheme),
      );
  });

  test('draws a line of every method, in the colours of the theme', async () => {
    const seen = new Set();
    for (const theme of Object.values(THEMES))
      await onPage(pages.frontierPage(report, { theme, height: 1200 }), async (page) => {
        for (const name of Object.values(NAMES)) {
          const { painted } = await paint(page.getByRole('img', { name, exact: true }));
          assert.ok(painted > 3000, `${name}: only ${painted} pixels are painted`);
        }
        const { colours } = await paint(page.getByRole('img', { name: NAMES.bytes, exact: true }));
        seen.add(colours.slice(0, 3).join(' '));
        const legend = page.getByRole('figure', { name: NAMES.bytes, exact: true });
        for (const label of ['Low rank, WeLore', 'Bits, Uniform', 'Mixed'])
          await legend.getByRole('button', { name: label }).waitFor();
      });
    assert.equal(seen.size, 4, 'two themes look the same');
  });

  test('has a table of every point, and saves the same figures', async () => {
    await onPage(pages.frontierPage(report, { height: 1200 }), async (page) => {
      const figure = page.getByRole('figure', { name: NAMES.bytes, exact: true });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        figure.getByRole('button', { name: 'Export as CSV' }).click(),
      ]);
      assert.equal(download.suggestedFilename(), 'frontier.csv');
      const saved = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
      const points = report.series
        .filter(({ unit }) => unit === 'bytes')
        .flatMap((line) => line.points);
      assert.equal(saved.length, 1 + points.length);
      await showTables(page);
      const rows = await readRows(figure.getByRole('grid'));
      assert.equal(rows.length, points.length);
      for (const [k, { reachable, bytes, error, best }] of points.entries()) {
        const [, , size, shown, mark] = rows[k];
        assert.equal(mark, reachable ? (best ? 'yes' : '') : 'out of reach');
        if (!reachable) continue;
        const whole = report.model.bytes;
        assert.ok(Math.abs(Number(size) - (100 * bytes) / whole) < 0.01 * Number(size), size);
        assert.ok(Math.abs(Number(shown) - 100 * error) <= 0.01 * Number(shown), shown);
      }
    });
  });

  test('says which axis has nothing to plan, and why, whatever the text', async () => {
    const attack = '</script><img src=x onerror=alert(1)>\u202Egnp.exe';
    const some = pages.sampleFrontier(['lowrank', 'bits'], { lowrank: attack });
    await onPage(pages.frontierPage(some), async (page) => {
      await page.getByText(/Low rank, WeLore is not drawn: no weight may be changed/).waitFor();
      assert.equal(await page.locator('img:not([role])').count(), 0);
      await page.getByRole('img', { name: NAMES.bytes, exact: true }).waitFor();
      assert.equal(await page.getByRole('img', { name: NAMES.parameters }).count(), 0);
    });
  });
});
