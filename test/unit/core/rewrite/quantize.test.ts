import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { inputLines } from '../../../../src/core/plan/inputLines.ts';
import { measureValues } from '../../../../src/core/plan/measureValues.ts';
import { storedScale } from '../../../../src/core/plan/storedScale.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { constant, type NodeSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { floats, indices, runOnnx } from '../../../fixtures/onnxSession.ts';
import { runnableModel } from '../../../fixtures/runnableModel.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { decoded, planFor, relativeDifference } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const dir = tempFolder();
let files = 0;

interface Case {
  readonly name: string;
  readonly nodes: readonly NodeSpec[];
  readonly dims: readonly number[];
  readonly x: readonly number[];
  readonly opset: number;
  readonly bits: 2 | 4 | 8;
  readonly block: number;
  readonly ops: readonly string[];
  readonly ids?: readonly number[];
  /** The weight is a Constant node. */
  readonly isConstant?: boolean;
  /** Relative error of Gaussian values at these bits: 2^-bits, roughly. */
  readonly error: readonly [number, number];
}

const product = [op('MatMul', ['x', 'w'], 'y')];
const QDQ = ['DequantizeLinear', 'MatMul'];
const [EIGHT, FOUR, TWO] = [
  [0.003, 0.012],
  [0.05, 0.13],
  [0.25, 0.6],
] as const;

const CASES: readonly Case[] = [
  {
    name: '8 bits per channel',
    nodes: product,
    dims: [96, 40],
    x: [3, 96],
    opset: 13,
    bits: 8,
    block: 0,
    ops: QDQ,
    error: EIGHT,
  },
  {
    name: '8 bits per channel, old operator set',
    nodes: product,
    dims: [96, 40],
    x: [3, 96],
    opset: 9,
    bits: 8,
    block: 0,
    ops: QDQ,
    error: EIGHT,
  },
  {
    name: '8 bits in blocks, old operator set',
    nodes: product,
    dims: [96, 40],
    x: [3, 96],
    opset: 9,
    bits: 8,
    block: 32,
    ops: ['MatMulNBits'],
    error: EIGHT,
  },
  {
    name: '8 bits in blocks',
    nodes: product,
    dims: [96, 40],
    x: [3, 96],
    opset: 21,
    bits: 8,
    block: 32,
    ops: ['MatMulNBits'],
    error: EIGHT,
  },
  {
    name: '4 bits in blocks, the last one short',
    nodes: product,
    dims: [80, 40],
    x: [3, 80],
    opset: 21,
    bits: 4,
    block: 32,
    ops: ['MatMulNBits'],
    error: FOUR,
  },
  {
    name: '4 bits in blocks, the last one short, old operator set',
    nodes: product,
    dims: [80, 40],
    x: [3, 80],
    opset: 17,
    bits: 4,
    block: 32,
    ops: ['MatMulNBits'],
    error: FOUR,
  },
  {
    name: '4 bits per channel',
    nodes: product,
    dims: [96, 41],
    x: [3, 96],
    opset: 21,
    bits: 4,
    block: 0,
    ops: QDQ,
    error: FOUR,
  },
  {
    name: '2 bits in blocks',
    nodes: product,
    dims: [96, 40],
    x: [2, 3, 96],
    opset: 17,
    bits: 2,
    block: 16,
    ops: ['MatMulNBits'],
    error: TWO,
  },
  {
    name: 'Gemm with transB, 4 bits in blocks',
    nodes: [op('Gemm', ['x', 'w'], 'y', { transB: 1 })],
    dims: [40, 96],
    x: [3, 96],
    opset: 21,
    bits: 4,
    block: 32,
    ops: ['DequantizeLinear', 'Gemm'],
    error: FOUR,
  },
  {
    name: 'Conv, 8 bits per channel',
    nodes: [op('Conv', ['x', 'w'], 'y')],
    dims: [16, 8, 3, 3],
    x: [1, 8, 6, 6],
    opset: 13,
    bits: 8,
    block: 0,
    ops: ['DequantizeLinear', 'Conv'],
    error: EIGHT,
  },
  {
    name: 'Conv, 4 bits per channel, old operator set',
    nodes: [op('Conv', ['x', 'w'], 'y')],
    dims: [16, 8, 3, 3],
    x: [1, 8, 6, 6],
    opset: 11,
    bits: 4,
    block: 0,
    ops: ['DequantizeLinear', 'Conv'],
    error: FOUR,
  },
  {
    name: 'Conv in groups, 4 bits per channel',
    nodes: [op('Conv', ['x', 'w'], 'y', { group: 2 })],
    dims: [16, 8, 3, 3],
    x: [1, 16, 6, 6],
    opset: 21,
    bits: 4,
    block: 0,
    ops: ['DequantizeLinear', 'Conv'],
    error: FOUR,
  },
  {
    name: 'Conv, 4 bits in blocks of inputs',
    nodes: [op('Conv', ['x', 'w'], 'y')],
    dims: [16, 32, 3, 3],
    x: [1, 32, 6, 6],
    opset: 21,
    bits: 4,
    block: 16,
    ops: ['DequantizeLinear', 'Conv'],
    error: FOUR,
  },
  {
    name: 'ConvTranspose, 8 bits per channel, old operator set',
    nodes: [op('ConvTranspose', ['x', 'w'], 'y')],
    dims: [16, 8, 3, 3],
    x: [1, 16, 6, 6],
    opset: 11,
    bits: 8,
    block: 0,
    ops: ['DequantizeLinear', 'ConvTranspose'],
    error: EIGHT,
  },
  {
    name: 'a table, 4 bits in blocks',
    nodes: [op('Gather', ['w', 'ids'], 'e'), op('Add', ['e', 'x'], 'y')],
    dims: [50, 64],
    x: [1, 64],
    ids: [4, 49],
    opset: 21,
    bits: 4,
    block: 32,
    ops: ['DequantizeLinear', 'Gather', 'Add'],
    error: FOUR,
  },
  {
    name: 'a Constant node of an old operator set',
    nodes: product,
    dims: [96, 40],
    x: [3, 96],
    opset: 9,
    bits: 4,
    block: 32,
    ops: ['Constant', 'Constant', 'MatMulNBits'],
    isConstant: true,
    error: FOUR,
  },
];

