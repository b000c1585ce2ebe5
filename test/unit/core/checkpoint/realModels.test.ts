import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkpoint, MatrixView } from '../../../../src/core/checkpoint/checkpoint.ts';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { everyTensor, float32Values } from '../../../fixtures/everyTensor.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import { PACKED_MODELS, REAL_MODELS } from '../../../fixtures/realModels.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const folder = tempFolder();

const line = (name: string, shape: readonly number[]): string => `${name} [${shape.join(', ')}]`;

const MODELS: Readonly<Record<string, string | undefined>> = { ...REAL_MODELS, ...PACKED_MODELS };

const COUNTS: readonly (readonly [model: string, weights: number, skipped: number])[] = [
  ['ocrRecognition', 47, 278],
  ['ocrDetection', 64, 278],
  ['ocrDirection', 54, 196],
  ['silero5', 16, 329],
  ['silero6', 16, 329],
  ['sileroLegacy', 52, 211],
  ['mlsd', 41, 62],
  ['blazeFace', 69, 45],
];

describe.each(COUNTS)('%s', (key, weightCount, skippedCount) => {
  const file = MODELS[key];
  if (file === undefined) {
    test.skip('is not there and cannot be fetched', () => undefined);
    return;
  }
  const checkpoint = openCheckpoint(file);
  const tensors = everyTensor(file);

  test('weights and skipped account for every tensor of the file', () => {
    const { weights, skipped } = checkpoint;
    const ours = [...weights, ...skipped].map(({ tensor, shape }) => line(tensor, shape));
    expect(ours.sort()).toEqual(tensors.map(({ name, shape }) => line(name, shape)).sort());
    expect([weights.length, skipped.length]).toEqual([weightCount, skippedCount]);
  });

  test('every weight has the values that onnx-proto reads', () => {
    for (const { tensor, shape, storage } of checkpoint.weights) {
      const found = tensors.find((each) => line(each.name, each.shape) === line(tensor, shape))!;
      const values = Float64Array.from(float32Values(found));
      expect(values.length).toBe(shape.reduce((all, each) => all * each, 1));
      expect(
        Buffer.from(readValues(storage).buffer).equals(Buffer.from(values.buffer)),
        tensor,
      ).toBe(true);
    }
  });

  test('ids and names are unique, and every reason is a phrase', () => {
    const { weights, skipped } = checkpoint;
    expect(new Set(weights.map(({ id }) => id)).size).toBe(weights.length);
    expect(new Set(weights.map(({ name }) => name)).size).toBe(weights.length);
    for (const { reason } of skipped) expect(reason).toMatch(/^[a-zA-Z].{10,}[^.]$/);
  });

  test('parameters are the elements of all its float32 tensors', () => {
    const floats = tensors.filter(({ proto }) => proto.dataType === 1);
    const elements = floats.map(({ shape }) => shape.reduce((all, each) => all * each, 1));
    expect(checkpoint.parameters).toBe(elements.reduce((sum, each) => sum + each, 0));
  });
});

