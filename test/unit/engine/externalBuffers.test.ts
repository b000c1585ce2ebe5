import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { vulkan } from '../../fixtures/softwareGpu.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const COMPILE_MS = 300_000;

/** What a host with a V8 sandbox refuses, under a name that nothing has: whoever calls it ends the process. */
const REFUSED = 'napi_create_external_arraybuffer';
const NOWHERE = 'napi_create_external_arraybuffe_';

/** A folder whose koffi dies when it makes an external ArrayBuffer. */
function hostThatRefuses(folder: string): string {
  const modules = path.join(folder, 'node_modules');
  for (const name of ['koffi', '@koromix/koffi-linux-x64', 'bun-webgpu-linux-x64']) {
    const source = path.join(ROOT, 'node_modules', name);
    fs.cpSync(source, path.join(modules, name), { recursive: true });
  }
  const binary = path.join(modules, '@koromix/koffi-linux-x64/linux_x64/koffi.node');
  const bytes = fs.readFileSync(binary);
  const at = bytes.indexOf(`${REFUSED}\0`);
  expect(at).toBeGreaterThan(0);
  bytes.write(NOWHERE, at);
  fs.writeFileSync(binary, bytes);
  fs.writeFileSync(path.join(folder, 'package.json'), '{}');
  return folder;
}

const SCRIPT = `
import { createRequire } from 'node:module';
import { openDawn } from '${ROOT}/src/engine/gpu/openDawn.ts';
import { gpuProduct } from '${ROOT}/src/core/linalg/gpu/gpuProduct.ts';
const [from, loader] = process.argv.slice(2);
const device = await openDawn({ from, preload: [loader] });
const a = { rows: 2, cols: 2, count: 1, data: Float32Array.of(1, 2, 3, 4) };
const { data } = await gpuProduct(a, a, { transA: false, transB: false }, device);
device.destroy();
console.log([...data].join(' '));
const koffi = createRequire(from + '/package.json')('koffi');
koffi.view(koffi.alloc('char', 8), 8);
console.log('an external ArrayBuffer was made');
`;

test.skipIf(!vulkan)(
  'the GPU works where external ArrayBuffers are refused',
  async () => {
    const folder = hostThatRefuses(tempFolder());
    const outfile = path.join(folder, 'script.mjs');
    await build({
      stdin: { contents: SCRIPT, resolveDir: ROOT, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
    });
    const { stdout, status } = spawnSync(process.execPath, [outfile, folder, vulkan!.loader], {
      encoding: 'utf8',
      env: { ...process.env, VK_ICD_FILENAMES: vulkan!.driver },
    });
    expect(stdout).toBe('7 10 15 22\n');
    expect(status).not.toBe(0);
  },
  COMPILE_MS,
);
