import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildKernels } from './kernels.mjs';

// Measures the error of fast precision over kinds and sizes: node scripts/fastSweep.mjs [SIZE,ROWSxCOLS] [wasm|ort] [KINDS]
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
// Inside the repository: ONNX Runtime is found from where the program lies.
const output = path.join(root, 'bench-output');
fs.mkdirSync(output, { recursive: true });
const scratch = fs.mkdtempSync(path.join(output, 'sweep-'));
const program = path.join(scratch, 'fastSweep.mjs');
try {
  await buildKernels(scratch);
  await esbuild.build({
    entryPoints: [path.join(root, 'test/bench/fastSweep.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const [sizes = '512,1000,1024,2048', backend = 'wasm', kinds = ''] = process.argv.slice(2);
  const wasm = path.join(scratch, 'kernels-fma.wasm');
  const run = spawnSync(process.execPath, [program, wasm, sizes, backend, kinds], {
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  fs.rmSync(scratch, { recursive: true });
}
