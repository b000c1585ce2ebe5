import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { PlannedAction } from '../../../../src/core/plan/action.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { writeFedModel, type FedModel } from '../../../../src/core/search/fedModel.ts';
import { levelValues } from '../../../../src/core/search/levelValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { constant, encodeOnnx, writeOnnx, type ModelSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { floats, runOnnx } from '../../../fixtures/onnxSession.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { namesIn, planFor, relativeDifference } from '../rewrite/rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const folder = tempFolder();
let files = 0;
const place = (): string => {
  const own = path.join(folder, String(files++));
  fs.mkdirSync(own);
  return own;
};

const random = seededRandom(11);
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.normal() / 4);
const weight = (name: string, ...dims: number[]) => ({
  name,
  dims,
  values: values(dims.reduce((a, b) => a * b, 1)),
});

/** x is [2, 64] and y some function of it. */
const plain: ModelSpec = {
  nodes: [op('MatMul', ['x', 'w'], 'h'), op('Tanh', ['h'], 't'), op('MatMul', ['t', 'v'], 'y')],
  initializers: [weight('w', 64, 48), weight('v', 48, 64)],
  inputs: [{ name: 'x', dims: [2, 64] }],
  outputs: [{ name: 'y', dims: [2, 64] }],
};

const inBranches: ModelSpec = {
  nodes: [
    op('ReduceSum', ['x'], 's', { keepdims: 0 }),
    op('Greater', ['s', 'zero'], 'c'),
    {
      op: 'If',
      inputs: ['c'],
      outputs: ['y'],
      attributes: {
        then_branch: {
          graph: {
            name: 'then',
            nodes: [op('MatMul', ['x', 'w'], 'a')],
            initializers: [weight('w', 64, 64)],
            outputs: [{ name: 'a', dims: [2, 64] }],
          },
        },
        else_branch: {
          graph: {
            name: 'else',
            nodes: [constant(weight('w', 64, 64)), op('MatMul', ['x', 'w'], 'b')],
            outputs: [{ name: 'b', dims: [2, 64] }],
          },
        },
      },
    },
  ],
  initializers: [{ name: 'zero', dims: [], values: [0] }],
  inputs: [{ name: 'x', dims: [2, 64] }],
  outputs: [{ name: 'y', dims: [2, 64] }],
};

const convolution: ModelSpec = {
  nodes: [
    op('Reshape', ['x', 'shape'], 'r'),
    op('Conv', ['r', 'k'], 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    op('Flatten', ['c'], 'f'),
    op('Gemm', ['f', 'g'], 'y', { transB: 1 }),
  ],
  initializers: [
    { name: 'shape', dims: [4], dtype: 'int64', values: [2, 16, 2, 2] },
    weight('k', 40, 16, 3, 3),
    weight('g', 64, 160),
  ],
  inputs: [{ name: 'x', dims: [2, 64] }],
  outputs: [{ name: 'y', dims: [2, 64] }],
};

const MODELS: readonly (readonly [string, ModelSpec])[] = [
  ['initialisers', plain],
  [
    'initialisers that are listed as inputs, as IR 3 has them',
    {
      ...plain,
      irVersion: 3,
      opset: { '': 8 },
      inputs: [
        { name: 'x', dims: [2, 64] },
        { name: 'w', dims: [64, 48] },
        { name: 'v', dims: [48, 64] },
      ],
    },
  ],
  [
    'Constant nodes',
    {
      ...plain,
      initializers: [],
      nodes: [
        constant(weight('w', 64, 48)),
        ...plain.nodes!.slice(0, 2),
        constant(weight('v', 48, 64)),
        plain.nodes![2]!,
      ],
    },
  ],
  ['both branches of an If, of one name', inBranches],
  ['kernels and a transposed Gemm', convolution],
  [
    'a weight that two nodes take, one of them as a result',
    {
      ...plain,
      nodes: [...plain.nodes!, op('Identity', ['w'], 'copy')],
      outputs: [...plain.outputs!, { name: 'copy', dims: [64, 48] }],
    },
  ],
];

/** Outputs of the copy that is fed with what an action makes of each weight. */
async function fedOutputs(
  fed: FedModel,
  copy: string,
  x: ort.Tensor,
  actionOf: (id: string) => PlannedAction,
): Promise<Readonly<Record<string, Float64Array>>> {
  const feeds: Record<string, ort.Tensor> = { x };
  for (const each of fed.weights)
    feeds[each.name] = new ort.Tensor(
      each.type as 'float32',
      levelValues(each, actionOf(each.id), { kernels }) as Float32Array,
      each.weight.shape,
    );
  return runOnnx(copy, feeds);
}

/** By default ONNX Runtime rounds to 8 bits what is multiplied by a weight that it finds quantised by channel. */
const WHOLE_INPUTS = { extra: { session: { qdq_matmulnbits_accuracy_level: '0' } } };

const inputs = [0, 1].map((k) => {
  const next = seededRandom(20 + k);
  // The first goes to one branch of If, the second to the other.
  return floats([2, 64], () => (k === 0 ? 1 : -1) * Math.abs(next.normal()));
});

describe.each(MODELS)('a copy whose weights are inputs: %s', (_, spec) => {
  it('gives the outputs of the original, fed with its own weights', async () => {
    const file = writeOnnx(place(), 'm.onnx', spec);
    const ids = openCheckpoint(file).weights.map(({ id }) => id);
    const copy = path.join(place(), 'copy.onnx');
    const fed = writeFedModel(file, ids, copy);
    expect(fed.weights.map(({ id }) => id)).toEqual(ids);
    expect(ids).toHaveLength(2);
    expect(fs.statSync(copy).size).toBeLessThan(fs.statSync(file).size / 4);
    for (const x of inputs) {
      const expected = await runOnnx(file, { x });
      const found = await fedOutputs(fed, copy, x, () => ({ action: 'keep' }));
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const name of Object.keys(expected))
        expect(relativeDifference(expected[name]!, found[name]!)).toBeLessThan(1e-6);
    }
  });

  it.each<[string, PlannedAction]>([
    ['rank 9', { action: 'lowrank', rank: 9 }],
    ['zeros', { action: 'prune', sparsity: 0.6, pattern: 'unstructured' }],
    ['2 of 4', { action: 'prune', sparsity: 0.5, pattern: '2:4' }],
    ['8 bits a channel', { action: 'quantize', bits: 8, block: 0 }],
  ])('fed with %s gives what the rewritten file gives', async (_name, action) => {
    const file = writeOnnx(place(), 'm.onnx', {
      ...spec,
      ...(spec.irVersion === 3 ? { opset: { '': 13 } } : {}),
    });
    const ids = openCheckpoint(file).weights.map(({ id }) => id);
    const own = place();
    const copy = path.join(own, 'copy.onnx');
    const fed = writeFedModel(file, ids, copy);
    const written = path.join(own, 'written.onnx');
    const plan = planFor(file, () => action);
    const { layers } = rewriteCheckpoint(file, plan, written, { kernels });
    expect(layers.map((layer) => layer.action)).toEqual(ids.map(() => action.action));
    for (const x of inputs) {
      const before = await runOnnx(file, { x });
      const expected = await runOnnx(written, { x }, WHOLE_INPUTS);
      const found = await fedOutputs(fed, copy, x, () => action);
      expect(relativeDifference(before['y']!, expected['y']!)).toBeGreaterThan(1e-3);
      expect(relativeDifference(expected['y']!, found['y']!)).toBeLessThan(1e-5);
    }
  });
});

