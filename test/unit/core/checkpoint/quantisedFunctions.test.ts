import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { writeOnnx, type FunctionSpec, type ModelSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { hasRuntime, runOnnx } from '../../../fixtures/onnxRun.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
const random = seededRandom(3);
const SIZE = 4;
let files = 0;

const body = (
  name: string,
  nodes: FunctionSpec['nodes'],
  inputs: readonly string[] = ['x', 'q', 's', 'z'],
): FunctionSpec => ({ domain: 'pkg', name, inputs, outputs: ['y'], attributes: ['axis'], nodes });

const FUNCTIONS = [
  body('linear', [
    op('DequantizeLinear', ['q', 's', 'z'], 'w', { axis: { ref: 'axis' } }),
    op('MatMul', ['x', 'w'], 'y'),
  ]),
  body('layer', [op('linear', ['x', 'q', 's', 'z'], 'y', { axis: { ref: 'axis' } }, 'pkg')]),
];

const model = (called: string, inputs: readonly string[], axis: number): ModelSpec => ({
  opset: { '': 17, pkg: 1 },
  inputs: ['x'],
  outputs: ['y'],
  functions: FUNCTIONS,
  nodes: [op(called, ['x', ...inputs], 'y', { axis }, 'pkg')],
  initializers: [
    {
      name: 'q',
      dims: [SIZE, SIZE],
      dtype: 'int8',
      values: Array.from({ length: SIZE * SIZE }, () => random.integer(256) - 128),
    },
    { name: 's', dims: [SIZE], values: [0.5, 0.25, 2, 0.125] },
    { name: 'z', dims: [SIZE], dtype: 'int8', values: [1, -2, 3, 4] },
  ],
});

const IDENTITY = {
  dims: [SIZE, SIZE],
  values: Float32Array.from({ length: SIZE * SIZE }, (_, k) => Number(k % (SIZE + 1) === 0)),
};

describe('quantised weights whose scale and zero point are handed to a model-local function', () => {
  const cases: readonly (readonly [string, string, readonly string[], number])[] = [
    ['one function', 'linear', ['q', 's', 'z'], 1],
    ['a function inside a function', 'layer', ['q', 's', 'z'], 0],
  ];
  test.skipIf(!hasRuntime).each(cases)(
    'have the values that ONNX Runtime gives them in %s',
    async (_, called, inputs, axis) => {
      const spec = model(called, inputs, axis);
      const { weights } = openCheckpoint(writeOnnx(dir, `${++files}.onnx`, spec));
      expect(weights.map(({ tensor, op: by }) => `${tensor} ${by}`)).toEqual(['q MatMul']);
      const { y } = await runOnnx(spec, { x: IDENTITY });
      expect(Array.from(readValues(weights[0]!.storage))).toEqual(Array.from(y!));
    },
  );

  test('have none where the call leaves it out', () => {
    const spec = model('linear', ['q', 's', ''], 1);
    const [weight] = openCheckpoint(writeOnnx(dir, `${++files}.onnx`, spec)).weights;
    const stored = spec.initializers![0]!.values!;
    const scales = [0.5, 0.25, 2, 0.125];
    expect(Array.from(readValues(weight!.storage))).toEqual(
      Array.from(stored, (code, k) => code * scales[k % SIZE]!),
    );
  });

  test('are left out where the call computes the scale', () => {
    const spec = model('linear', ['q', 'x', 'z'], 1);
    const { weights, skipped } = openCheckpoint(writeOnnx(dir, `${++files}.onnx`, spec));
    expect(weights).toEqual([]);
    expect(skipped[0]!.reason).toBe(
      'quantised values whose scale (DequantizeLinear) is known only when the model runs',
    );
  });
});

test('the codes of QMoE are told as what they are', () => {
  const nodes = [op('QMoE', ['x', 'p', 'q', 's'], 'y', {}, 'com.microsoft')];
  const initializers = [
    { name: 'q', dims: [2, 3, 4], dtype: 'uint8', values: new Uint8Array(24) },
    { name: 's', dims: [2, 3], values: new Float32Array(6) },
  ] as const;
  const { skipped } = openCheckpoint(writeOnnx(dir, `${++files}.onnx`, { nodes, initializers }));
  expect(skipped.map(({ tensor, reason }) => `${tensor}: ${reason}`)).toEqual([
    'q: the codes of the experts of QMoE, which are not analyzed in this version',
    's: data, scales, biases or zero points of QMoE, no matrix',
  ]);
});
