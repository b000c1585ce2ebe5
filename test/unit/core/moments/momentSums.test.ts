import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readOnnxModel } from '../../../../src/core/checkpoint/onnx/onnxCheckpoint.ts';
import { openRangeReader } from '../../../../src/core/checkpoint/rangeReader.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { outputRoot, seenByOutputs } from '../../../../src/core/linalg/outputRoot.ts';
import { MomentSums, VECTORS_PER_SAMPLE } from '../../../../src/core/moments/momentSums.ts';
import { inputTaps, type WeightTaps } from '../../../../src/core/rewrite/inputTaps.ts';
import type { NumberTensor } from '../../../../src/core/verify/tensorData.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import type { NodeSpec, TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { floats, runOnnx } from '../../../fixtures/onnxSession.ts';
import { runnableModel } from '../../../fixtures/runnableModel.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const dir = tempFolder();
let files = 0;

interface Case {
  readonly name: string;
  readonly node: NodeSpec;
  readonly weight: readonly number[];
  readonly x: readonly number[];
  /** Vectors that x holds. */
  readonly count: number;
}

const gemm = (
  ...[first, second, transA, transB]: readonly [string, string, number, number]
): NodeSpec => op('Gemm', [first, second], 'y', { transA, transB });

const conv = (attributes: NodeSpec['attributes'] = {}): NodeSpec =>
  op('Conv', ['x', 'w'], 'y', attributes);

const CASES: readonly Case[] = [
  {
    name: 'MatMul, right side',
    node: op('MatMul', ['x', 'w'], 'y'),
    weight: [24, 32],
    x: [2, 5, 24],
    count: 10,
  },
  {
    name: 'MatMul, right side of a vector',
    node: op('MatMul', ['x', 'w'], 'y'),
    weight: [24, 32],
    x: [24],
    count: 1,
  },
  {
    name: 'MatMul, left side',
    node: op('MatMul', ['w', 'x'], 'y'),
    weight: [24, 32],
    x: [3, 32, 5],
    count: 15,
  },
  {
    name: 'MatMul, left side of a vector',
    node: op('MatMul', ['w', 'x'], 'y'),
    weight: [24, 32],
    x: [32],
    count: 1,
  },
  { name: 'Gemm', node: gemm('x', 'w', 0, 0), weight: [24, 32], x: [7, 24], count: 7 },
  { name: 'Gemm, transB', node: gemm('x', 'w', 0, 1), weight: [32, 24], x: [7, 24], count: 7 },
  { name: 'Gemm, transA', node: gemm('x', 'w', 1, 0), weight: [24, 32], x: [24, 7], count: 7 },
  { name: 'Gemm, both', node: gemm('x', 'w', 1, 1), weight: [32, 24], x: [24, 7], count: 7 },
  {
    name: 'Gemm, weight first',
    node: gemm('w', 'x', 0, 0),
    weight: [32, 24],
    x: [24, 7],
    count: 7,
  },
  {
    name: 'Gemm, weight first, transA',
    node: gemm('w', 'x', 1, 0),
    weight: [24, 32],
    x: [24, 7],
    count: 7,
  },
  {
    name: 'Gemm, weight first, transB',
    node: gemm('w', 'x', 0, 1),
    weight: [32, 24],
    x: [7, 24],
    count: 7,
  },
  {
    name: 'Gemm, weight first, both',
    node: gemm('w', 'x', 1, 1),
    weight: [24, 32],
    x: [7, 24],
    count: 7,
  },
  { name: 'Conv, 1 x 1', node: conv(), weight: [16, 20, 1, 1], x: [2, 20, 4, 5], count: 40 },
  {
    name: 'Conv, 1-D, SAME_UPPER',
    node: conv({ auto_pad: 'SAME_UPPER', strides: [3] }),
    weight: [16, 8, 5],
    x: [1, 8, 17],
    count: 6,
  },
  {
    name: 'Conv, 1-D, SAME_LOWER of an even kernel',
    node: conv({ auto_pad: 'SAME_LOWER' }),
    weight: [16, 8, 4],
    x: [1, 8, 17],
    count: 17,
  },
  {
    name: 'Conv, VALID',
    node: conv({ auto_pad: 'VALID', strides: [2, 2] }),
    weight: [16, 8, 3, 2],
    x: [1, 8, 7, 9],
    count: 12,
  },
  {
    name: 'Conv, strides, uneven pads and dilations',
    node: conv({ strides: [2, 1], pads: [1, 2, 1, 0], dilations: [1, 2] }),
    weight: [16, 8, 3, 3],
    x: [2, 8, 11, 13],
    count: 2 * 6 * 11,
  },
];

/** What a weight of a model of one node is multiplied with. */
async function tapped({ node, weight, x }: Pick<Case, 'node' | 'weight' | 'x'>) {
  const random = seededRandom(weight.length * 100 + x.length);
  const normal = (): number => Math.fround(random.normal());
  const w: TensorSpec = {
    name: 'w',
    dims: weight,
    values: Float32Array.from({ length: weight.reduce((a, b) => a * b, 1) }, normal),
  };
  const spec = { nodes: [node], initializers: [w], inputs: ['x'], outputs: ['y'] };
  const file = path.join(dir, `${files++}.onnx`);
  fs.writeFileSync(file, runnableModel(spec, { x: { shape: x }, y: { shape: [] } }));
  const feed = floats(x, normal);
  const reader = openRangeReader(file);
  try {
    const model = readOnnxModel(reader);
    const [found] = model.checkpoint.weights;
    const taps = inputTaps(model, found!);
    const y = await runOnnx(file, { x: feed }).then((outputs) => outputs['y']!);
    const tensor: NumberTensor = { type: 'float32', shape: x, values: feed.data as Float32Array };
    return { taps, y, tensor, values: readValues(found!.storage), rows: weight[0]! };
  } finally {
    reader.close();
  }
}

