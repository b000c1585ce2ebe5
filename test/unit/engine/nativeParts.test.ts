import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, test } from 'vitest';
import { chooseBackend } from '../../../src/engine/chooseBackend.ts';
import { ortVersion } from '../../../src/engine/nativeParts.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

/** A folder of bundles in an installation, with an ONNX Runtime of that version in `modules` of it. */
function installation(modules?: string, version = '1.0.0'): string {
  const folder = tempFolder();
  const dist = path.join(folder, 'dist');
  fs.mkdirSync(dist);
  if (modules !== undefined) {
    const place = path.join(folder, modules, 'onnxruntime-node');
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(
      path.join(place, 'package.json'),
      JSON.stringify({ name: 'onnxruntime-node', version }),
    );
  }
  return dist;
}

test.each([
  ['in the extension', 'dist/native/node_modules', '1.0.0'],
  ['beside the bundles', 'dist/node_modules', '1.0.0'],
  ['in the package of the command line', 'node_modules', '1.0.0'],
  ['nowhere', undefined, undefined],
])('ONNX Runtime is found %s', (_, modules, expected) => {
  expect(ortVersion(installation(modules))).toBe(expected);
});

test('the extension takes its own before one that is installed around it', () => {
  const dist = installation('node_modules', '1.0.0');
  const own = path.join(dist, 'native/node_modules/onnxruntime-node');
  fs.mkdirSync(own, { recursive: true });
  fs.writeFileSync(path.join(own, 'package.json'), '{"version": "2.0.0"}');
  expect(ortVersion(dist)).toBe('2.0.0');
});

test.each(['auto', 'ort'] as const)(
  'where it is absent, %s starts no trial and says that it is absent',
  async (choice) => {
    const dist = installation();
    const script = new URL('file:///nowhere/worker.mjs');
    const build = { name: 'wasm', wasm: new Uint8Array(), reason: '' } as const;
    expect(await chooseBackend({ script, build, choice, dist, cacheDir: '' })).toEqual({
      name: 'wasm',
      reason: 'this installation of Eigenscope has no ONNX Runtime',
    });
  },
);
