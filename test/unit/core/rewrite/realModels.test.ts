import fs from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { factorShape } from '../../../../src/core/rewrite/factorValues.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { floats, runOnnx, type Feeds } from '../../../fixtures/onnxSession.ts';
import { REAL_MODELS } from '../../../fixtures/realModels.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { decoded, planFor, relativeDifference } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const dir = tempFolder();
const random = seededRandom(17);
const image = (...shape: number[]): Feeds => ({ x: floats(shape, () => random.normal()) });

const speech: Feeds = {
  input: floats([1, 512], () => 0.1 * random.normal()),
  state: floats([2, 1, 128], () => 0),
  sr: new ort.Tensor('int64', BigInt64Array.of(16000n), []),
};

type Choice = ReturnType<Parameters<typeof planFor>[1]>;

/** Factors that lose nothing: what the outputs differ by is rounding. Large weights would take long. */
function fullRank(weight: Weight): Choice {
  const full = Math.min(...factorShape(weight));
  return full > 120 || weight.parameters < 256
    ? { action: 'keep' }
    : { action: 'lowrank', rank: full };
}

const eightBits = ({ parameters }: Weight): Choice =>
  parameters < 4096 ? { action: 'keep' } : { action: 'quantize', bits: 8, block: 0 };

const fewZeros: Choice = { action: 'prune', sparsity: 0.005, pattern: 'unstructured' };

const MODELS = [
  {
    name: 'text recognition: Constant nodes, operator set 9',
    file: REAL_MODELS.ocrRecognition,
    feeds: image(1, 3, 48, 64),
  },
  { name: 'speech detection: branches of If', file: REAL_MODELS.silero5, feeds: speech },
] as const;

const ACTIONS = [
  { name: 'low rank at full rank', choose: fullRank, within: 2e-4, bytes: 3 },
  { name: '8 bits', choose: eightBits, within: 0.15, bytes: 0.7 },
  { name: 'the least values pruned', choose: (): Choice => fewZeros, within: 0.01, bytes: 1 },
];

test.each(MODELS.flatMap((model) => ACTIONS.map((action) => ({ model, action }))))(
  '$model.name, $action.name',
  async ({ model: { file, feeds }, action: { name, choose, within, bytes } }) => {
    const output = path.join(dir, `${path.basename(file)}-${name}.onnx`);
    const outcome = rewriteCheckpoint(file, planFor(file, choose), output, { kernels });
    const size = fs.statSync(output).size;
    expect(size).toBe(outcome.bytes);
    expect(size).toBeLessThanOrEqual(bytes * fs.statSync(file).size);
    expect(decoded(output).graph?.output?.length).toBe(decoded(file).graph?.output?.length);
    const changed = outcome.layers.filter((layer) => layer.action !== 'keep');
    expect(changed.length).toBeGreaterThan(3);
    const kept = outcome.layers.filter(({ action }) => action === 'keep');
    expect(kept.filter(({ note }) => note === '')).toEqual([]);
    const [before, after] = [await runOnnx(file, feeds), await runOnnx(output, feeds)];
    for (const [key, values] of Object.entries(before)) {
      const difference = relativeDifference(values, after[key]!);
      expect(difference).toBeLessThan(within);
      expect(difference).toBeGreaterThan(0);
    }
  },
  60_000,
);

test.each(MODELS)('$name: a plan that keeps everything gives the same bytes', ({ file }) => {
  const output = path.join(dir, `${path.basename(file)}-same.onnx`);
  rewriteCheckpoint(
    file,
    planFor(file, () => ({ action: 'keep' })),
    output,
    { kernels },
  );
  expect(fs.readFileSync(output).equals(fs.readFileSync(file))).toBe(true);
  expect(openCheckpoint(output).weights.length).toBe(openCheckpoint(file).weights.length);
});
