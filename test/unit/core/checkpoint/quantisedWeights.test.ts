import { describe, expect, test } from 'vitest';
import type { TensorStorage, Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues, storedRounding } from '../../../../src/core/checkpoint/readValues.ts';
import { writeOnnx, type NodeSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const folder = tempFolder();
const random = seededRandom(11);
const MICROSOFT = 'com.microsoft';
const OPSET = { '': 21, [MICROSOFT]: 1 };

/** Undefined where the optional package is not installed. */
const runtime = await import('onnxruntime-node').catch(() => undefined);

const bytes = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => random.integer(256));
const scaleValues = (count: number): number[] =>
  Array.from({ length: count }, () => Math.fround(0.01 + random.uniform()));

type Dtype = NonNullable<TensorSpec['dtype']>;

/** Codes at random. */
const codes = (name: string, dtype: Dtype, ...dims: readonly number[]): TensorSpec => {
  const bits = BITS[dtype] ?? 8;
  const elements = dims.reduce((all, each) => all * each, 1);
  return { name, dims, dtype, raw: bytes(Math.ceil((elements * bits) / 8)) };
};
const BITS: Readonly<Partial<Record<Dtype, number>>> = { int4: 4, uint4: 4, int16: 16, uint16: 16 };
const scales = (...dims: readonly number[]): TensorSpec => ({
  name: 's',
  dims,
  values: scaleValues(dims.reduce((all, each) => all * each, 1)),
});

interface Case {
  readonly name: string;
  readonly tensors: readonly TensorSpec[];
  /** Makes `y` of the tensors alone: the reference. */
  readonly reference: readonly NodeSpec[];
  /** Uses the weights with data. */
  readonly use: readonly NodeSpec[];
  readonly shape: readonly number[];
  /** The reference has its axes the other way round. */
  readonly transposed?: boolean;
}

const dequantised = (
  name: string,
  tensors: readonly TensorSpec[],
  attributes: NodeSpec['attributes'] = {},
  use = op('MatMul', ['x', 'y'], 'z'),
): Case => {
  const node = op(
    'DequantizeLinear',
    tensors.map((tensor) => tensor.name),
    'y',
    attributes,
  );
  return { name, tensors, reference: [node], use: [node, use], shape: tensors[0]!.dims };
};

function identity(size: number): TensorSpec {
  const values = new Float32Array(size * size);
  for (let k = 0; k < size; k++) values[k * size + k] = 1;
  return { name: 'a', dims: [size, size], values };
}

/** MatMulNBits by an identity, whose result is the transposed weight. */
function bitPacked(bits: number, rows: number, cols: number, block: number, zero: boolean): Case {
  const blocks = Math.ceil(cols / block);
  const tensors: TensorSpec[] = [
    codes('q', 'uint8', rows, blocks, (block * bits) / 8),
    scales(rows, blocks),
    ...(zero ? [codes('z', 'uint8', rows, Math.ceil((blocks * bits) / 8))] : []),
  ];
  const node = (data: string, result: string): NodeSpec =>
    op(
      'MatMulNBits',
      [data, ...tensors.map((tensor) => tensor.name)],
      result,
      { K: cols, N: rows, bits, block_size: block },
      MICROSOFT,
    );
  return {
    name: `MatMulNBits of ${bits} bits, ${rows} x ${cols} in blocks of ${block}${zero ? ', with zero points' : ''}`,
    tensors: [...tensors, identity(cols)],
    reference: [node('a', 'y')],
    use: [node('x', 'z')],
    shape: [rows, cols],
    transposed: true,
  };
}

/** GatherBlockQuantized of every row, which is the table. */
function blockTable(dtype: Dtype, zero: boolean): Case {
  const packed = dtype === 'uint8';
  const tensors: TensorSpec[] = [
    codes('q', dtype, 20, packed ? 32 : 64),
    scales(20, 4),
    ...(zero ? [codes('z', dtype, 20, packed ? 2 : 4)] : []),
  ];
  const ids: TensorSpec = {
    name: 'every',
    dims: [20],
    dtype: 'int64',
    values: Array.from({ length: 20 }, (_, k) => k),
  };
  const node = (from: string, result: string): NodeSpec =>
    op(
      'GatherBlockQuantized',
      ['q', from, 's', ...(zero ? ['z'] : [])],
      result,
      { block_size: 16, quantize_axis: 1, gather_axis: 0, bits: 4 },
      MICROSOFT,
    );
  return {
    name: `GatherBlockQuantized of ${dtype}${zero ? ', with zero points' : ''}`,
    tensors: [...tensors, ids],
    reference: [node('every', 'y')],
    use: [node('ids', 'z')],
    shape: [20, 64],
  };
}