describe('the gates of Silero', () => {
  const GATES = ['gate i', 'gate o', 'gate f', 'gate c'];

  /** The matrix of a view, from values that onnx-proto decoded. */
  const gathered = (values: Float32Array, { rows, cols, ...view }: MatrixView): number[] =>
    Array.from({ length: rows * cols }, (_, k) => {
      const [i, j] = [Math.floor(k / cols), k % cols];
      return values[view.offsets[0]! + i * view.rowStride + j * view.colStride]!;
    });

  test('legacy: each is its rows of W or R, cut by hand', () => {
    const { weights } = openCheckpoint(REAL_MODELS.sileroLegacy);
    const tensors = everyTensor(REAL_MODELS.sileroLegacy);
    const recurrent = weights.filter(({ role }) => role === 'recurrent');
    expect(recurrent).toHaveLength(16);
    for (const weight of recurrent) {
      const tensor = tensors.find(({ name }) => name === weight.tensor)!;
      expect(tensor.shape).toEqual([1, 256, 64]);
      const values = float32Values(tensor);
      const { parts } = matrixViews(weight, 'robust');
      expect(parts.map(({ part }) => part)).toEqual(GATES.map((gate) => `forward, ${gate}`));
      for (const [gate, { view }] of parts.entries()) {
        const byHand = [];
        for (let row = 64 * gate; row < 64 * (gate + 1); row++)
          byHand.push(...values.subarray(64 * row, 64 * (row + 1)));
        expect(gathered(values, view)).toEqual(byHand);
      }
    }
  });

  test.each(['silero5', 'silero6'] as const)(
    '%s: in the order i, f, c, o in which PyTorch stores them, though the graph cuts and joins them',
    (key) => {
      const recurrent = openCheckpoint(REAL_MODELS[key]).weights.filter(
        ({ role }) => role === 'recurrent',
      );
      expect(recurrent.map(({ tensor }) => tensor.split('.').at(-1))).toEqual([
        'weight_ih',
        'weight_hh',
        'weight_ih',
        'weight_hh',
      ]);
      for (const weight of recurrent) {
        const { parts } = matrixViews(weight, 'robust');
        expect(parts.map(({ part, view }) => [part, view.offsets[0], view.rows])).toEqual([
          ['forward, gate i', 0, 128],
          ['forward, gate f', 128 * 128, 128],
          ['forward, gate c', 2 * 128 * 128, 128],
          ['forward, gate o', 3 * 128 * 128, 128],
        ]);
      }
    },
  );
});

const PARTS: readonly (readonly [
  model: string,
  roles: Readonly<Record<string, number>>,
  robust: number,
  compat: number,
])[] = [
  ['ocrRecognition', { conv: 38, linear: 9 }, 37, 47],
  ['ocrDetection', { conv: 64 }, 50, 64],
  ['ocrDirection', { conv: 53, linear: 1 }, 43, 54],
  ['silero5', { conv: 12, recurrent: 4 }, 26, 16],
  ['silero6', { conv: 12, recurrent: 4 }, 26, 16],
  ['sileroLegacy', { conv: 36, recurrent: 16 }, 88, 36],
  ['mlsd', { conv: 41 }, 31, 41],
  ['blazeFace', { conv: 69 }, 37, 69],
];

test.each(PARTS.filter(([model]) => MODELS[model] !== undefined))(
  '%s: roles, and how many matrices they make',
  (key, roles, robust, compat) => {
    const { weights } = openCheckpoint(MODELS[key]!);
    const found: Record<string, number> = {};
    for (const { role } of weights) found[role] = (found[role] ?? 0) + 1;
    expect(found).toEqual(roles);
    for (const [mode, count] of [
      ['robust', robust],
      ['compat', compat],
    ] as const)
      expect(weights.flatMap((weight) => matrixViews(weight, mode).parts)).toHaveLength(count);
  },
);

