import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { THEMES } from '../fixtures/themes.mjs';
import { artifactPath } from './artifacts.mjs';
import { assertAccessible } from './axe.mjs';
import { onPage, panelPages } from './panelPages.mjs';
import { readRows } from './reportFrame.mjs';

let pages;
before(async () => {
  pages = await panelPages();
});
after(() => pages.close());

/** The extension's end of the panel, which records what it is asked. */
function recordingHost(shown) {
  const saved = [];
  const asked = [];
  return {
    saved,
    asked,
    verification: () => Promise.resolve(shown),
    save: (file) => {
      saved.push(file);
      return Promise.resolve();
    },
    verifyAgain: () => {
      asked.push('again');
      return Promise.resolve();
    },
  };
}

const opened = (shown, options) =>
  pages.hosted(recordingHost(shown), { panel: 'verification', ...options });

const HOSTILE = '</script><img src=x onerror=alert(1)>\u202Egnp.exe';

const STATES = [
  ['passed', () => ({ verification: pages.sampleVerification(), applied: pages.sampleApplied() })],
  [
    'failed on noise',
    () => ({
      verification: pages.sampleVerification({
        passed: false,
        headline:
          "On synthetic noise, which is weak evidence: rec-half.onnx against rec.onnx failed over 16 samples: output 'hidden': B gives it and A does not.",
        inputs: {
          kind: 'synthetic',
          sources: [],
          samples: 16,
          tensors: [
            { name: 'x', type: 'float32', shape: [1, 3, 48, 8], content: 'uniform in 0 to 1' },
          ],
          dimensions: [{ name: 'batch', length: 1, assumed: true }],
        },
        outputs: [
          pages.sampleOutput(),
          pages.sampleOutput({
            name: HOSTILE,
            distribution: 'none',
            kl: null,
            top1: null,
            cosine: null,
            passed: false,
            nonFinite: { a: 0, b: 12, differing: 12 },
            reason: 'B has 12 values that are NaN or infinite where A has none',
          }),
          pages.sampleOutput({
            name: 'hidden',
            relativeL2: null,
            cosine: null,
            maxAbs: null,
            kl: null,
            top1: null,
            worstSample: null,
            passed: false,
            reason: 'B gives it and A does not',
          }),
        ],
        latency: null,
      }),
      applied: null,
    }),
  ],
  [
    'few samples, equal',
    () => {
      const { inputs, weights } = pages.sampleVerification();
      return {
        verification: pages.sampleVerification({
          inputs: { ...inputs, samples: 3 },
          weights: weights.map((each) => ({ ...each, relativeFrobenius: 0, sqnr: null })),
        }),
        applied: null,
      };
    },
  ],
];