/** What the planner measures of the same weight. */
function predicted(file: string, { bits, block }: Case, signed: boolean): number {
  const weight = openCheckpoint(file).weights[0]!;
  const request = {
    lines: inputLines(weight),
    levels: [{ bits, block, bytes: 0 }],
    signed,
    patterns: false,
  };
  const values = readValues(weight.storage);
  return Math.sqrt(measureValues(values, request, storedScale('float32')).levels[0]!.error);
}

describe('a quantised weight is what the model runs with', () => {
  test.each(CASES)('$name', async (given) => {
    const random = seededRandom(given.dims[0]!);
    const size = given.dims.reduce((a, b) => a * b, 1);
    const w: TensorSpec = {
      name: 'w',
      dims: given.dims,
      values: Float32Array.from({ length: size }, () => random.normal()),
    };
    const model = {
      nodes: [...(given.isConstant ? [constant(w)] : []), ...given.nodes],
      initializers: given.isConstant ? [] : [w],
      inputs: ['x', ...(given.ids ? ['ids'] : [])],
      outputs: ['y'],
      opset: { '': given.opset },
      irVersion: given.opset >= 21 ? 10 : 8,
    };
    const bytes = runnableModel(model, {
      x: { shape: given.x },
      ids: { dtype: 'int64', shape: ['n'] },
      y: { shape: given.x.map((_, k) => `y${k}`) },
    });
    const file = path.join(dir, `${++files}.onnx`);
    fs.writeFileSync(file, bytes);
    const output = path.join(dir, `${files}-small.onnx`);
    const { bits, block } = given;
    const { layers } = rewriteCheckpoint(
      file,
      planFor(file, () => ({ action: 'quantize', bits, block })),
      output,
      { kernels },
    );
    const [layer] = layers;
    expect([layer?.action, layer?.note]).toEqual([
      'quantize',
      given.ops.includes('MatMulNBits') || given.opset < (given.bits === 4 ? 21 : 13)
        ? 'uses operators of ONNX Runtime (com.microsoft)'
        : '',
    ]);
    expect(layer!.relativeError).toBeGreaterThan(given.error[0]);
    expect(layer!.relativeError).toBeLessThan(given.error[1]);
    expect(layer!.relativeError).toBeCloseTo(
      predicted(file, given, 'MatMulNBits' === given.ops.at(-1)),
      12,
    );
    const proto = decoded(output);
    expect(proto.graph?.node?.map(({ opType }) => opType)).toEqual(given.ops);
    const feeds = {
      x: floats(given.x, () => random.normal()),
      ...(given.ids ? { ids: indices([given.ids.length], given.ids) } : {}),
    };
    const [before, after] = [await runOnnx(file, feeds), await runOnnx(output, feeds)];
    const difference = relativeDifference(before['y']!, after['y']!);
    expect(difference / layer!.relativeError!).toBeGreaterThan(0.5);
    expect(difference / layer!.relativeError!).toBeLessThan(1.6);
    expect(fs.statSync(output).size).toBeLessThan(fs.statSync(file).size);
  });
});

test('what no operator can store at these bits is left alone, and why is said', () => {
  const kernel: TensorSpec = {
    name: 'w',
    dims: [8, 8, 3, 3],
    values: new Float32Array(576).fill(1),
  };
  const file = path.join(dir, `${++files}.onnx`);
  const model = { nodes: [op('Conv', ['x', 'w'], 'y')], initializers: [kernel], inputs: ['x'] };
  fs.writeFileSync(file, runnableModel(model, { x: { shape: [1, 8, 5, 5] } }));
  const output = path.join(dir, `${files}-same.onnx`);
  const { layers } = rewriteCheckpoint(
    file,
    planFor(file, () => ({ action: 'quantize', bits: 4, block: 32 })),
    output,
    { kernels },
  );
  expect(layers).toMatchObject([{ action: 'keep', relativeError: 0 }]);
  expect(layers[0]!.note).toContain('4 bits in blocks of 32 of float32 in operator set 17');
  expect(fs.readFileSync(output)).toEqual(fs.readFileSync(file));
});
