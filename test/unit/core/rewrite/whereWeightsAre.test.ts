import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import {
  rewriteCheckpoint,
  type RewriteOutcome,
} from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import type { RewriteTools } from '../../../../src/core/rewrite/rewriteTools.ts';
import { elementBytes } from '../../../fixtures/elementBytes.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { constant, type ModelSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { floats, runOnnx } from '../../../fixtures/onnxSession.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import { bytesField, joined, varintField } from '../../../fixtures/protobufWire.ts';
import { runnableModel, type ValueType } from '../../../fixtures/runnableModel.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { decoded, lowRankValues, namesIn, planFor, relativeDifference } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const root = tempFolder();
let folders = 0;

const X: ValueType = { shape: [2, 64] };

function planted(name: string, seed: number, dtype: TensorSpec['dtype'] = 'float32'): TensorSpec {
  return { name, dims: [64, 64], dtype, values: lowRankValues(64, 64, 3, seededRandom(seed)) };
}

interface Written {
  readonly folder: string;
  readonly file: string;
  readonly output: string;
}

function write(model: ModelSpec, types: Readonly<Record<string, ValueType>> = {}): Written {
  const folder = path.join(root, String(++folders));
  fs.mkdirSync(folder);
  const file = path.join(folder, 'model.onnx');
  fs.writeFileSync(file, runnableModel(model, { x: X, y: { shape: [2, 64] }, ...types }));
  return { folder, file, output: path.join(folder, 'small.onnx') };
}

function compress({ file, output }: Written, tools: Partial<RewriteTools> = {}): RewriteOutcome {
  const plan = planFor(file, () => ({ action: 'lowrank', rank: 3 }));
  return rewriteCheckpoint(file, plan, output, { kernels, ...tools });
}

async function expectSameOutputs({ file, output }: Written, within = 1e-5): Promise<void> {
  const random = seededRandom(4);
  const feeds = { x: floats([2, 64], () => random.normal()) };
  const [before, after] = [await runOnnx(file, feeds), await runOnnx(output, feeds)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, values] of Object.entries(before))
    expect(relativeDifference(values, after[name]!)).toBeLessThan(within);
}

describe('graphs within graphs', () => {
  const branch = (name: string, seed: number): ModelSpec => ({
    nodes: [
      constant(planted(`${name}_c`, seed)),
      op('MatMul', ['x', `${name}_c`], `${name}_1`),
      op('MatMul', [`${name}_1`, `${name}_i`], `${name}_2`),
      op('MatMul', [`${name}_2`, 'outer'], `${name}_3`),
    ],
    initializers: [planted(`${name}_i`, seed + 1)],
    outputs: [`${name}_3`],
  });

  test('weights in both branches of If, and one of the graph around them', async () => {
    const written = write({
      initializers: [
        planted('outer', 1),
        { name: 'yes', dims: [], dtype: 'bool', raw: Uint8Array.of(1) },
      ],
      inputs: ['x'],
      outputs: ['y'],
      nodes: [
        {
          op: 'If',
          inputs: ['yes'],
          outputs: ['y'],
          attributes: {
            then_branch: { graph: branch('a', 2) },
            else_branch: { graph: branch('b', 4) },
          },
        },
      ],
    });
    const { layers } = compress(written);
    expect(layers.map(({ action, note }) => action + note)).toEqual(Array(5).fill('lowrank'));
    await expectSameOutputs(written);
    expect(fs.statSync(written.output).size).toBeLessThan(fs.statSync(written.file).size / 5);
  });

  test('weights in a function, and one that the graph hands to it', async () => {
    const call = (inputs: readonly string[], output: string): ReturnType<typeof op> =>
      op('Block', inputs, output, {}, 'local');
    const written = write({
      initializers: [planted('given', 1)],
      inputs: ['x'],
      outputs: ['y'],
      opset: { '': 17, local: 1 },
      nodes: [call(['x', 'given'], 'h'), call(['h', 'given'], 'y')],
      functions: [
        {
          domain: 'local',
          name: 'Block',
          inputs: ['a', 'b'],
          outputs: ['c'],
          nodes: [
            constant(planted('own', 2)),
            op('MatMul', ['a', 'own'], 'm'),
            op('MatMul', ['m', 'b'], 'c'),
          ],
        },
      ],
    });
    const { layers } = compress(written);
    expect(layers.map(({ tensor, note }) => [tensor, note === ''])).toEqual([
      ['own', true],
      ['given', false],
    ]);
    await expectSameOutputs(written);
  });

  test('4 bits in a function import the operators that it needs', async () => {
    const written = write({
      inputs: ['x'],
      outputs: ['y'],
      opset: { '': 17, local: 1 },
      nodes: [op('Block', ['x'], 'y', {}, 'local')],
      functions: [
        {
          domain: 'local',
          name: 'Block',
          inputs: ['a'],
          outputs: ['c'],
          nodes: [constant(planted('own', 2)), op('MatMul', ['a', 'own'], 'c')],
        },
      ],
    });
    const { file, output } = written;
    const plan = planFor(file, () => ({ action: 'quantize', bits: 4, block: 32 }));
    rewriteCheckpoint(file, plan, output, { kernels });
    const proto = decoded(output);
    const domains = (list: readonly { domain?: string | null }[] | null | undefined): unknown[] =>
      (list ?? []).map(({ domain }) => domain);
    expect(domains(proto.opsetImport)).toContain('com.microsoft');
    expect(domains(proto.functions[0]!.opsetImport)).toContain('com.microsoft');
    await expectSameOutputs(written, 0.15);
  });
});

