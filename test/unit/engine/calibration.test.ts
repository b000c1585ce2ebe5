import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GemmLibrary } from '../../../src/core/linalg/gemmLibrary.ts';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import { loadOrt } from '../../../src/core/linalg/ortLibrary.ts';
import { calibrate, calibrationFile, readCalibration } from '../../../src/engine/calibration.ts';
import { writeRemembered } from '../../../src/engine/remembered.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

let kernels: Kernels;
let ort: GemmLibrary;

beforeAll(async () => {
  kernels = await testKernels();
  ort = loadOrt(import.meta.url);
});

describe('the trial of ONNX Runtime', () => {
  const absent = (): GemmLibrary => {
    throw new Error("Cannot find module 'onnxruntime-node'\nRequire stack: many lines");
  };
  const wrong = (): GemmLibrary => ({
    multiply: (form, a, b, y) => {
      ort.multiply(form, a, b, y);
      y.data[0]! *= 1 + 1e-9;
    },
  });
  const slow = (): GemmLibrary => ({
    multiply: (form, a, b, y) => {
      ort.multiply({ ...form, add: false }, a, b, { ...y, data: y.data.slice() });
      for (let k = 0; k < 4; k++)
        ort.multiply({ ...form, add: false }, a, b, { ...y, data: y.data.slice() });
      ort.multiply(form, a, b, y);
    },
  });

  test.each([
    {
      name: 'absent',
      load: absent,
      reason: /cannot be used: Cannot find module 'onnxruntime-node'$/,
    },
    { name: 'wrong in the ninth digit', load: wrong, reason: /wrong products/ },
    { name: 'slow', load: slow, reason: /not faster on this machine \(\d+ ms against \d+ ms\)/ },
  ])('where it is $name says so, and does not use it', ({ load, reason }) => {
    const { useOrt, reason: found } = calibrate(kernels, load, 1);
    expect(useOrt).toBe(false);
    expect(found).toMatch(reason);
  });
});

describe('what the trial found', () => {
  const folder = path.join(tempFolder(), 'cache');

  test('is remembered for one build of the kernels and one ONNX Runtime, and nothing else is left in the folder', () => {
    const file = calibrationFile(folder, Uint8Array.of(1), '1.0.0');
    expect(readCalibration(file)).toBeUndefined();
    writeRemembered(file, { useOrt: false, reason: 'slow' });
    expect(readCalibration(file)).toEqual({ useOrt: false, reason: 'slow' });
    for (const [wasm, ort] of [
      [2, '1.0.0'],
      [1, '1.0.1'],
    ] as const)
      expect(readCalibration(calibrationFile(folder, Uint8Array.of(wasm), ort))).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual([path.basename(file)]);
  });

  test.each(['', '{"useOrt": true', '{"useOrt": "yes", "reason": ""}', '[]'])(
    'is found again where the file holds %j',
    (text) => {
      const file = calibrationFile(folder, Uint8Array.of(3), '1.0.0');
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(file, text);
      expect(readCalibration(file)).toBeUndefined();
    },
  );
});
