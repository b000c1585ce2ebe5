import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { artifactPath } from './artifacts.mjs';
import { assertAccessible } from './axe.mjs';
import { chart, chartDrawn, form, grid } from './planPage.mjs';
import { FAULT, planPages } from './planPages.mjs';
import { readRows } from './reportFrame.mjs';

let pages;
let plan;
let onPlan;

before(async () => {
  ({ pages, plan, onPlan } = await planPages());
});
after(() => pages.close());

const STATES = [
  ['plan', {}, chartDrawn],
  [
    'chosen layer',
    {},
    async (page) => {
      await chartDrawn(page);
      await grid(page).getByText('blocks.1.attn.proj').click();
      await form(page)
        .getByRole('heading', { name: /blocks\.1\.attn\.proj/ })
        .waitFor();
    },
  ],
  [
    'chart as table',
    {},
    async (page) => {
      await chartDrawn(page);
      await chart(page).getByRole('button', { name: 'Show as table' }).click();
      await chart(page).getByRole('grid').waitFor();
    },
  ],
  [
    'not loaded',
    { changes: { atHand: false } },
    (page) => page.getByText('Load the Spectra', { exact: true }).waitFor(),
  ],
  [
    'loading',
    {
      overrides: {
        source: (_needs, { onProgress }) =>
          new Promise(() => {
            onProgress({ percent: 40, line: '40 % · 16 of 40 layers · about 20 s left' });
          }),
      },
    },
    (page) => page.getByText('16 of 40 layers').waitFor(),
  ],
  [
    'failed',
    {
      overrides: { source: () => Promise.reject(new Error('sample.onnx is cut off at byte 12.')) },
    },
    (page) => page.getByText('cut off').waitFor(),
  ],
  [
    'model missing',
    { changes: { atHand: false, model: { state: 'missing', place: '/models/sample.onnx' } } },
    (page) => page.getByText('is not there').waitFor(),
  ],
  [
    'model changed',
    { changes: { atHand: false, model: { state: 'changed', place: '/models/sample.onnx' } } },
    (page) => page.getByText('another file').waitFor(),
  ],
  ['fault', { changes: { content: FAULT } }, (page) => page.getByRole('alert').waitFor()],
  [
    'empty',
    { changes: { content: { kind: 'empty' } } },
    (page) => page.getByText('is empty').waitFor(),
  ],
];

/** What is laid out otherwise beside an editor, and what has colours of its own; all else in one theme. */
function statesIn(theme, width) {
  if (theme === 'dark' && width === 1300) return STATES;
  const named = width === 1300 ? ['chosen layer', 'loading', 'model missing', 'fault'] : ['plan'];
  return STATES.filter(([state]) => named.includes(state));
}

describe('the plan panel', () => {
  for (const [theme, values] of Object.entries(THEMES))
    for (const width of [1300, 560])
      test(`is accessible and keeps its policy in ${theme}, ${width} pixels wide`, async () => {
        for (const [state, { changes, overrides }, enter] of statesIn(theme, width))
          await onPlan(
            { file: pages.samplePlanFile(plan, changes), overrides, theme: values, width },
            async (page) => {
              await enter(page);
              await page.screenshot({
                path: artifactPath(
                  'plan-panel',
                  `${theme}-${width}-${state.replaceAll(' ', '-')}.png`,
                ),
              });
              await assertAccessible(page, `${theme}, ${state}`);
              assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
            },
          );
      });

  test('shows what every layer gives up, as the plan has it', async () => {
    await onPlan({}, async (page) => {
      const rows = await readRows(grid(page));
      assert.equal(rows.length, 40);
      const texts = plan.layers.map((layer) =>
        layer.action === 'lowrank' ? `rank ${layer.rank}` : 'kept',
      );
      assert.deepEqual(
        rows.map((cells) => cells[2]),
        texts,
      );
      assert.ok(new Set(texts).size > 5);
    });
  });
});
