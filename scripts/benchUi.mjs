import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { panelPaint, watchClicks } from '../test/bench/panelPaint.mjs';
import { planSlides } from '../test/bench/planSlide.mjs';
import { chooseEntry, explorerRow, openContextMenu } from '../test/e2e/explorer.mjs';
import { runInExtensionHost } from '../test/e2e/extensionHostRun.mjs';
import { shownReport } from '../test/e2e/reportFrame.mjs';
import { RECOGNITION } from '../test/e2e/sampleWorkspace.mjs';
import { startSession } from '../test/e2e/session.mjs';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const REPEATS = 5;
const PATIENCE_MS = 300_000;
const SLIDE_TARGET_MS = 100;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

await build({ tests: false });
const hosts = await hostFigures();
const paints = await paintFigures();
const slides = await planSlides(REPEATS);
/** Only the plan's slider has a target. */
const rows = [
  row(
    'activation of the extension',
    hosts.map((each) => each.activation),
  ),
  row(
    'first paint of the report panel after the click',
    paints.map((each) => each.first),
  ),
  row(
    'report painted after the click',
    paints.map((each) => each.report),
  ),
  row(
    'longest stall of the extension host, PP-OCRv4 rec analyzed',
    hosts.map((each) => each.stall),
  ),
  row(
    'longest stall of the extension host, nothing of ours',
    hosts.map((each) => each.idleStall),
  ),
  row(
    'plan panel, 300 layers: from a move of the slider to the new figures, the median move',
    slides.map((each) => each.median),
    SLIDE_TARGET_MS,
  ),
  row(
    'plan panel, 300 layers: the longest move of twenty',
    slides.map((each) => each.longest),
    SLIDE_TARGET_MS,
  ),
];
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores`,
  repeats: REPEATS,
  rows,
};
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
fs.writeFileSync(path.join(output, 'bench-ui.json'), `${JSON.stringify(report, null, 2)}\n`);
console.log(report.machine);
console.table(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])));

function row(name, values, target = null) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    name,
    unit: 'ms',
    median: round(median(values)),
    least: round(sorted[0]),
    most: round(sorted.at(-1)),
    target,
  };
}

/** Activation and stalls, each repeat in an extension host and a profile of its own: nothing is cached. */
async function hostFigures() {
  const bundle = path.join(root, 'dist/test/uiHost.cjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'test/bench/uiHost.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const found = [];
  for (let k = 0; k < REPEATS; k++) {
    const { code, written, tail } = await runInExtensionHost(bundle);
    if (code !== 0) throw new Error(`The extension host's run ended with ${code}:\n${tail}`);
    found.push(written);
  }
  return found;
}

/** From a click to what is seen, of a report that is kept: the window is there, the panel's page is new. */
async function paintFigures() {
  const session = await startSession('bench-ui');
  const { page } = session;
  // The analysis that comes first takes what it takes.
  page.setDefaultTimeout(PATIENCE_MS);
  try {
    await watchClicks(page);
    const item = await openContextMenu(page, explorerRow(page, RECOGNITION), 'Analyze Spectrum');
    await chooseEntry(page, item);
    await shownReport(page, RECOGNITION);
    const found = [];
    for (let k = 0; k <= REPEATS; k++) {
      const paint = await panelPaint(page, RECOGNITION);
      // The first warms the browser's caches.
      if (k > 0) found.push(paint);
    }
    return found;
  } finally {
    await session.close();
  }
}

function round(value) {
  return Number(value.toPrecision(3));
}