const CASES: readonly Case[] = [
  ...(['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz'] as const).map((dtype) =>
    dequantised(dtype, [codes('q', dtype, 16, 16), scales()]),
  ),
  blockTable('int4', true),
  blockTable('int4', false),
  blockTable('uint4', true),
  blockTable('uint4', false),
  blockTable('uint8', true),
  blockTable('uint8', false),
  dequantised('int8, one scale', [codes('q', 'int8', 12, 10), scales(), codes('z', 'int8')]),
  dequantised('uint8, one scale', [codes('q', 'uint8', 12, 10), scales(), codes('z', 'uint8')]),
  dequantised('int8 without zero point', [codes('q', 'int8', 12, 10), scales()]),
  dequantised(
    'uint8, a scale for each column',
    [codes('q', 'uint8', 12, 10), scales(10), codes('z', 'uint8', 10)],
    { axis: 1 },
  ),
  dequantised(
    'int8, a scale for each row',
    [codes('q', 'int8', 12, 10), scales(12), codes('z', 'int8', 12)],
    { axis: 0 },
  ),
  dequantised(
    'int8 kernel, a scale for each output',
    [codes('q', 'int8', 12, 3, 2, 2), scales(12)],
    { axis: 0 },
    op('Conv', ['x', 'y'], 'z'),
  ),
  dequantised(
    'int4 in blocks of rows',
    [codes('q', 'int4', 12, 10), scales(3, 10), codes('z', 'int4', 3, 10)],
    { axis: 0, block_size: 4 },
  ),
  dequantised(
    'uint4 in blocks of columns',
    [codes('q', 'uint4', 6, 32), scales(6, 2), codes('z', 'uint4', 6, 2)],
    { axis: 1, block_size: 16 },
  ),
  dequantised('int8 in blocks, the last one short', [codes('q', 'int8', 10, 12), scales(4, 12)], {
    axis: 0,
    block_size: 3,
  }),
  dequantised('int16, one scale', [codes('q', 'int16', 12, 10), scales(), codes('z', 'int16')]),
  dequantised('uint16, one scale', [codes('q', 'uint16', 12, 10), scales(), codes('z', 'uint16')]),
  dequantised(
    'a table',
    [codes('q', 'uint8', 40, 12), scales(), codes('z', 'uint8')],
    {},
    op('Gather', ['y', 'ids'], 'z'),
  ),
  bitPacked(4, 12, 64, 32, false),
  bitPacked(4, 12, 64, 16, true),
  bitPacked(4, 9, 80, 32, true),
  bitPacked(8, 12, 64, 32, false),
  bitPacked(8, 12, 64, 32, true),
  bitPacked(2, 12, 64, 32, false),
  bitPacked(2, 12, 128, 32, true),
];

function write(
  name: string,
  tensors: readonly TensorSpec[],
  nodes: readonly NodeSpec[],
  outputs: readonly string[] = [],
) {
  return writeOnnx(folder, `${name.replace(/\W+/g, '-')}.onnx`, {
    opset: OPSET,
    irVersion: 10,
    initializers: tensors,
    nodes,
    outputs,
  });
}

function theWeight(file: string): Weight {
  const { weights } = openCheckpoint(file);
  expect(weights).toHaveLength(1);
  return weights[0]!;
}

/** What ONNX Runtime makes of the tensors. */
async function reference({ name, tensors, reference: nodes }: Case): Promise<Float32Array> {
  const file = write(`${name}-reference`, tensors, nodes, ['y']);
  const session = await runtime!.InferenceSession.create(file, {
    graphOptimizationLevel: 'disabled',
  });
  const { y } = await session.run({});
  return y!.data as Float32Array;
}

describe.skipIf(!runtime)(
  'weights that are quantised have the values that ONNX Runtime gives them',
  () => {
    test.each(CASES.map((each) => [each.name, each] as const))('%s', async (_, each) => {
      const weight = theWeight(write(each.name, each.tensors, each.use));
      expect([weight.tensor, weight.shape, weight.dtype]).toEqual([
        'q',
        each.shape,
        expect.stringMatching(/^(u?int|float8)/),
      ]);
      const values = readValues(weight.storage);
      const expected = await reference(each);
      expect(values.length).toBe(expected.length);
      const [rows, cols] = each.shape as [number, number];
      const tolerance = 1e-6 * Math.max(...expected.filter(Number.isFinite).map(Math.abs));
      for (const [k, value] of values.entries()) {
        const at = each.transposed ? (k % cols) * rows + Math.floor(k / cols) : k;
        if (Number.isFinite(value))
          expect(Math.abs(value - expected[at]!), `element ${k}`).toBeLessThanOrEqual(tolerance);
        else expect(value).toBe(expected[at]);
      }
    });
  },
);

