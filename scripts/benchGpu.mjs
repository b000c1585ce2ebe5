import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildKernels } from './kernels.mjs';
import { softwareVulkan } from './softwareVulkan.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * Times the GPU on this machine's adapter, each row beside torch on the same card in the same run where
 * `PYTHON` (default python3) has torch with CUDA.
 *
 *   node scripts/benchGpu.mjs [--rows windows,4096,list] [--repeats 5] [--out FILE.json] [--software]
 *
 * --software takes the software Vulkan of the test host, to see that every row runs; its times mean nothing.
 * With --small every row is cut to a size that it can do.
 */
const options = readOptions(process.argv.slice(2));

function readOptions(args) {
  const value = (name, fallback) => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? fallback : args[at + 1];
  };
  return {
    rows: value('rows', 'selftest,windows,matrix,list').split(','),
    repeats: Number(value('repeats', '5')),
    out: value('out', ''),
    software: args.includes('--software'),
    small: args.includes('--small'),
  };
}

/** The product's own modules, bundled: there is no entry of dist that has all of them. */
async function productModules(folder) {
  const entry = [
    `export { openDawn } from '${ROOT}/src/engine/gpu/openDawn.ts';`,
    `export { acceptAdapter } from '${ROOT}/src/core/linalg/gpu/adapterAcceptance.ts';`,
    `export { gpuBand } from '${ROOT}/src/core/linalg/gpu/gpuBand.ts';`,
    `export { gpuSingularValues, finishHere } from '${ROOT}/src/core/linalg/gpu/gpuSingularValues.ts';`,
    `export { gpuWindowSpectra } from '${ROOT}/src/core/linalg/gpu/gpuWindowSpectra.ts';`,
    `export { loadKernels } from '${ROOT}/src/core/linalg/kernels.ts';`,
    `export { singularValues } from '${ROOT}/src/core/linalg/singularValues.ts';`,
  ].join('\n');
  const outfile = path.join(folder, 'product.mjs');
  await esbuild.build({
    stdin: { contents: entry, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

/** Median of the times in ms, after one run that compiles and warms up. */
async function medianMs(repeats, run) {
  await run();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** float32s that a checkpoint could hold. */
function weights(rows, cols) {
  let state = rows * 31 + cols;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const data = Float64Array.from({ length: rows * cols }, () =>
    Math.fround(Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())),
  );
  return { rows, cols, data };
}

/** torch's times in ms on the same card for a batch of this shape; null where torch or its card is absent. */
function torchMs(batch, rows, cols, repeats) {
  const code = `
import json, time, torch
if not torch.cuda.is_available(): raise SystemExit('no CUDA')
a = torch.randn(${batch}, ${rows}, ${cols}, device='cuda')
def median(f):
    f(); torch.cuda.synchronize(); t = []
    for _ in range(${repeats}):
        s = time.perf_counter(); f(); torch.cuda.synchronize(); t.append(1e3 * (time.perf_counter() - s))
    return sorted(t)[len(t) // 2]
print(json.dumps({'svdvals': median(lambda: torch.linalg.svdvals(a)),
  'eigvalsh': median(lambda: torch.linalg.eigvalsh(a.mT @ a)), 'card': torch.cuda.get_device_name()}))`;
  try {
    const python = process.env.PYTHON ?? 'python3';
    const stdio = ['ignore', 'pipe', 'ignore'];
    return JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8', stdio }));
  } catch {
    return null;
  }
}

function openOptions() {
  if (!options.software) return { from: ROOT };
  const vulkan = softwareVulkan();
  if (!vulkan)
    throw new Error('There is no software Vulkan here: node scripts/e2eHost.mjs installs it.');
  process.env.VK_ICD_FILENAMES = vulkan.driver;
  return { from: ROOT, preload: [vulkan.loader] };
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'eigenscope-bench-'));
const results = [];
try {
  const product = await productModules(folder);
  const wasm = path.join(folder, 'kernels.wasm');
  await buildKernels(wasm);
  const kernels = product.loadKernels(readFileSync(wasm));
  const device = await product.openDawn(openOptions());
  const finish = product.finishHere(kernels);
  const record = (row, ms, target, torch) => {
    const ratio = torch && { svdvals: ms / torch.svdvals, eigvalsh: ms / torch.eigvalsh };
    results.push({ row, ms, target, torch, ratio });
    const beside = torch
      ? `  torch svdvals ${torch.svdvals.toFixed(1)} ms (${ratio.svdvals.toFixed(2)}x), eigvalsh ${torch.eigvalsh.toFixed(1)} ms (${ratio.eigvalsh.toFixed(2)}x)`
      : '  (no torch with CUDA to compare with)';
    console.log(`${row}: ${ms.toFixed(1)} ms, target ${target} ms${beside}`);
  };
  console.log(`${device.adapter.name}, ${device.adapter.driver}, ${device.adapter.backend}`);

  if (options.rows.includes('selftest')) {
    const workers = Math.max(1, os.availableParallelism() - 1);
    const accepted = { kernels, workers, allowSoftware: options.software };
    const report = await product.acceptAdapter(device, accepted);
    console.log(report.reason, `Self-test error: ${report.error}`);
    results.push({ row: 'selftest', report });
  }
  if (options.rows.includes('windows')) {
    const [count, size, step] = options.small ? [4, 64, 16] : [300, 512, 12];
    const source = weights(size + step * count, size);
    const offsets = Array.from({ length: count }, (_, w) => w * step * size);
    const view = { rows: size, cols: size, rowStride: size, colStride: 1, offsets };
    const run = () => product.gpuWindowSpectra(source.data, view, device, finish);
    const torch = torchMs(count, size, size, options.repeats);
    record(`${count} windows of ${size}`, await medianMs(options.repeats, run), 150, torch);
  }
  if (options.rows.includes('matrix')) {
    const size = options.small ? 256 : 4096;
    const matrix = weights(size, size);
    const run = () => product.gpuBand(matrix, device);
    const torch = torchMs(1, size, size, options.repeats);
    record(`${size} x ${size} to band`, await medianMs(options.repeats, run), 400, torch);
    const whole = () => product.gpuSingularValues(matrix, device, finish);
    const ms = await medianMs(options.repeats, whole);
    record(`${size} x ${size}, band finished on one thread`, ms, 400, torch);
  }
  if (options.rows.includes('list')) {
    const layers = options.small ? 1 : 32;
    const side = options.small ? 96 : 4096;
    const tall = options.small ? 258 : 11008;
    const [square, long] = [weights(side, side), weights(tall, side)];
    const start = performance.now();
    for (let layer = 0; layer < layers; layer++) {
      for (let i = 0; i < 4; i++) await product.gpuBand(square, device);
      for (let i = 0; i < 3; i++) await product.gpuBand(long, device);
    }
    const ms = performance.now() - start;
    record(`${7 * layers} matrices of a LLaMA-7B to band, one after the other`, ms, 180_000, null);
  }
  device.destroy();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (options.out !== '') {
  mkdirSync(path.dirname(path.resolve(options.out)), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
}