describe.skipIf(PACKED_MODELS.blazeFace === undefined)('BlazeFace', () => {
  const file = PACKED_MODELS.blazeFace!;

  test('has the layers of TensorFlow for names, and a depthwise convolution for every second one', () => {
    const { weights } = openCheckpoint(file);
    expect(weights.slice(0, 3).map(({ name, groups, shape }) => [name, groups, shape])).toEqual([
      ['functional_1/conv2d', 1, [24, 3, 5, 5]],
      ['functional_1/depthwise_conv2d', 24, [24, 1, 3, 3]],
      ['functional_1/conv2d_1', 1, [24, 24, 1, 1]],
    ]);
    const depthwise = weights.filter(({ groups }) => groups > 1);
    expect(depthwise).toHaveLength(32);
    for (const weight of depthwise)
      expect(matrixViews(weight, 'robust')).toEqual({
        parts: [],
        reason: `a depthwise convolution: each of its ${weight.groups} filters is a vector of 9 values, whose only singular value is its norm`,
      });
  });

  test('reads the same where its weights are moved from raw_data to float_data', () => {
    const model = onnx.ModelProto.decode(fs.readFileSync(file));
    for (const tensor of model.graph!.initializer!)
      if (tensor.dataType === onnx.TensorProto.DataType.FLOAT) {
        tensor.floatData = [...float32Values({ name: '', shape: [], proto: tensor })];
        tensor.rawData = new Uint8Array(0);
      }
    const moved = path.join(folder, 'float_data.onnx');
    fs.writeFileSync(moved, onnx.ModelProto.encode(model).finish());
    const [before, after] = [openCheckpoint(file), openCheckpoint(moved)];
    expect(after.weights.map(({ storage }) => storage.encoding)).toEqual(
      after.weights.map(() => 'float32List'),
    );
    const identities = ({ weights }: Checkpoint) =>
      weights.map(({ storage, ...rest }) => [rest, storage.elements]);
    expect(identities(after)).toEqual(identities(before));
    for (const [k, { storage }] of after.weights.entries())
      expect(readValues(storage)).toEqual(readValues(before.weights[k]!.storage));
  });
});

test('the fused projections of PP-OCRv4 recognition are query, key and value', () => {
  const { weights } = openCheckpoint(REAL_MODELS.ocrRecognition);
  const divided = weights.filter(({ division }) => division !== undefined);
  expect(divided.map(({ name, division }) => [name, division])).toEqual(
    ['linear_77.w_0', 'linear_81.w_0'].map((name) => [
      name,
      {
        batchAxes: 0,
        batchNames: [],
        side: 'cols',
        bands: [
          { name: 'query', start: 0, length: 120 },
          { name: 'key', start: 120, length: 120 },
          { name: 'value', start: 240, length: 120 },
        ],
      },
    ]),
  );
});

describe('what a person reads', () => {
  test('of PP-OCRv4 recognition: the parameters by the names of PaddlePaddle, in the order of the graph', () => {
    const { weights, irVersion, opset, parameters } = openCheckpoint(REAL_MODELS.ocrRecognition);
    expect({ irVersion, opset, parameters }).toEqual({
      irVersion: 8,
      opset: { 'ai.onnx': 9 },
      parameters: 2_690_296,
    });
    const lines = weights.map(
      ({ name, op, shape, groups }) => `${name} ${op} ${shape.join('x')} ${groups}`,
    );
    expect([lines[0], lines[1], lines[2], lines[35], lines[46]]).toEqual([
      'conv2d_10.w_0 Conv 16x3x3x3 1',
      'conv2d_157.w_0 Conv 16x1x3x3 16',
      'conv2d_158.w_0 Conv 32x16x1x1 1',
      'linear_77.w_0 MatMul 120x360 1',
      'linear_85.w_0 MatMul 120x6625 1',
    ]);
  });

  test('of Silero: the module names, with the branch of the sample rate', () => {
    const { weights } = openCheckpoint(REAL_MODELS.silero5);
    expect(weights.map(({ name }) => name).slice(0, 3)).toEqual([
      'stft.forward_basis_buffer (else_branch)',
      'encoder.0.reparam_conv.weight (else_branch)',
      'encoder.1.reparam_conv.weight (else_branch)',
    ]);
  });

  test('of Silero 5 and 6, which are one graph: the same ids', () => {
    const ids = [REAL_MODELS.silero5, REAL_MODELS.silero6].map((file) =>
      openCheckpoint(file).weights.map(({ id }) => id),
    );
    expect(ids[0]).toEqual(ids[1]);
  });

  test('of an LSTM whose tensors have numbers for names: which of them is W, and which R', () => {
    const { weights } = openCheckpoint(REAL_MODELS.sileroLegacy);
    expect(weights.filter(({ role }) => role === 'recurrent').map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^LSTM #1 W/),
        expect.stringMatching(/^LSTM #1 R/),
      ]),
    );
  });
});
