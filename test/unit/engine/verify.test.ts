import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/core/checkpoint/openCheckpoint.ts';
import type { Verification } from '../../../src/core/report/verification/verification.ts';
import { DEFAULT_MAX_ERROR, type VerifyRequest } from '../../../src/engine/engineApi.ts';
import type { ModelSpec } from '../../fixtures/onnxModel.ts';
import { floatNpy, zipFile } from '../../fixtures/inputArchives.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';
import { PRODUCT_WEIGHT, verifyRequest, writeProduct } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const verify = (a: string, b: string, changes?: Partial<VerifyRequest>): Promise<Verification> =>
  engine.verify(verifyRequest(a, b, changes));

/** A copy of a model in which every value of a weight is 0. */
function zeroed(model: string, index: number): { readonly file: string; readonly id: string } {
  const weight = openCheckpoint(model).weights[index]!;
  const bytes = fs.readFileSync(model);
  if (weight.storage.encoding !== 'raw') throw new Error('The test needs raw values.');
  for (const { offset, bytes: length } of weight.storage.segments)
    bytes.fill(0, offset, offset + length);
  const file = path.join(folder, `zeroed-${index}-${path.basename(model)}`);
  fs.writeFileSync(file, bytes);
  return { file, id: weight.id };
}

const random = seededRandom(7);

const model = (name: string, changes: Partial<ModelSpec> = {}, weight?: Float64Array): string =>
  writeProduct(folder, name, changes, weight);

const plain = model('plain.onnx');

describe('a model held against itself', () => {
  it.each([
    [
      'PP-OCRv4 recognition',
      REAL_MODELS.ocrRecognition,
      { 'p2o.DynamicDimension.1': 64 },
      ['probabilities'],
    ],
    [
      'PP-OCRv4 detection',
      REAL_MODELS.ocrDetection,
      { 'p2o.DynamicDimension.1': 64, 'p2o.DynamicDimension.2': 96 },
      ['none'],
    ],
    ['Silero v5, with its state', REAL_MODELS.silero5, {}, ['none', 'none']],
  ] as const)('gives exactly 0 on every figure: %s', async (_name, file, dims, distributions) => {
    const found = await verify(file, file, { dims });
    expect(found.passed).toBe(true);
    expect(found.headline).toMatch(/^On synthetic noise, which is weak evidence: /);
    const zero = { mean: 0, low: 0, high: 0, worst: 0, n: 3 };
    const one = { mean: 1, low: 1, high: 1, worst: 1, n: 3 };
    expect(found.outputs.map((output) => output.distribution)).toEqual(distributions);
    for (const output of found.outputs) {
      expect(output).toMatchObject({ relativeL2: zero, maxAbs: zero, cosine: one });
      expect(output.nonFinite).toEqual({ a: 0, b: 0, differing: 0 });
      if (output.distribution === 'probabilities') {
        expect(output.kl).toEqual(zero);
        expect(output.top1).toMatchObject({ mean: 1, worst: 1, n: 3 });
      } else expect([output.kl, output.top1]).toEqual([null, null]);
    }
    expect(found.weights.length).toBeGreaterThan(5);
    expect(new Set(found.weights.map((each) => each.relativeFrobenius))).toEqual(new Set([0]));
    expect(found.latency!.n).toBe(11);
    for (const { peak, baseline } of [found.peakMemory.a, found.peakMemory.b])
      expect(peak).toBeGreaterThan(baseline);
    expect(found.a.bytes).toBe(fs.statSync(file).size);
  });
});

describe('a model with one weight zeroed', () => {
  it.each([
    ['PP-OCRv4 recognition', REAL_MODELS.ocrRecognition, 40],
    ['PP-OCRv4 detection', REAL_MODELS.ocrDetection, 10],
    ['Silero v5, in a branch that is taken', REAL_MODELS.silero5, 14],
  ])('fails, and the weight is named: %s', async (_name, file, index) => {
    const other = zeroed(file, index);
    const found = await verify(file, other.file, { samples: 2 });
    expect(found.passed).toBe(false);
    const changed = found.weights.filter((each) => each.relativeFrobenius !== 0);
    expect(changed).toMatchObject([{ id: other.id, relativeFrobenius: 1, sqnr: 0 }]);
    const [worst] = found.outputs;
    expect(worst!.worstSample!.relativeL2).toBeGreaterThan(DEFAULT_MAX_ERROR);
    expect(worst!.relativeL2!.worst).toBe(worst!.worstSample!.relativeL2);
  });

  it('does not pass where the inputs never reach it', async () => {
    const other = zeroed(REAL_MODELS.silero5, 6);
    const found = await verify(REAL_MODELS.silero5, other.file, { samples: 2 });
    expect(found.outputs.map(({ passed }) => passed)).toEqual([true, true]);
    expect(found.passed).toBe(false);
    expect(found.headline).toMatch(/no output changes by a bit although 1 of 16 weights differ/);
    expect(found.notes.filter((note) => note.includes('branches of If'))).toHaveLength(1);
  });
});