describe('products of integers', () => {
  const q = codes('q', 'int8', 12, 10);
  const signed = Int8Array.from(q.raw!);
  const products: readonly (readonly [string, NodeSpec, string, number])[] = [
    [
      'QLinearMatMul',
      op('QLinearMatMul', ['x', 'xs', 'xz', 'q', 's', 'z', 'ys', 'yz'], 'y'),
      'MatMul',
      0.5,
    ],
    [
      'MatMulInteger, whose scale comes later',
      op('MatMulInteger', ['x', 'q', 'xz', 'z'], 'y'),
      'MatMul',
      1,
    ],
    [
      'DynamicQuantizeMatMul',
      op('DynamicQuantizeMatMul', ['x', 'q', 's', 'z'], 'y', {}, MICROSOFT),
      'MatMul',
      0.5,
    ],
    [
      'MatMulIntegerToFloat',
      op('MatMulIntegerToFloat', ['x', 'q', 'xs', 's', 'xz', 'z'], 'y', {}, MICROSOFT),
      'MatMul',
      0.5,
    ],
  ];
  test.each(products)('%s', (name, node, _, scale) => {
    const s: TensorSpec = { name: 's', dims: [], values: [0.5] };
    const z: TensorSpec = { name: 'z', dims: [], dtype: 'int8', values: [3] };
    const weight = theWeight(write(name, [q, s, z], [node]));
    expect([weight.role, weight.orientation, weight.dtype]).toEqual(['linear', 'in-out', 'int8']);
    expect([...readValues(weight.storage)]).toEqual([...signed].map((code) => (code - 3) * scale));
    expect(variance(weight.storage)).toBeCloseTo(scale ** 2 / 12, 15);
  });

  test('QLinearConv with a scale for each output', () => {
    const kernel = codes('q', 'int8', 4, 3, 2, 2);
    const node = op('QLinearConv', ['x', 'xs', 'xz', 'q', 's', 'z', 'ys', 'yz'], 'y');
    const s: TensorSpec = { name: 's', dims: [4], values: [0.5, 1, 2, 4] };
    const z: TensorSpec = { name: 'z', dims: [4], dtype: 'int8', values: [0, 0, 0, 0] };
    const weight = theWeight(write('QLinearConv', [kernel, s, z], [node]));
    expect([weight.role, weight.op]).toEqual(['conv', 'QLinearConv']);
    expect([...readValues(weight.storage)]).toEqual(
      [...Int8Array.from(kernel.raw!)].map((code, k) => code * [0.5, 1, 2, 4][Math.floor(k / 12)]!),
    );
    expect(variance(weight.storage)).toBeCloseTo((0.25 + 1 + 4 + 16) / 4 / 12, 15);
  });
});

const variance = (storage: TensorStorage): number =>
  storedRounding(storage, readValues(storage), (steps) => steps);

describe('what cannot be told is said', () => {
  const q = codes('q', 'int8', 12, 10);
  const reasons: readonly (readonly [
    string,
    readonly TensorSpec[],
    readonly NodeSpec[],
    RegExp,
  ])[] = [
    [
      'a scale that is computed',
      [q],
      [op('DequantizeLinear', ['q', 'computed'], 'y'), op('MatMul', ['x', 'y'], 'r')],
      /^quantised values whose scale \(DequantizeLinear\) is known only when the model runs$/,
    ],
    [
      'a zero point that is computed',
      [q, scales()],
      [op('DequantizeLinear', ['q', 's', 'computed'], 'y'), op('MatMul', ['x', 'y'], 'r')],
      /whose zero point \(DequantizeLinear\) is known only when the model runs$/,
    ],
    [
      'scales of another length',
      [q, scales(7)],
      [op('DequantizeLinear', ['q', 's'], 'y', { axis: 1 }), op('MatMul', ['x', 'y'], 'r')],
      /^quantised values of shape \[12, 10\] that do not go with their scale and zero point of \[7\] and none \(DequantizeLinear\)$/,
    ],
    [
      'axes that move before they are scaled along one',
      [q, scales(12)],
      [
        op('Transpose', ['q'], 't'),
        op('DequantizeLinear', ['t', 's'], 'y', { axis: 1 }),
        op('MatMul', ['x', 'y'], 'r'),
      ],
      /^its axes are reordered before DequantizeLinear scales them along one$/,
    ],
    [
      'packed rows that are too few',
      [codes('q', 'uint8', 12, 2, 16), scales(12, 2)],
      [
        op(
          'MatMulNBits',
          ['x', 'q', 's'],
          'y',
          { K: 64, N: 13, bits: 4, block_size: 32 },
          MICROSOFT,
        ),
      ],
      /do not go with their scale and zero point/,
    ],
  ];
  test.each(reasons)('%s', (name, tensors, nodes, reason) => {
    const { weights, skipped } = openCheckpoint(write(name, tensors, nodes));
    expect(weights).toEqual([]);
    expect(skipped.find(({ tensor }) => tensor === 'q')?.reason).toMatch(reason);
  });

  test('scales and zero points are no weights', () => {
    const { skipped } = openCheckpoint(
      write(
        'parts',
        [codes('q', 'int4', 12, 10), scales(3, 10), codes('z', 'int4', 3, 10)],
        [
          op('DequantizeLinear', ['q', 's', 'z'], 'y', { axis: 0, block_size: 4 }),
          op('MatMul', ['x', 'y'], 'r'),
        ],
      ),
    );
    expect(skipped.map(({ tensor, reason }) => [tensor, reason])).toEqual([
      ['s', 'a scale, zero point or operand of DequantizeLinear, not a matrix of weights'],
      ['z', 'a scale, zero point or operand of DequantizeLinear, not a matrix of weights'],
    ]);
  });
});
