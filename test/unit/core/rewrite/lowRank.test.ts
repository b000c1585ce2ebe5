import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import {
  constant,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { integers, op } from '../../../fixtures/onnxParts.ts';
import { floats, indices, runOnnx, type Feeds } from '../../../fixtures/onnxSession.ts';
import { runnableModel, type ValueType } from '../../../fixtures/runnableModel.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { decoded, lowRankValues, planFor, relativeDifference } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const dir = tempFolder();
let files = 0;
const RANK = 3;

/** A weight of exact rank 3 as the matrix of its first axis against the others. */
function planted(name: string, ...dims: readonly number[]): TensorSpec {
  const [rows, ...rest] = dims as [number, ...number[]];
  const cols = rest.reduce((a, b) => a * b, 1);
  return { name, dims, values: lowRankValues(rows, cols, RANK, seededRandom(rows * 31 + cols)) };
}

function bias(length: number): TensorSpec {
  const random = seededRandom(length);
  return {
    name: 'bias',
    dims: [length],
    values: Float32Array.from({ length }, () => random.normal()),
  };
}

interface Case {
  readonly name: string;
  readonly nodes: readonly NodeSpec[];
  readonly initializers: readonly TensorSpec[];
  readonly x: readonly number[];
  /** Operators of the graph afterwards. */
  readonly ops: readonly string[];
  readonly opset?: number;
  readonly ids?: readonly number[];
}

const w = (...dims: readonly number[]): TensorSpec => planted('w', ...dims);

const CASES: readonly Case[] = [
  {
    name: 'MatMul, right side',
    nodes: [op('MatMul', ['x', 'w'], 'y')],
    initializers: [w(24, 32)],
    x: [2, 5, 24],
    ops: ['MatMul', 'MatMul'],
  },
  {
    name: 'MatMul, left side',
    nodes: [op('MatMul', ['w', 'x'], 'y')],
    initializers: [w(24, 32)],
    x: [2, 32, 5],
    ops: ['MatMul', 'MatMul'],
  },
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Case => ({
      name: `Gemm, transA ${transA}, transB ${transB}, alpha, beta and bias`,
      nodes: [
        op('Gemm', ['x', 'w', 'bias'], 'y', {
          transA,
          transB,
          alpha: { float: 0.5 },
          beta: { float: 2 },
        }),
      ],
      initializers: [transB ? w(32, 24) : w(24, 32), bias(32)],
      x: transA ? [24, 5] : [5, 24],
      ops: ['MatMul', 'Gemm'],
    })),
  ),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB): Case => ({
      name: `Gemm, weight first, transA ${transA}, transB ${transB}`,
      nodes: [op('Gemm', ['w', 'x', 'bias'], 'y', { transA, transB, alpha: { float: -3 } })],
      initializers: [transA ? w(24, 32) : w(32, 24), bias(5)],
      x: transB ? [5, 24] : [24, 5],
      ops: ['MatMul', 'Gemm'],
    })),
  ),
  {
    name: 'Gemm of an old operator set, where the bias is not optional',
    nodes: [op('Gemm', ['x', 'w', 'bias'], 'y', { transA: 1 })],
    initializers: [w(24, 32), bias(32)],
    x: [24, 5],
    ops: ['MatMul', 'Gemm'],
    opset: 9,
  },
  {
    name: 'Conv, 2-D, strides, pads and dilations',
    nodes: [
      op('Conv', ['x', 'w', 'bias'], 'y', {
        strides: [2, 1],
        pads: [1, 2, 1, 0],
        dilations: [1, 2],
        kernel_shape: [3, 3],
      }),
    ],
    initializers: [w(16, 8, 3, 3), bias(16)],
    x: [2, 8, 11, 13],
    ops: ['Conv', 'Conv'],
  },
  {
    name: 'Conv, 1-D, automatic padding, no bias',
    nodes: [op('Conv', ['x', 'w'], 'y', { auto_pad: 'SAME_UPPER', strides: [3] })],
    initializers: [w(16, 8, 5)],
    x: [1, 8, 17],
    ops: ['Conv', 'Conv'],
  },
  {
    name: 'Conv, 1 x 1',
    nodes: [op('Conv', ['x', 'w', 'bias'], 'y')],
    initializers: [w(16, 20, 1, 1), bias(16)],
    x: [1, 20, 4, 4],
    ops: ['Conv', 'Conv'],
  },
  {
    name: 'ConvTranspose, 2-D',
    nodes: [
      op('ConvTranspose', ['x', 'w', 'bias'], 'y', { strides: [2, 2], output_padding: [1, 0] }),
    ],
    initializers: [w(16, 8, 3, 3), bias(8)],
    x: [1, 16, 5, 6],
    ops: ['Conv', 'ConvTranspose'],
  },
  {
    name: 'Gather, a table',
    nodes: [op('Gather', ['w', 'ids'], 'e'), op('Add', ['e', 'x'], 'y')],
    initializers: [w(40, 24)],
    x: [1, 24],
    ids: [3, 0, 39, 7, 7],
    ops: ['Gather', 'MatMul', 'Add'],
  },
  {
    name: 'one weight for a product, its transpose and a table',
    nodes: [
      op('Gather', ['w', 'ids'], 'e'),
      op('Add', ['e', 'x'], 'h'),
      op('Gemm', ['h', 'w'], 'logits', { transB: 1 }),
      op('MatMul', ['logits', 'w'], 'y'),
    ],
    initializers: [w(40, 24)],
    x: [1, 24],
    ids: [3, 0, 39],
    ops: ['Transpose', 'Gather', 'MatMul', 'Add', 'MatMul', 'Gemm', 'MatMul', 'MatMul'],
  },
  {
    name: 'a weight that is transposed before it is used is multiplied out',
    nodes: [op('Transpose', ['w'], 't', { perm: [1, 0] }), op('MatMul', ['x', 't'], 'y')],
    initializers: [w(24, 32)],
    x: [5, 32],
    ops: ['MatMul', 'Transpose', 'MatMul'],
  },
  {
    name: 'a weight that is also squared is multiplied out for that node alone',
    nodes: [
      op('MatMul', ['x', 'w'], 'a'),
      op('Mul', ['w', 'w'], 'b'),
      op('MatMul', ['a', 'b'], 'y'),
    ],
    initializers: [w(24, 24)],
    x: [5, 24],
    ops: ['MatMul', 'MatMul', 'MatMul', 'Mul', 'MatMul'],
  },
  {
    name: 'a weight with three axes that a Reshape joins',
    nodes: [op('Reshape', ['w', 'flat'], 'f'), op('MatMul', ['x', 'f'], 'y')],
    initializers: [w(24, 4, 8), integers('flat', 24, 32)],
    x: [5, 24],
    ops: ['MatMul', 'Reshape', 'Reshape', 'MatMul'],
  },
  {
    name: 'a weight in a Constant node',
    nodes: [constant(w(24, 32)), op('MatMul', ['x', 'w'], 'y')],
    initializers: [],
    x: [5, 24],
    ops: ['Constant', 'Constant', 'MatMul', 'MatMul'],
    opset: 9,
  },
];