describe('the verification panel', { concurrency: 2 }, () => {
  for (const [theme, values] of Object.entries(THEMES))
    for (const width of [1300, 520])
      test(`is accessible and keeps its policy in ${theme}, ${width} pixels wide`, async () => {
        for (const [state, shown] of STATES)
          await onPage(opened(shown(), { theme: values, width }), async (page) => {
            await page.getByRole('heading', { level: 1, name: 'rec-half.onnx' }).waitFor();
            await page.screenshot({
              path: artifactPath(
                'verification-panel',
                `${theme}-${width}-${state.replaceAll(/[ ,]+/g, '-')}.png`,
              ),
            });
            await assertAccessible(page, `${theme}, ${state}`);
          });
      });

  test('shows verdict, evidence and every figure with its interval', async () => {
    await onPage(opened(STATES[0][1]()), async (page) => {
      const verdict = page.getByRole('region', { name: 'Verdict' });
      assert.match(
        await verdict.innerText(),
        /Passed\s+rec-half\.onnx against rec\.onnx passed over 32 samples:[^]*Evidence: 32 samples of x\.npz\./,
      );
      const cells = await page
        .locator('table.outputs tbody tr')
        .first()
        .locator('th, td')
        .allInnerTexts();
      assert.deepEqual(
        cells.map((text) => text.replace(/\s+/g, ' ').trim()),
        [
          'logits float32 1×40×6625',
          'passed',
          '32',
          '0.01234 0.01023 to 0.01445',
          '0.02371 x.npz[17]',
          '0.999910 0.999870 to 0.999950',
          '0.03120 0.02610 to 0.03630',
          '4.130e-4 3.030e-4 to 5.230e-4',
          '0.9812 0.9702 to 0.9922',
          '0 / 0',
        ],
      );
      const costs = await page.locator('table.models tbody tr').allInnerTexts();
      assert.deepEqual(
        costs.map((text) => text.replace(/\s+/g, ' ').trim()),
        [
          'File size 10.9 MB 10,857,958 bytes 5.52 MB 5,517,402 bytes 50.8 %',
          'Latency, median 32 pairs of runs by turns; threads: 1 21.4 ms quartiles 20.9 to 22.8 13.7 ms quartiles 13.5 to 14.1 0.640 0.631 to 0.652',
          'Peak memory 182 MB 71.0 MB before it was loaded 158 MB 71.0 MB before it was loaded 86.8 %',
        ],
      );
    });
  });

  test('lists the weights with what was predicted beside what was measured, and sorts them', async () => {
    await onPage(opened(STATES[0][1]()), async (page, { state }) => {
      const grid = page.getByRole('grid', { name: 'Weights' });
      const rows = await readRows(grid);
      assert.deepEqual(rows, [
        [
          'head/attention.qkv',
          'rank 32',
          '691 kB to 230 kB',
          '0.08090',
          '0.08091',
          '–',
          '21.84',
          '',
        ],
        [
          'head/fc1.weight',
          '4 bits, blocks of 32',
          '230 kB to 32.4 kB',
          '0.02120',
          '0.02130',
          '0.01065',
          '33.43',
          '',
        ],
        [
          'head/fc2.weight',
          'rank 24',
          '230 kB to 57.6 kB',
          '0.1407',
          '0.1407',
          '0.07035',
          '17.03',
          '',
        ],
        [
          'head/gather.table',
          'kept',
          '80.0 kB',
          '0.3000',
          '–',
          '–',
          '–',
          'not done: the table is shared with the output layer',
        ],
      ]);
      const header = grid.getByRole('columnheader', { name: 'Measured' });
      await header.getByRole('button').click();
      assert.equal(await header.getAttribute('aria-sort'), 'ascending');
      assert.deepEqual(
        (await readRows(grid)).map(([name]) => name),
        ['head/fc1.weight', 'head/attention.qkv', 'head/fc2.weight', 'head/gather.table'],
      );
      assert.deepEqual(state().sort, { column: 'measured', direction: 'ascending' });
    });
  });

  test('says that noise is weak evidence, and why an output failed', async () => {
    await onPage(opened(STATES[1][1]()), async (page) => {
      await page.getByText('Weak evidence', { exact: true }).waitFor();
      await page.getByText(/16 samples of seeded noise\. It shows that the model runs/).waitFor();
      assert.equal(
        await page.locator('table.outputs .output-verdict').nth(1).innerText(),
        'failed',
      );
      await page.getByText(/gnp\.exe: B has 12 values that are NaN/).waitFor();
      await page.getByText('Latency, median').waitFor({ state: 'detached' });
    });
  });

  test('names the execution provider, and what the CPU ran instead', async () => {
    const { settings } = pages.sampleVerification();
    const note =
      '320 of the 359 nodes of rec.onnx ran on webgpu; ONNX Runtime gave the CPU the others: Clip.';
    const verification = pages.sampleVerification({
      settings: { ...settings, provider: 'webgpu' },
      notes: [note],
    });
    await onPage(opened({ verification, applied: null }), async (page) => {
      const facts = page.getByRole('region', { name: 'How it was run' }).getByRole('listitem');
      const texts = await facts.allInnerTexts();
      assert.deepEqual(
        [texts[0], texts.at(-2)],
        [note, 'onnxruntime-node 1.30.0, execution provider webgpu'],
      );
    });
  });

  test('saves the verification as JSON and asks for another', async () => {
    const shown = STATES[0][1]();
    const handlers = recordingHost(shown);
    await onPage(pages.hosted(handlers, { panel: 'verification' }), async (page, { view }) => {
      await page.getByRole('button', { name: 'Save as JSON' }).click();
      await page.getByRole('button', { name: 'Verify again' }).click();
      await page.waitForFunction(() => document.readyState === 'complete');
      await view.showVerification({
        ...shown,
        verification: { ...shown.verification, passed: false, headline: 'another' },
      });
      await page.getByText('another', { exact: true }).waitFor();
      assert.deepEqual(
        handlers.saved.map(({ name, text }) => [name, JSON.parse(text)]),
        [['rec-half.onnx.verification.json', shown.verification]],
      );
      assert.deepEqual(handlers.asked, ['again']);
    });
  });

  test('is a page of its own, in both of its themes', async () => {
    const verification = pages.sampleVerification();
    for (const colorScheme of ['light', 'dark'])
      await onPage(pages.standaloneVerification(verification, { colorScheme }), async (page) => {
        await page.getByText('Passed', { exact: true }).waitFor();
        assert.equal(await page.getByRole('button', { name: 'Verify again' }).count(), 0);
        await page.screenshot({
          path: artifactPath('verification-panel', `standalone-${colorScheme}.png`),
        });
        await assertAccessible(page, colorScheme);
        const download = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Save as JSON' }).click();
        assert.equal((await download).suggestedFilename(), 'rec-half.onnx.verification.json');
      });
  });
});
