import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { chooseEntry, closeMenu, explorerRow, openContextMenu, showView } from './explorer.mjs';
import { chooseTheme, openFile, runCommand } from './palette.mjs';
import { chooseTab, paint, reportElement, shownReport, spectrumCanvas } from './reportFrame.mjs';
import { RECOGNITION, TRAINING } from './sampleWorkspace.mjs';
import { startSession } from './session.mjs';

const THEMES = [
  { label: 'Dark Modern', kind: 'vscode-dark' },
  { label: 'Light Modern', kind: 'vscode-light' },
  { label: 'Dark High Contrast', kind: 'vscode-high-contrast' },
  { label: 'Light High Contrast', kind: 'vscode-high-contrast-light' },
];
const TABS = ['Overview', 'Findings', 'Layers', 'Depth', 'Skipped'];

let session;
let page;

before(async () => {
  session = await startSession('appearance');
  ({ page } = session);
  await openFile(page, TRAINING);
  const item = await openContextMenu(page, explorerRow(page, RECOGNITION), 'Analyze Spectrum');
  await chooseEntry(page, item);
  await shownReport(page, RECOGNITION);
});
after(() => session?.close());

async function sidebarRow() {
  await showView(page, 'Eigenscope');
  const row = page.locator('.pane-body .monaco-list-row').filter({ hasText: RECOGNITION });
  await row.waitFor();
  return row;
}

describe('in each theme', () => {
  const colours = new Set();
  for (const { label, kind } of THEMES)
    test(`${label}: menu, sidebar and every tab of the report are readable`, async () => {
      const shot = label.toLowerCase().replaceAll(' ', '-');
      await chooseTheme(page, label);
      const frame = await shownReport(page, RECOGNITION);
      await frame.locator(`body.${kind}`).waitFor();

      await showView(page, 'Explorer');
      await openContextMenu(page, explorerRow(page, RECOGNITION), 'Analyze Spectrum');
      await session.screenshot(`${shot}-explorer-menu`);
      await closeMenu(page);

      const row = await sidebarRow();
      if ((await row.getAttribute('aria-expanded')) === 'false')
        await row.locator('.monaco-tl-twistie').click();
      await page.locator('.pane-body .monaco-list-row').filter({ hasText: 'conv2d_10.' }).waitFor();

      for (const tab of TABS) {
        await chooseTab(frame, new RegExp(`^${tab}`));
        await assertAccessible(await reportElement(page), `${label}, ${tab}`);
        await session.screenshot(`${shot}-${tab.toLowerCase()}`);
      }

      const canvas = spectrumCanvas(frame);
      const painting = await paint(canvas);
      assert.ok(painting.painted > 2000, JSON.stringify(painting));
      colours.add(painting.colours.slice(0, 3).join(' '));
    });

  test('the chart has colours of its own in each', () => {
    assert.equal(colours.size, THEMES.length);
  });

  test('the report fills the window when it is alone', async () => {
    await chooseTheme(page, 'Dark Modern');
    await runCommand(page, 'View: Close Primary Side Bar');
    await runCommand(page, 'View: Maximize Editor Group');
    const frame = await shownReport(page, RECOGNITION);
    for (const tab of TABS) {
      await chooseTab(frame, new RegExp(`^${tab}`));
      await session.screenshot(`wide-${tab.toLowerCase()}`);
    }
  });

  test('no content security policy is violated', () => {
    assert.deepEqual(session.log.violations, []);
  });
});