describe('the moment of what a weight is multiplied with', () => {
  test.each(CASES)(
    '$name: gives the energy of the outputs that ONNX Runtime gives',
    async (each) => {
      const { taps, y, tensor, values, rows } = await tapped(each);
      const { side, length, taps: own } = taps as WeightTaps;
      const sums = new MomentSums([{ tap: own[0]!, length }], kernels);
      sums.add({ x: tensor });
      const { count, fault, data, kind } = sums.result(0);
      expect({ count, fault, kind }).toEqual({ count: each.count, fault: '', kind: 'dense' });
      const root = outputRoot({ side, length, kind, data, count }, kernels);
      const matrix = { rows, cols: values.length / rows, data: values };
      const seen = seenByOutputs(matrix, root, kernels).data;
      const energy = (all: Float64Array): number =>
        all.reduce((sum, value) => sum + value * value, 0);
      expect(energy(seen) / energy(y)).toBeCloseTo(1, 5);
    },
  );

  test('is the sum over samples, and of two values each its own', () => {
    const vectors = (axis: 1 | 2) => ({ kind: 'vectors', axis }) as const;
    const specs = [
      { tap: { value: 'a', form: vectors(1) }, length: 2 },
      { tap: { value: 'b', form: vectors(2) }, length: 3 },
    ];
    const sums = new MomentSums(specs, kernels);
    const float = (shape: readonly number[], ...values: number[]): NumberTensor => ({
      type: 'float32',
      shape,
      values: Float32Array.from(values),
    });
    sums.add({ a: float([1, 2], 1, 2), b: float([3, 2], 1, 4, 2, 5, 3, 6) });
    sums.add({ a: float([1, 2], 3, -1), b: float([3, 1], 1, 0, 0) });
    expect(sums.result(0)).toEqual({
      kind: 'dense',
      data: Float64Array.from([10, -1, -1, 5]),
      count: 2,
      fault: '',
    });
    // (1, 2, 3), (4, 5, 6) and (1, 0, 0).
    const expected = [18, 22, 27, 22, 29, 36, 27, 36, 45];
    expect([...sums.result(1).data]).toEqual(expected);
  });

  test('of look-ups is their counts, negative ones from the end', () => {
    const tap = { value: 'ids', form: { kind: 'look-ups', rows: 4 } } as const;
    const sums = new MomentSums([{ tap, length: 4 }], kernels);
    const ids = (...values: number[]): NumberTensor => ({
      type: 'int64',
      shape: [values.length],
      values: BigInt64Array.from(values, BigInt),
    });
    sums.add({ ids: ids(0, 3, 3, -1) });
    expect(sums.result(0)).toEqual({
      kind: 'diagonal',
      data: Float64Array.from([1, 0, 0, 3]),
      count: 4,
      fault: '',
    });
    sums.add({ ids: ids(4) });
    expect(sums.result(0).fault).toMatch(/names the row 4 of its 4/);
  });

  test('says where inputs are not finite', () => {
    const tap = { value: 'a', form: { kind: 'vectors', axis: 1 } } as const;
    const sums = new MomentSums([{ tap, length: 2 }], kernels);
    sums.add({ a: { type: 'float32', shape: [1, 2], values: Float32Array.from([1, NaN]) } });
    expect(sums.result(0).fault).toMatch(/NaN or infinities/);
  });

  test('of many vectors in one sample takes evenly many', () => {
    const tap = { value: 'a', form: { kind: 'vectors', axis: 1 } } as const;
    const sums = new MomentSums([{ tap, length: 1 }], kernels);
    const count = 10 * VECTORS_PER_SAMPLE;
    const values = Float32Array.from({ length: count }, (_, k) => (k < count / 2 ? 1 : 2));
    sums.add({ a: { type: 'float32', shape: [count, 1], values } });
    const { count: taken, data } = sums.result(0);
    expect(taken).toBe(Math.ceil(count / 11));
    expect(data[0]! / taken).toBeCloseTo(2.5, 2);
  });
});

describe('a weight whose inputs cannot be had is refused', () => {
  test.each<[string, Pick<Case, 'node' | 'weight' | 'x'>, RegExp]>([
    [
      'in groups',
      { node: conv({ group: 2 }), weight: [4, 2, 3], x: [1, 4, 9] },
      /each of its 2 groups/,
    ],
    [
      'as a transposed convolution',
      { node: op('ConvTranspose', ['x', 'w'], 'y'), weight: [4, 2, 3], x: [1, 4, 9] },
      /spreads its inputs/,
    ],
    [
      'as a batch',
      { node: op('MatMul', ['x', 'w'], 'y'), weight: [2, 6, 5], x: [2, 3, 6] },
      /batch of matrices/,
    ],
  ])('%s', async (_, each, reason) => {
    const { taps } = await tapped(each);
    expect((taps as { refused: string }).refused).toMatch(reason);
  });
});