function write(model: ModelSpec, types: Readonly<Record<string, ValueType>>): string {
  const file = path.join(dir, `${++files}.onnx`);
  fs.writeFileSync(file, runnableModel(model, types));
  return file;
}

const dynamic = (shape: readonly number[]): ValueType => ({ shape: shape.map((_, k) => `d${k}`) });

async function outputsOf(file: string, feeds: Feeds): Promise<Float64Array> {
  return (await runOnnx(file, feeds))['y']!;
}

describe('a weight of exact rank 3 becomes two factors, and the outputs stay', () => {
  test.each(CASES)('$name', async ({ nodes, initializers, x, ops, opset, ids }) => {
    const inputs = ['x', ...(ids ? ['ids'] : [])];
    const model = { nodes, initializers, inputs, outputs: ['y'], opset: { '': opset ?? 17 } };
    const before = await probe(model, x, ids);
    const output = path.join(dir, `${files}-small.onnx`);
    const outcome = rewriteCheckpoint(
      before.file,
      planFor(before.file, () => ({ action: 'lowrank', rank: RANK })),
      output,
      { kernels },
    );
    expect(outcome.layers.map(({ action }) => action)).toEqual(['lowrank']);
    expect(outcome.layers[0]!.relativeError).toBeLessThan(2e-7);
    const small = decoded(output);
    expect(small.graph?.node?.map(({ opType }) => opType)).toEqual(ops);
    expect(outcome.bytes).toBe(fs.statSync(output).size);
    const after = await outputsOf(output, before.feeds);
    expect(relativeDifference(before.outputs, after)).toBeLessThan(1e-5);
    expect(relativeDifference(before.outputs, after)).toBeGreaterThan(0);
  });

  async function probe(
    model: ModelSpec,
    x: readonly number[],
    ids: readonly number[] | undefined,
  ): Promise<{ file: string; feeds: Feeds; outputs: Float64Array }> {
    const y: ValueType = { shape: [] };
    const types = {
      x: dynamic(x),
      ...(ids ? { ids: { dtype: 'int64', shape: ['n'] } as const } : {}),
      y,
    };
    const random = seededRandom(99);
    const feeds = {
      x: floats(x, () => random.normal()),
      ...(ids ? { ids: indices([ids.length], ids) } : {}),
    };
    const file = write(model, types);
    return { file, feeds, outputs: await outputsOf(file, feeds) };
  }
});
