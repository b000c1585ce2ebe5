import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { artifactPath } from './artifacts.mjs';
import { onPage } from './panelPages.mjs';
import {
  chart,
  chartDrawn,
  choose,
  facts,
  form,
  grid,
  loaded,
  slider,
  written,
} from './planPage.mjs';
import { FAULT, planPages } from './planPages.mjs';
import { recordingPlanHost } from './recordingPlanHost.mjs';
import { paint, readRows } from './reportFrame.mjs';

let pages;
let source;
let plan;
let onPlan;

before(async () => {
  ({ pages, source, plan, onPlan } = await planPages());
});
after(() => pages.close());

describe('changing a plan in its panel', () => {
  test('follows the slider at once, and writes one plan when it is let go', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      const before = await facts(page).innerText();
      const { x, y, width, height } = await slider(page).boundingBox();
      const at = (share) => page.mouse.move(x + 7 + share * (width - 14), y + height / 2);
      await at(0.75);
      await page.mouse.down();
      const seen = new Set([before]);
      for (const share of [0.7, 0.6, 0.5]) {
        await at(share);
        await facts(page)
          .filter({ hasNotText: [...seen].at(-1) })
          .waitFor();
        seen.add(await facts(page).innerText());
        assert.equal(handlers.written.length, 0, 'nothing is written while the slider moves');
      }
      await page.mouse.up();
      const settled = await written(handlers, 1);
      assert.equal(settled.target.kind, 'parameters');
      const [least, most] = await slider(page).evaluate(({ min, max }) => [
        Number(min),
        Number(max),
      ]);
      const wanted = (least + most) / 2;
      assert.ok(Math.abs(settled.target.value - wanted) < 0.02, String(settled.target.value));
      const { parameters } = settled.achieved;
      assert.ok(parameters[1] <= settled.target.value * parameters[0]);
      assert.deepEqual(settled, pages.samplePlan(source, 'lowrank', settled.target));
    });
  });

  test('is moved by keys, and writes one plan when they rest', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      await slider(page).focus();
      for (let pressed = 0; pressed < 5; pressed++) await page.keyboard.press('ArrowLeft');
      assert.equal(await slider(page).getAttribute('aria-valuetext'), '74.5 %');
      assert.equal((await written(handlers, 1)).target.value, 0.745);
    });
  });

  test('takes a target as a number', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      const field = page.getByRole('textbox', { name: 'Target: Parameters, as a number' });
      await field.fill('62.5');
      await field.press('Enter');
      assert.equal((await written(handlers, 1)).target.value, 0.625);
      await field.fill('many');
      await field.press('Enter');
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal(handlers.written.length, 1);
    });
  });

  test('says what can be met where a target cannot', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      const field = page.getByRole('textbox', { name: 'Target: Parameters, as a number' });
      await field.fill('0.01');
      await field.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'cannot be met' }).waitFor();
      assert.equal(handlers.written.length, 0);
    });
  });

  test('locks a layer as it is; the others then make up for a smaller target', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      const layer = plan.layers.find(({ action }) => action === 'lowrank');
      await page.getByRole('button', { name: `Lock ${layer.name} as it is` }).click();
      const locked = (await written(handlers, 1)).layers.find(({ id }) => id === layer.id);
      assert.equal(locked.locked, true);
      assert.equal(locked.rank, layer.rank);
      const field = page.getByRole('textbox', { name: 'Target: Parameters, as a number' });
      await field.fill('40');
      await field.press('Enter');
      const smaller = await written(handlers, 2);
      assert.equal(smaller.layers.find(({ id }) => id === layer.id).rank, layer.rank);
      assert.ok(smaller.achieved.parameters[1] <= 0.4 * smaller.achieved.parameters[0]);
      await page.getByRole('button', { name: `Unlock ${layer.name}` }).click();
      assert.ok((await written(handlers, 3)).layers.every((each) => !each.locked));
    });
  });

  test('sets a rank by keyboard alone, and keeps a layer whole', async () => {
    await onPlan({}, async (page, { handlers }) => {
      await loaded(page);
      await grid(page).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const [, layer] = plan.layers;
      await form(page).getByRole('heading', { name: layer.name }).waitFor();
      await choose(page, 'Action', 'Low rank');
      const rank = form(page).getByRole('textbox', { name: 'Rank, 1 to 384' });
      await rank.fill('385');
      await form(page)
        .getByRole('button', { name: /^Set it/, disabled: true })
        .waitFor();
      await rank.fill('17');
      await rank.press('Enter');
      const set = (await written(handlers, 1)).layers[1];
      assert.deepEqual([set.action, set.rank, set.locked], ['lowrank', 17, true]);
      await choose(page, 'Action', 'Keep');
      const kept = (await written(handlers, 2)).layers[1];
      assert.deepEqual([kept.action, kept.locked, kept.reason], ['keep', true, 'locked']);
      await form(page).getByRole('checkbox', { name: 'Locked' }).click();
      assert.equal((await written(handlers, 3)).layers[1].locked, false);
    });
  });

  test('draws every method, and plans by the point that is clicked', async () => {
    const seen = new Set();
    for (const theme of Object.values(THEMES))
      await onPlan({ theme }, async (page, { handlers }) => {
        await chartDrawn(page);
        const { painted, colours } = await paint(chart(page).getByRole('img'));
        assert.ok(painted > 2000, `only ${painted} pixels are painted`);
        seen.add(colours.slice(0, 8).join(' '));
        if (theme !== THEMES.dark) return;
        await chart(page).getByRole('button', { name: 'Show as table' }).click();
        const table = chart(page).getByRole('grid');
        const rows = await readRows(table);
        assert.deepEqual(
          [...new Set(rows.map(([method]) => method))],
          ['Error-optimal', 'Uniform', 'Energy', 'WeLore'],
        );
        await table.focus();
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        assert.equal((await written(handlers, 1)).method, 'welore');
      });
    assert.equal(seen.size, 4, 'two themes look the same');
  });

  test('goes by inputs that are chosen, says on how many samples, and by the weights again', async () => {
    const calibration = {
      kind: 'given',
      sources: ['/data/real.npz'],
      rows: false,
      samples: 24,
      dims: {},
      seed: 1,
      sha256: 'c'.repeat(64),
      sensitivity: false,
    };
    const requests = [];
    const overrides = {
      chooseInputs: () => Promise.resolve(['/data/real.npz']),
      source: (request) => {
        requests.push(request.calibrate?.sources ?? null);
        return Promise.resolve(request.calibrate ? { ...source, calibration } : source);
      },
    };
    await onPlan({ overrides }, async (page, { handlers }) => {
      await loaded(page);
      await page.getByText('Errors are those of the weights alone.').waitFor();
      await page.getByRole('button', { name: /^Choose calibration inputs/ }).click();
      const calibrated = await written(handlers, 1);
      assert.deepEqual(calibrated.calibration, calibration);
      await page.getByText('Errors are those of outputs on 24 samples of real.npz.').waitFor();
      await page.screenshot({ path: artifactPath('plan-panel', 'calibrated.png') });
      // What is changed from here on stays by these inputs, which are not run again.
      await loaded(page);
      await choose(page, 'Method', 'Uniform');
      const other = await written(handlers, 2);
      assert.deepEqual([other.method, other.calibration], ['uniform', calibration]);
      assert.deepEqual(requests, [null, ['/data/real.npz']]);
      await page.getByRole('button', { name: /^Plan by the weights alone/ }).click();
      const alone = await written(handlers, 3);
      assert.deepEqual([alone.method, alone.calibration], ['uniform', undefined]);
      await page.getByText('Errors are those of the weights alone.').waitFor();
      await page
        .getByRole('button', { name: /^Plan by the weights alone/ })
        .waitFor({ state: 'detached' });
      assert.deepEqual(requests, [null, ['/data/real.npz'], null]);
    });
  });

  test('turns to another axis, whose errors it gets first', async () => {
    const valued = pages.valuedPlanSource(12);
    const file = pages.samplePlanFile(pages.samplePlan(valued));
    const handlers = recordingPlanHost(file, valued);
    await onPage(pages.hosted(handlers, { panel: 'plan', theme: THEMES.light }), async (page) => {
      await loaded(page);
      for (const [axis, method, needs] of [
        [
          'Sparsity',
          'alpha-linear',
          { spectra: false, estimator: 'hill', pruning: true, levels: false },
        ],
        [
          'Bits',
          'error-optimal',
          { spectra: false, estimator: null, pruning: false, levels: true },
        ],
        [
          'Mixed',
          'error-optimal',
          { spectra: true, estimator: null, pruning: false, levels: true },
        ],
      ]) {
        const count = handlers.written.length;
        await choose(page, 'What is changed', axis);
        const made = await written(handlers, count + 1);
        assert.equal(made.axis, axis.toLowerCase());
        assert.equal(made.method, method);
        assert.deepEqual(handlers.asked.at(-1), { needs });
        await page.screenshot({ path: artifactPath('plan-panel', `axis-${axis}.png`) });
      }
      const [planned] = handlers.written.at(-1).layers;
      const level = valued.weights[0].values.levels.find(
        ({ bits, block }) => bits !== planned.bits || block !== planned.block,
      );
      await grid(page).getByText('w0', { exact: true }).click();
      await choose(page, 'Action', 'Quantize');
      await choose(
        page,
        'Level',
        level.block === 0
          ? `${level.bits} bits, a scale a channel`
          : `${level.bits} bits, blocks of ${level.block}`,
      );
      const { bits, block, locked } = (await written(handlers, 4)).layers[0];
      assert.deepEqual(
        { bits, block, locked },
        { bits: level.bits, block: level.block, locked: true },
      );
    });
  });

  test('shows what another hand has written, and drops what was being tried', async () => {
    await onPlan({}, async (page, { view, handlers }) => {
      await loaded(page);
      const other = pages.samplePlan(source, 'lowrank', { kind: 'parameters', value: 0.3 });
      await view.showFile({ file: pages.samplePlanFile(other) });
      await page.getByText('(30.0 %)').first().waitFor();
      await view.showFile({ file: pages.samplePlanFile(plan, { content: FAULT }) });
      await page.getByRole('button', { name: /^Open as text at line 42/ }).click();
      assert.equal(handlers.asked.at(-1), 'line 42');
      await view.showFile({ file: pages.samplePlanFile(plan) });
      await page.getByText('(75.0 %)').first().waitFor();
      assert.equal(handlers.written.length, 0);
    });
  });

  test('cannot be changed before the spectra are there; loading can be cancelled', async () => {
    let aborted = 0;
    const overrides = {
      source: (_needs, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted++;
            reject(new Error('Cancelled.'));
          });
        }),
    };
    const file = pages.samplePlanFile(plan, { atHand: false });
    await onPlan({ file, overrides }, async (page) => {
      assert.ok(await slider(page).isDisabled());
      await page.getByRole('button', { name: /^Load the spectra/ }).click();
      await page.getByRole('button', { name: 'Cancel loading the spectra' }).click();
      await page.getByRole('button', { name: /^Load the spectra/ }).waitFor();
      assert.equal(aborted, 1);
    });
  });

  test('plans again for a model that has changed, and keeps what is locked', async () => {
    const changed = { ...source, model: { ...source.model, sha256: 'ab'.repeat(32) } };
    const layers = plan.layers.map((layer, k) => (k === 1 ? { ...layer, locked: true } : layer));
    const file = pages.samplePlanFile(
      { ...plan, layers },
      {
        atHand: false,
        model: { state: 'changed', place: '/models/sample.onnx' },
      },
    );
    await onPlan(
      { file, overrides: { source: () => Promise.resolve(changed) } },
      async (page, { handlers }) => {
        await page.getByRole('button', { name: /^Plan again/ }).click();
        const again = await written(handlers, 1);
        assert.equal(again.model.sha256, changed.model.sha256);
        assert.deepEqual(
          [again.layers[1].locked, again.layers[1].rank],
          [true, plan.layers[1].rank],
        );
      },
    );
  });

  test('says why a plan could not be written, and shows what the file holds', async () => {
    const overrides = {
      write: () => Promise.reject(new Error('sample.eigenplan.json is read-only.')),
    };
    await onPlan({ overrides }, async (page) => {
      await loaded(page);
      await slider(page).focus();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('alert').filter({ hasText: 'read-only' }).waitFor();
      assert.equal(await slider(page).getAttribute('aria-valuetext'), '75.0 %');
    });
  });
});