describe('bits in blocks', () => {
  it.each([
    [2, 32],
    [4, 32],
    [4, 128],
    [8, 32],
  ] as const)('%i in %i are fed as MatMulNBits computes with them', async (bits, block) => {
    const file = writeOnnx(place(), 'm.onnx', plain);
    const own = place();
    const copy = path.join(own, 'copy.onnx');
    const fed = writeFedModel(file, ['w', 'v'], copy);
    const action: PlannedAction = { action: 'quantize', bits, block };
    const written = path.join(own, 'written.onnx');
    rewriteCheckpoint(
      file,
      planFor(file, () => action),
      written,
      { kernels },
    );
    const [x] = inputs;
    const expected = await runOnnx(written, { x: x! });
    const found = await fedOutputs(fed, copy, x!, () => action);
    expect(relativeDifference(expected['y']!, found['y']!)).toBeLessThan(1e-5);
  });
});

describe('a copy', () => {
  it('takes external data along, but for the weights that are fed', async () => {
    const own = place();
    const [w, v] = plain.initializers as [ReturnType<typeof weight>, ReturnType<typeof weight>];
    fs.writeFileSync(
      path.join(own, 'm.data'),
      new Uint8Array(Buffer.concat([bytesOf(w), bytesOf(v)])),
    );
    const at = (offset: number, length: number) => ({
      location: 'm.data',
      offset: String(offset),
      length: String(length),
    });
    const size = 4 * 48 * 64;
    const file = writeOnnx(own, 'm.onnx', {
      ...plain,
      initializers: [
        { name: 'w', dims: [64, 48], external: at(0, size) },
        { name: 'v', dims: [48, 64], external: at(size, size) },
      ],
    });
    const target = place();
    const copy = path.join(target, 'copy.onnx');
    const fed = writeFedModel(file, ['v'], copy);
    expect(namesIn(target)).toEqual(['copy.onnx', 'copy.onnx.data']);
    expect(fs.statSync(`${copy}.data`).size).toBe(size);
    const [x] = inputs;
    const expected = await runOnnx(file, { x: x! });
    const found = await fedOutputs(fed, copy, x!, () => ({ action: 'keep' }));
    expect(relativeDifference(expected['y']!, found['y']!)).toBeLessThan(1e-6);
  });

  it('leaves the weights of functions and those of bfloat16 where they are, with the reason', () => {
    const file = path.join(place(), 'm.onnx');
    fs.writeFileSync(
      file,
      encodeOnnx({
        ...plain,
        nodes: [op('Block', ['x'], 'y', {}, 'own'), op('MatMul', ['x', 'b'], 'z')],
        initializers: [{ ...weight('b', 64, 32), dtype: 'bfloat16' }],
        opset: { '': 17, own: 1 },
        functions: [
          {
            domain: 'own',
            name: 'Block',
            inputs: ['p'],
            outputs: ['q'],
            nodes: [constant(weight('inner', 64, 64)), op('MatMul', ['p', 'inner'], 'q')],
          },
        ],
      }),
    );
    const ids = openCheckpoint(file).weights.map(({ id }) => id);
    const fed = writeFedModel(file, ids, path.join(place(), 'copy.onnx'));
    expect(fed.weights).toEqual([]);
    expect(Object.keys(fed.refused).sort()).toEqual([...ids].sort());
    expect(Object.values(fed.refused).sort()).toEqual([
      'it is bfloat16, which cannot be fed to ONNX Runtime',
      'it is inside a function of the model, which sees no inputs of the graph',
    ]);
  });
});

function bytesOf(tensor: { readonly values: Float32Array }): Uint8Array {
  return new Uint8Array(tensor.values.buffer);
}