test('one weight of two nodes is factorised once', async () => {
  const written = write({
    initializers: [planted('w', 1)],
    inputs: ['x'],
    outputs: ['y'],
    nodes: [op('MatMul', ['x', 'w'], 'h'), op('MatMul', ['h', 'w'], 'y')],
  });
  const begun: unknown[] = [];
  compress(written, { onLayer: (...told) => begun.push(told) });
  expect(begun).toEqual([['w', 0, 1]]);
  expect(decoded(written.output).graph?.initializer?.map(({ name }) => name)).toEqual([
    'w_left',
    'w_right',
  ]);
  await expectSameOutputs(written);
});

test('a weight that is also an input of the graph is no longer one', async () => {
  const written = write(
    {
      irVersion: 4,
      initializers: [planted('w', 1)],
      inputs: ['x', 'w'],
      outputs: ['y'],
      nodes: [op('MatMul', ['x', 'w'], 'y')],
    },
    { w: { shape: [64, 64] } },
  );
  compress(written);
  expect(decoded(written.output).graph?.input?.map(({ name }) => name)).toEqual(['x']);
  await expectSameOutputs(written);
});

test.each([
  { dtype: 'float16', error: 1e-3, within: 3e-3 },
  { dtype: 'float64', error: 3e-15, within: 1e-12 },
] as const)('factors of $dtype weights are $dtype', async ({ dtype, error, within }) => {
  const type = dtype === 'float16' ? 10 : 11;
  const written = write({
    initializers: [planted('w', 1, dtype)],
    inputs: ['x'],
    outputs: ['y'],
    nodes: [
      op('Cast', ['x'], 'c', { to: type }),
      op('MatMul', ['c', 'w'], 'm'),
      op('Cast', ['m'], 'y', { to: 1 }),
    ],
  });
  const { layers } = compress(written);
  expect(layers[0]!.relativeError).toBeLessThan(error);
  expect(decoded(written.output).graph?.initializer?.map((each) => each.dataType)).toEqual([
    type,
    type,
  ]);
  await expectSameOutputs(written, dtype === 'float64' ? 1e-6 : within);
});

test('bfloat16 factors are within the rounding of their type', () => {
  const written = write({
    initializers: [planted('w', 1, 'bfloat16')],
    inputs: ['x'],
    outputs: ['y'],
    nodes: [op('MatMul', ['x', 'w'], 'y')],
  });
  expect(compress(written).layers[0]!.relativeError).toBeLessThan(2 * 2 ** -8);
});

test('names that are taken already are not given again', async () => {
  const written = write({
    initializers: [planted('w', 1), planted('w_left', 2)],
    inputs: ['x'],
    outputs: ['y'],
    nodes: [op('MatMul', ['x', 'w'], 'y_factor'), op('MatMul', ['y_factor', 'w_left'], 'y')],
  });
  compress(written);
  const names = decoded(written.output).graph!.initializer!.map(({ name }) => name);
  expect(new Set(names).size).toBe(4);
  await expectSameOutputs(written);
});

describe('what is not changed is copied', () => {
  const model: ModelSpec = {
    initializers: [planted('w', 1), planted('kept', 2)],
    inputs: ['x'],
    outputs: ['y'],
    nodes: [
      { op: 'MatMul', name: 'first', inputs: ['x', 'w'], outputs: ['h'] },
      { op: 'MatMul', name: 'second', inputs: ['h', 'kept'], outputs: ['y'] },
    ],
  };

  test('a plan that keeps everything gives the same bytes', () => {
    const { file, output } = write(model);
    const plan = planFor(file, () => ({ action: 'keep' }));
    expect(rewriteCheckpoint(file, plan, output, { kernels }).layers).toEqual([]);
    expect(fs.readFileSync(output)).toEqual(fs.readFileSync(file));
  });

  test('fields that the format does not have, and every message that the plan leaves', async () => {
    const written = write(model);
    const { file, output } = written;
    const unknown = joined(bytesField(999, 'what is this'), varintField(1000, 5));
    const original = fs.readFileSync(file);
    fs.writeFileSync(file, joined(original, unknown));
    const plan = planFor(file, ({ tensor }) =>
      tensor === 'w' ? { action: 'lowrank', rank: 3 } : { action: 'keep' },
    );
    rewriteCheckpoint(file, plan, output, { kernels });
    const after = fs.readFileSync(output);
    expect(after.subarray(-unknown.length)).toEqual(Buffer.from(unknown));
    const [a, b] = [onnx.ModelProto.decode(original), decoded(output)];
    const encode = (tensor: Parameters<typeof onnx.TensorProto.encode>[0]): Buffer =>
      Buffer.from(onnx.TensorProto.encode(tensor).finish());
    const kept = encode(a.graph!.initializer![1]!);
    expect(encode(b.graph!.initializer![2]!)).toEqual(kept);
    expect(after.includes(kept)).toBe(true);
    expect(b.graph?.node?.map(({ name }) => name)).toEqual(['first_factor', 'first', 'second']);
    await expectSameOutputs(written);
  });
});