describe('figures of a small model', () => {
  const scaled = model(
    'scaled.onnx',
    {},
    PRODUCT_WEIGHT.map((value) => value * 1.5),
  );
  const file = path.join(folder, 'x.npz');
  const values = Array.from({ length: 20 }, () => random.normal());
  fs.writeFileSync(
    file,
    zipFile([{ name: 'x.npy', bytes: floatNpy([5, 1, 4], values), deflate: true }]),
  );

  it('are those of arithmetic on inputs that are given', async () => {
    const found = await verify(plain, scaled, { inputs: [file], samples: 0 });
    expect(found.inputs).toMatchObject({ kind: 'given', samples: 5, sources: [file] });
    const [output] = found.outputs;
    expect(output!.relativeL2!.mean).toBeCloseTo(0.5, 6);
    expect(output!.cosine!.worst).toBeCloseTo(1, 12);
    const products = Array.from({ length: 5 }, (_, k) =>
      [0, 1, 2].map((j) =>
        [0, 1, 2, 3].reduce((sum, i) => sum + values[4 * k + i]! * PRODUCT_WEIGHT[3 * i + j]!, 0),
      ),
    );
    const largest = products.map((row) => 0.5 * Math.max(...row.map(Math.abs)));
    expect(output!.maxAbs!.worst).toBeCloseTo(Math.max(...largest), 5);
    expect(output!.maxAbs!.mean).toBeCloseTo(largest.reduce((a, b) => a + b, 0) / 5, 5);
    expect(found.headline).toMatch(/^scaled\.onnx against plain\.onnx failed over 5 samples/);
    expect(found.weights).toMatchObject(
      [{ id: 'w', sqnr: 20 * Math.log10(2) }].map(({ id }) => ({ id })),
    );
    expect(found.weights[0]!.sqnr).toBeCloseTo(20 * Math.log10(2), 5);
    expect(found.weights[0]!.relativeSpectral).toBeCloseTo(0.5, 6);
  });

  it('pass under a threshold that allows the difference', async () => {
    expect((await verify(plain, scaled, { maxError: 0.51 })).passed).toBe(true);
    expect((await verify(plain, scaled, { maxError: 0.49 })).passed).toBe(false);
  });

  it('are equal for the same seed, and other for another', async () => {
    const of = async (seed: number) => (await verify(plain, scaled, { seed })).outputs;
    const once = await of(1);
    expect(await of(1)).toEqual(once);
    expect(await of(2)).not.toEqual(once);
  });

  it('read logits where they are told so', async () => {
    const [output] = (await verify(plain, scaled, { logits: ['y'] })).outputs;
    expect(output!.distribution).toBe('logits');
    expect(output!.top1!.mean).toBe(1);
    expect(output!.kl!.mean).toBeGreaterThan(0);
  });

  it('say so where a model differs from itself', async () => {
    const noisy = model('noisy.onnx', {
      nodes: [
        op('MatMul', ['x', 'w'], 'p'),
        op('RandomNormalLike', ['p'], 'r'),
        op('Add', ['p', 'r'], 'y'),
      ],
    });
    const found = await verify(plain, noisy);
    expect(found.passed).toBe(false);
    expect(found.notes.filter((note) => note.includes('when it is run again'))).toEqual([
      `${noisy} gives another 'y' when it is run again on the same sample, so that it differs from itself as well.`,
    ]);
  });
});

describe('inputs and outputs of every element type', () => {
  const types = [
    'float16',
    'float32',
    'float64',
    'int8',
    'int32',
    'int64',
    'uint8',
    'bool',
  ] as const;
  const casts = {
    float16: 10,
    float32: 1,
    float64: 11,
    int8: 3,
    int32: 6,
    int64: 7,
    uint8: 2,
    bool: 9,
  };

  it.each(types)('%s goes in and comes out, and equals itself', async (dtype) => {
    const file = model(`${dtype}.onnx`, {
      nodes: [
        op('Cast', ['x'], 'f', { to: 1 }),
        op('MatMul', ['f', 'w'], 'p'),
        op('Cast', ['p'], 'y', { to: casts[dtype] }),
      ],
      inputs: [{ name: 'x', dims: ['batch', 4], dtype }],
      outputs: [{ name: 'y', dims: ['batch', 3], dtype }],
    });
    const found = await verify(file, file);
    expect(found.inputs.tensors).toMatchObject([{ name: 'x', type: dtype, shape: [1, 4] }]);
    expect(found.outputs).toMatchObject([
      { name: 'y', type: dtype, shape: [1, 3], relativeL2: { worst: 0, n: 3 }, passed: true },
    ]);
  });
});
