import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';
import type { Verification } from '../../../src/core/report/verification/verification.ts';
import type { VerifyRequest } from '../../../src/engine/engineApi.ts';
import type { ModelSpec } from '../../fixtures/onnxModel.ts';
import { integers, op } from '../../fixtures/onnxParts.ts';
import { PRODUCT_WEIGHT, verifyRequest, writeProduct } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const verify = (a: string, b: string, changes?: Partial<VerifyRequest>): Promise<Verification> =>
  engine.verify(verifyRequest(a, b, changes));

const model = (name: string, changes: Partial<ModelSpec> = {}): string =>
  writeProduct(folder, name, changes);

const plain = model('plain.onnx');

describe('models whose outputs differ in kind fail with the reason', () => {
  const logOf = (name: string): string =>
    model(name, { nodes: [op('MatMul', ['x', 'w'], 'p'), op('Log', ['p'], 'y')] });
  it.each([
    [
      'NaN in B alone',
      plain,
      logOf('log.onnx'),
      /'y': on sample 0 B gives \d values that are NaN or infinite, where A gives none/,
    ],
    [
      'NaN in both',
      logOf('log2.onnx'),
      logOf('log3.onnx'),
      /A gives \d and B \d values that are NaN or infinite.*nothing can be shown/,
    ],
    [
      'an output less',
      model('two.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'y'), op('Relu', ['y'], 'z')],
        outputs: [
          { name: 'y', dims: ['batch', 3] },
          { name: 'z', dims: ['batch', 3] },
        ],
      }),
      plain,
      /'z': A gives it and B does not/,
    ],
    [
      'an output more',
      plain,
      model('more.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'y'), op('Relu', ['y'], 'z')],
        outputs: [
          { name: 'y', dims: ['batch', 3] },
          { name: 'z', dims: ['batch', 3] },
        ],
      }),
      /'z': B gives it and A does not/,
    ],
    [
      'another shape',
      plain,
      model('shape.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'p'), op('Transpose', ['p'], 'y', { perm: [1, 0] })],
        outputs: [{ name: 'y', dims: [3, 'batch'] }],
      }),
      /A gives the shape \[1, 3\] and B \[3, 1\]/,
    ],
  ])('%s', async (_what, a, b, reason) => {
    const found = await verify(a, b);
    expect([found.passed, reason.test(found.headline) ? '' : found.headline]).toEqual([false, '']);
  });
});

describe('models that cannot be compared', () => {
  const text = path.join(folder, 'text.onnx');
  fs.writeFileSync(text, 'a line of text, and no model\n');
  const unknown = model('unknown.onnx', { nodes: [op('NoSuchOperator', ['x', 'w'], 'y')] });
  const fixed = model('fixed.onnx', {
    nodes: [op('Reshape', ['x', 's'], 'r'), op('MatMul', ['r', 'w'], 'y')],
    initializers: [{ name: 'w', dims: [4, 3], values: PRODUCT_WEIGHT }, integers('s', 7, 4)],
  });
  it.each<[string, string, string, Partial<VerifyRequest>, string, RegExp]>([
    [
      'no model',
      plain,
      text,
      {},
      'CheckpointError wrong-format',
      /text\.onnx is not an ONNX model/,
    ],
    [
      'no file',
      path.join(folder, 'nowhere.onnx'),
      plain,
      {},
      'CheckpointError not-found',
      /nowhere\.onnx does not exist/,
    ],
    [
      'an operator that there is not',
      plain,
      unknown,
      {},
      'VerifyError rejected',
      /ONNX Runtime does not load .*unknown\.onnx: .*NoSuchOperator/,
    ],
    [
      'inputs that it cannot run',
      fixed,
      fixed,
      {},
      'VerifyError made-up',
      /cannot run .*fixed\.onnx on these inputs: .*--dims/,
    ],
    [
      'another name of the input',
      plain,
      model('named.onnx', {
        nodes: [op('MatMul', ['q', 'w'], 'y')],
        inputs: [{ name: 'q', dims: ['batch', 4] }],
      }),
      {},
      'VerifyError interface',
      /named\.onnx has no input 'x'.*it has 'q'/,
    ],
    [
      'another type of the input',
      plain,
      model('typed.onnx', {
        nodes: [op('Cast', ['x'], 'c', { to: 1 }), op('MatMul', ['c', 'w'], 'y')],
        inputs: [{ name: 'x', dims: ['batch', 4], dtype: 'int64' }],
      }),
      {},
      'VerifyError interface',
      /is of float32 in .* and of int64 in/,
    ],
    [
      'an input more',
      plain,
      model('inputs.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'p'), op('Add', ['p', 'bias'], 'y')],
        inputs: [
          { name: 'x', dims: ['batch', 4] },
          { name: 'bias', dims: [3] },
        ],
      }),
      {},
      'VerifyError interface',
      /takes an input 'bias'/,
    ],
    [
      'inputs that are not there',
      plain,
      plain,
      { inputs: ['nowhere.npz'] },
      'VerifyError inputs',
      /nowhere\.npz do not exist/,
    ],
    [
      'a name in dims that is none',
      plain,
      plain,
      { dims: { width: 3 } },
      'VerifyError inputs',
      /--dims names 'width', but the symbolic axes are 'batch'/,
    ],
    [
      'a name in logits that is none',
      plain,
      plain,
      { logits: ['q'] },
      'VerifyError inputs',
      /--logits names 'q', but the outputs are 'y'/,
    ],
  ])('%s', async (_what, a, b, changes, kind, message) => {
    const error = await verify(a, b, changes).then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect([
      `${error?.name} ${error?.code}`,
      message.test(error!.message) ? '' : error?.message,
    ]).toEqual([kind, '']);
  });
});

it('names the symbolic axes of two models with the lengths that made-up inputs have', async () => {
  const image = (name: string, dims: readonly (number | string)[]): string =>
    model(name, {
      nodes: [op('Identity', ['x'], 'y')],
      initializers: [],
      inputs: [{ name: 'x', dims }],
      outputs: [{ name: 'y', dims }],
    });
  const a = image('image-a.onnx', ['n', 3, 'height', 'width']);
  const b = image('image-b.onnx', ['n', 3, 'height', 64]);
  expect(await engine.seededLengths({ a, b })).toEqual([
    { name: 'n', length: 1, assumed: true },
    { name: 'height', length: 224, assumed: true },
  ]);
  expect(await engine.seededLengths({ a: plain, b: plain })).toEqual([
    { name: 'batch', length: 1, assumed: true },
  ]);
});
