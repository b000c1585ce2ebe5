import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ensureHost } from '../../scripts/e2eHost.mjs';
import { ownPlatform } from '../../scripts/nativePackages.mjs';
import { REPOSITORY } from './artifacts.mjs';
import { writeLongModel } from './longModel.mjs';
import { notification } from './notifications.mjs';
import { openFile, quickPickRow, runCommand } from './palette.mjs';
import { shownReport } from './reportFrame.mjs';
import { startSession } from './session.mjs';

const MODEL = 'chain.onnx';
const LAYERS = 3;
const LIMIT_MS = 30_000;
const POLL_MS = 50;

let session;
let page;
/** The extension as VS Code has installed it. */
let installed;

before(async () => {
  session = await startSession('native-parts', {
    platform: ownPlatform(),
    fill: (folder) =>
      writeLongModel(path.join(folder, MODEL), { layers: LAYERS, size: 64, seed: 5 }),
  });
  ({ page } = session);
  const { extensions } = session.profile;
  const folder = readdirSync(extensions).find((name) => name.startsWith('eigenscope.eigenscope-'));
  installed = path.join(extensions, folder);
});
after(() => session?.close());

/** Waits for what VS Code does on its own time and shows nowhere. */
async function until(condition) {
  const deadline = Date.now() + LIMIT_MS;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail(`after ${LIMIT_MS} ms still not: ${condition}`);
    await setTimeout(POLL_MS);
  }
}

/** The lines that an editor shows, without the spaces that do not break. */
async function editorText() {
  const lines = await page.locator('.editor-instance .view-line').allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

/** Waits for the page of the self-test. */
async function selfTestPage() {
  await page.locator('.tab').filter({ hasText: 'Compute self-test' }).waitFor();
  await page.locator('.view-line').filter({ hasText: 'multiplying' }).first().waitFor();
  return editorText();
}

describe('the extension made for this platform', () => {
  test('is installed as such, with its native packages', () => {
    const manifest = readFileSync(path.join(installed, '.vsixmanifest'), 'utf8');
    assert.ok(manifest.includes(`TargetPlatform="${ownPlatform()}"`), manifest.slice(0, 600));
    const modules = readdirSync(path.join(installed, 'dist/native/node_modules')).sort();
    assert.deepEqual(modules, [
      '@koromix',
      `bun-webgpu-${ownPlatform()}`,
      'koffi',
      'onnxruntime-common',
      'onnxruntime-node',
    ]);
  });

  test('loads ONNX Runtime and Dawn, and says what each is good for here', async () => {
    await runCommand(page, 'Eigenscope: Compute Self-Test');
    const text = await selfTestPage();
    await session.screenshot('self-test');
    // Slower than the kernels it may be, which only a trial can tell: absent or broken it is not.
    assert.match(text, /multiplying with ort|ONNX Runtime is not faster on this machine/);
    assert.doesNotMatch(text, /cannot be used|has no ONNX Runtime/);
    assert.match(text, /no GPU that WebGPU can use|\| Adapter \|/);
    assert.doesNotMatch(text, /has no native part|has no WebGPU library|does not load/);
  });

  test('analyzes, and its report names the backend of the self-test', async () => {
    const text = await editorText();
    await openFile(page, MODEL);
    await runCommand(page, 'Eigenscope: Analyze Open File');
    await shownReport(page, MODEL);
    const { compute, layers } = session.reports().get(MODEL);
    assert.equal(layers.length, LAYERS);
    assert.ok(text.includes(`multiplying with ${compute.backend}`), `${compute.backend}: ${text}`);
  });

  test('runs models: the command line beside the installed files verifies one', () => {
    const cli = path.join(installed, 'dist/cli.mjs');
    copyFileSync(path.join(REPOSITORY, 'dist/cli.mjs'), cli);
    const model = session.file(MODEL);
    const said = execFileSync(
      ensureHost().node,
      [cli, 'verify', model, model, '--json', '-', '--samples', '2'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const { passed, outputs } = JSON.parse(said);
    assert.equal(passed, true);
    assert.deepEqual(
      outputs.map(({ name }) => name),
      [`x${LAYERS}`],
    );
  });
});

describe('Select Compute Device', () => {
  /** Waits until the settings of the person or, where VS Code keeps the device, of the machine hold it. */
  async function stored(name, value) {
    const files = ['User', 'Machine'].map((owner) =>
      path.join(session.profile.user, owner, 'settings.json'),
    );
    const line = `"${name}": "${value}"`;
    await until(() =>
      files.some((file) => existsSync(file) && readFileSync(file, 'utf8').includes(line)),
    );
  }

  test('marks the choice in force, says of the GPU what the self-test says, and keeps another', async () => {
    await runCommand(page, 'Eigenscope: Select Compute Device');
    const automatic = quickPickRow(page, 'Automatic');
    await automatic.waitFor();
    assert.match(await automatic.innerText(), /in use/);
    assert.match(await quickPickRow(page, 'GPU').innerText(), /WebGPU|adapter|GPU .* used/);
    await session.screenshot('devices');
    await quickPickRow(page, 'CPU').click();
    await stored('eigenscope.device', 'cpu');
    await runCommand(page, 'Eigenscope: Select Compute Device');
    const cpu = quickPickRow(page, 'CPU');
    await cpu.waitFor();
    assert.match(await cpu.innerText(), /in use/);
  });

  test('offers fast precision to who chooses the GPU in exact precision', async () => {
    await quickPickRow(page, 'GPU').click();
    const offer = notification(page, 'A GPU computes in float32');
    await offer.waitFor();
    await offer.locator('.monaco-button').getByText('Use Fast Precision', { exact: true }).click();
    await stored('eigenscope.device', 'gpu');
    await stored('eigenscope.precision', 'fast');
  });
});

describe('all the while', () => {
  test('nothing outside this machine is asked for', () => {
    assert.deepEqual(session.log.outside, []);
    assert.deepEqual(session.log.violations, []);
  });
});
