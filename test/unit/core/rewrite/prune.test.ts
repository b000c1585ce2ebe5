import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { RewriteError } from '../../../../src/core/rewrite/rewriteError.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { encodeOnnx, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { planFor } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const dir = tempFolder();
let files = 0;

/** [inputs, outputs] = [4, 3]; input by input. */
const VALUES = [1, -9, 3, -4, 2, 8, 7, 5, -6, 0.5, 10, 11];

function pruned(
  tensor: Partial<TensorSpec>,
  pattern: string,
  sparsity = 0.5,
): {
  values: number[];
  outcome: ReturnType<typeof rewriteCheckpoint>;
  file: string;
  output: string;
} {
  const w: TensorSpec = { name: 'w', dims: [4, 3], values: VALUES, ...tensor };
  const file = path.join(dir, `${++files}.onnx`);
  const nodes = [op('MatMul', ['x', 'w'], 'y')];
  fs.writeFileSync(file, encodeOnnx({ nodes, initializers: [w], inputs: ['x'], outputs: ['y'] }));
  const output = path.join(dir, `${files}-pruned.onnx`);
  const plan = planFor(file, () => ({ action: 'prune', sparsity, pattern }));
  const outcome = rewriteCheckpoint(file, plan, output, { kernels });
  const values = [...readValues(openCheckpoint(output).weights[0]!.storage)];
  return { values, outcome, file, output };
}

describe('zeros stand where the magnitudes are least', () => {
  test.each([
    { name: 'half of all', pattern: 'unstructured', sparsity: 0.5, zeros: [0, 2, 3, 4, 7, 9] },
    {
      name: 'a share that is no whole number',
      pattern: 'unstructured',
      sparsity: 0.3,
      zeros: [0, 2, 4, 9],
    },
    { name: 'none', pattern: 'unstructured', sparsity: 0, zeros: [] },
    {
      name: 'two of four inputs of each output',
      pattern: '2:4',
      sparsity: 0.5,
      zeros: [0, 2, 4, 7, 8, 9],
    },
    { name: 'one of two', pattern: '1:2', sparsity: 0.5, zeros: [0, 2, 4, 7, 8, 9] },
    {
      name: 'one of three, the fourth alone',
      pattern: '1:3',
      sparsity: 0.5,
      zeros: [0, 2, 3, 4, 7, 8],
    },
  ])('$name', ({ pattern, sparsity, zeros }) => {
    const expected = VALUES.map((value, k) => (zeros.includes(k) ? 0 : value));
    for (const encoding of ['raw', 'typed'] as const)
      for (const dtype of ['float32', 'float16', 'bfloat16', 'float64'] as const)
        expect(pruned({ encoding, dtype }, pattern, sparsity).values).toEqual(expected);
  });
});

test('the file keeps its size and every other byte; what gzip makes of the values is said', () => {
  const values = Float32Array.from({ length: 4096 }, (_, k) => Math.sin(k * k));
  const { file, output, outcome } = pruned({ dims: [64, 64], values }, 'unstructured');
  const [before, after] = [fs.readFileSync(file), fs.readFileSync(output)];
  expect(after.length).toBe(before.length);
  const { storage } = openCheckpoint(file).weights[0]!;
  if (storage.encoding !== 'raw') throw new Error(`stored as ${storage.encoding}`);
  const { offset } = storage.segments[0]!;
  const changed = [...before.keys()].filter((k) => before[k] !== after[k]);
  expect(changed.every((k) => k >= offset && k < offset + 4 * 4096)).toBe(true);
  const [layer] = outcome.layers;
  expect(layer!.gzip![1]).toBeLessThan(0.65 * layer!.gzip![0]);
  expect(layer!.note).toContain('the file does not shrink');
  const lost = [...values].sort((a, b) => Math.abs(a) - Math.abs(b)).slice(0, 2048);
  const energy = (list: Iterable<number>): number => [...list].reduce((sum, x) => sum + x * x, 0);
  expect(layer!.relativeError).toBeCloseTo(Math.sqrt(energy(lost) / energy(values)), 6);
});

test.each(['0:4', '5:4'])('the pattern %s is none', (pattern) => {
  expect(() => pruned({}, pattern)).toThrow(RewriteError);
  expect(() => pruned({}, pattern)).toThrow(`the pattern ${pattern}, where N:M`);
});
