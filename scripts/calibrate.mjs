import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { buildKernels } from './kernels.mjs';

// Measures the constants that rest on random matrices: node scripts/calibrate.mjs [REPEATS]
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-calibrate-'));
const program = path.join(scratch, 'gaussianSpread.mjs');
const wasm = path.join(scratch, 'kernels.wasm');
await buildKernels(scratch);
await esbuild.build({
  entryPoints: [path.join(root, 'test/calibration/gaussianSpread.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
});
const run = spawnSync(process.execPath, [program, wasm, process.argv[2] ?? '80'], {
  stdio: 'inherit',
});
fs.rmSync(scratch, { recursive: true });
process.exit(run.status ?? 1);