describe('weights in other files', () => {
  /** Two external tensors in one file, with a gap, and one inside the model. */
  function external(): Written {
    const big = [planted('w', 1), planted('kept', 2)];
    const [w, kept] = big.map(({ values }) => elementBytes('float32', values!)) as [
      Uint8Array,
      Uint8Array,
    ];
    const place = (offset: number): Record<string, string> => ({
      location: 'weights.bin',
      offset: String(offset),
      length: String(w.length),
    });
    const written = write({
      initializers: [
        { name: 'w', dims: [64, 64], external: place(4096) },
        { name: 'kept', dims: [64, 64], external: place(65536) },
        planted('inside', 3),
      ],
      inputs: ['x'],
      outputs: ['y'],
      nodes: [
        op('MatMul', ['x', 'w'], 'a'),
        op('MatMul', ['a', 'kept'], 'b'),
        op('MatMul', ['b', 'inside'], 'y'),
      ],
    });
    const data = new Uint8Array(65536 + kept.length + 1000);
    data.set(w, 4096);
    data.set(kept, 65536);
    fs.writeFileSync(path.join(written.folder, 'weights.bin'), data);
    return written;
  }

  test('go to one new file beside the output, with nothing that is not used', async () => {
    const written = external();
    const before = fs.readFileSync(path.join(written.folder, 'weights.bin'));
    const plan = planFor(written.file, ({ tensor }) =>
      tensor === 'w' ? { action: 'lowrank', rank: 8 } : { action: 'keep' },
    );
    const outcome = rewriteCheckpoint(written.file, plan, written.output, { kernels });
    expect(namesIn(written.folder)).toEqual([
      'model.onnx',
      'small.onnx',
      'small.onnx.data',
      'weights.bin',
    ]);
    expect(fs.readFileSync(path.join(written.folder, 'weights.bin'))).toEqual(before);
    expect(outcome.external?.bytes).toBe(4 * (2 * 8 * 64 + 64 * 64));
    expect(fs.statSync(outcome.external!.file).size).toBe(outcome.external!.bytes);
    await expectSameOutputs(written);
    fs.renameSync(path.join(written.folder, 'weights.bin'), path.join(written.folder, 'gone.bin'));
    expect(openCheckpoint(written.output).weights).toHaveLength(4);
  });

  test('are never written over', () => {
    const written = external();
    const plan = planFor(written.file, () => ({ action: 'keep' }));
    const data = path.join(written.folder, 'weights.bin');
    expect(() => rewriteCheckpoint(written.file, plan, data, { kernels, replace: true })).toThrow(
      'weights.bin is the original model or holds weights of it',
    );
  });

  test('a file that has the name already is left alone', async () => {
    const written = external();
    fs.writeFileSync(`${written.output}.data`, 'mine');
    const plan = planFor(written.file, () => ({ action: 'lowrank', rank: 8 }));
    rewriteCheckpoint(written.file, plan, written.output, { kernels });
    expect(fs.readFileSync(`${written.output}.data`, 'utf8')).toBe('mine');
    expect(namesIn(written.folder)).toContain('small.onnx.data.2');
    fs.rmSync(`${written.output}.data`);
    await expectSameOutputs(written);
  });

  test('all large values go there where the model would pass the limit of protobuf', async () => {
    const written = write({
      initializers: [planted('w', 1), planted('kept', 2)],
      inputs: ['x'],
      outputs: ['y'],
      nodes: [op('MatMul', ['x', 'w'], 'h'), op('MatMul', ['h', 'kept'], 'y')],
    });
    const plan = planFor(written.file, ({ tensor }) =>
      tensor === 'w'
        ? { action: 'prune', sparsity: 0.01, pattern: 'unstructured' }
        : { action: 'keep' },
    );
    const outcome = rewriteCheckpoint(written.file, plan, written.output, {
      kernels,
      inlineLimit: 20_000,
    });
    expect(outcome.bytes).toBeLessThan(1000);
    expect(outcome.external?.bytes).toBe(2 * 4 * 64 * 64);
    await expectSameOutputs(written, 0.01);
  });
});
