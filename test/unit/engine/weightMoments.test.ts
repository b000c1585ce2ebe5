import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readMoment } from '../../../src/core/moments/momentFile.ts';
import type { PlanInputsRequest } from '../../../src/engine/engineApi.ts';
import { withMoments } from '../../../src/engine/weightMoments.ts';
import type { ModelSpec, NodeSpec, TensorSpec } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { runnableModel, type ValueType } from '../../fixtures/runnableModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const temporary = path.join(folder, 'tmp');
fs.mkdirSync(temporary);
const engine = testEngine();
beforeAll(() => vi.stubEnv('TMPDIR', temporary));
afterAll(() => {
  vi.unstubAllEnvs();
  engine.dispose();
});

const SIZE = 40;

function square(name: string, seed = 1): TensorSpec {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: SIZE * SIZE }, () => random.normal() / SIZE);
  return { name, dims: [SIZE, SIZE], values };
}

function written(
  name: string,
  model: ModelSpec,
  types: Readonly<Record<string, ValueType>> = {},
): string {
  const file = path.join(folder, `${name}.onnx`);
  const own = { x: { shape: ['n', SIZE] }, y: { shape: [] }, ...types };
  fs.writeFileSync(file, runnableModel({ inputs: ['x'], outputs: ['y'], ...model }, own));
  return file;
}

const NOISE = { inputs: [], rows: false, samples: 2, seed: 3, dims: { n: 64 }, sensitivity: false };

function request(file: string): PlanInputsRequest {
  return {
    ...{ file, memoryLimit: 0, failed: {}, estimator: null },
    ...{ spectra: true, pruning: false, levels: false },
    calibrate: NOISE,
  };
}

const branch = (weight: string): NodeSpec => ({
  op: 'If',
  inputs: ['yes'],
  outputs: [`${weight}_out`],
  attributes: {
    then_branch: {
      graph: { nodes: [op('MatMul', ['x', weight], 'then')], outputs: ['then'] },
    },
    else_branch: { graph: { nodes: [op('Identity', ['x'], 'else')], outputs: ['else'] } },
  },
});

describe('the inputs of a weight', () => {
  it('are had where plain nodes of the main graph take it, and else it is said why not', async () => {
    const file = written('many', {
      nodes: [
        op('MatMul', ['x', 'first'], 'a'),
        op('MatMul', ['a', 'twice'], 'b'),
        op('MatMul', ['b', 'twice'], 'c'),
        op('Transpose', ['turned'], 't', { perm: [1, 0] }),
        op('MatMul', ['c', 't'], 'd'),
        op('MatMul', ['constant', 'multiplied'], 'e'),
        op('MatMul', ['d', 'sides'], 'f'),
        op('MatMul', ['sides', 'constant'], 'g'),
        branch('inside'),
        op('Mul', ['x', 'infinite'], 'never'),
        op('MatMul', ['never', 'broken'], 'h'),
        op('ReduceMean', ['h'], 'i', { keepdims: 0 }),
        op('ReduceMean', ['g'], 'j', { keepdims: 0 }),
        op('Sum', ['e', 'f', 'i', 'j', 'inside_out'], 'y'),
      ],
      initializers: [
        square('first'),
        square('twice', 2),
        square('turned', 3),
        square('constant', 4),
        square('multiplied', 5),
        square('sides', 6),
        square('inside', 7),
        { name: 'yes', dims: [], dtype: 'bool', values: [1] },
        { name: 'infinite', dims: [1], values: [Infinity] },
        square('broken', 8),
      ],
    });
    const { weights, calibration } = await engine.planInputs({
      ...request(file),
      calibrate: { ...NOISE, dims: { n: SIZE } },
    });
    const found = weights.map(({ tensor, calibrated }) => [
      tensor,
      typeof calibrated === 'object' ? calibrated.refused : calibrated,
    ]);
    const reason = (text: string): unknown => expect.stringContaining(text);
    expect(Object.fromEntries(found)).toEqual({
      first: 'outputs',
      twice: 'outputs',
      turned: reason('Transpose takes it, which is no plain product'),
      constant: reason('multiplies it with a constant'),
      multiplied: reason('multiplies it with a constant'),
      sides: reason('multiplies it with a constant'),
      inside: reason('in a graph inside a node'),
      broken: reason('NaN or infinities on these inputs'),
    });
    expect(calibration!.samples).toBe(2);
  });
});

describe('the sums', () => {
  const chain = written('chain', {
    nodes: [
      op('MatMul', ['x', 'query'], 'q'),
      op('MatMul', ['x', 'key'], 'k'),
      op('Add', ['q', 'k'], 's'),
      op('MatMul', ['s', 'out'], 'y'),
    ],
    initializers: [square('query'), square('key', 2), square('out', 3)],
  });
  const ids = new Set(['query', 'key', 'out']);
  const moments = (file: string, memoryLimit: number, runs: number[] = []) =>
    withMoments(
      file,
      NOISE,
      ids,
      { dist: DIST, memoryLimit, onRun: (done, total) => runs.push(done, total) },
      ({ places, refused }) =>
        Promise.resolve({
          refused: [...refused],
          sums: [...places.values()].map((place) => ({
            id: place.id,
            at: place.offsets,
            ...readMoment(place),
          })),
        }),
    );

  it('of weights that are multiplied with the same value are one', async () => {
    const { sums, refused } = await moments(chain, 2 ** 28);
    expect(refused).toEqual([]);
    expect(sums.map(({ id, at, count }) => [id, at, count])).toEqual([
      ['query', [0], 128],
      ['key', [0], 128],
      ['out', [8 * SIZE * SIZE], 128],
    ]);
  });

  it('are the same in little memory, where the samples are run again for each', async () => {
    const runs: number[] = [];
    const much = await moments(chain, 2 ** 28, runs);
    expect(runs).toEqual([0, 2, 1, 2]);
    runs.length = 0;
    const little = await moments(chain, 8 * SIZE * (SIZE + 64), runs);
    expect(runs).toEqual([0, 4, 1, 4, 2, 4, 3, 4]);
    expect(little).toEqual(much);
  });

  it('that are larger than the memory are not taken', async () => {
    const { sums, refused } = await moments(chain, 1000);
    expect(sums).toEqual([]);
    expect(refused.map(([id]) => id)).toEqual(['query', 'key', 'out']);
    expect(refused[0]![1]).toBe(
      'the products of its 40 inputs need 1 MB of memory and 1 MB may be used',
    );
  });

  it('of a model with external data are those of the model', async () => {
    const values = square('out', 3).values as Float32Array;
    fs.mkdirSync(path.join(folder, 'beside'));
    fs.writeFileSync(path.join(folder, 'beside/weights.bin'), new Uint8Array(values.buffer));
    const outside = written('outside', {
      nodes: [op('MatMul', ['x', 'query'], 'q'), op('MatMul', ['q', 'out'], 'y')],
      initializers: [
        square('query'),
        { name: 'out', dims: [SIZE, SIZE], external: { location: 'beside/weights.bin' } },
      ],
    });
    const inside = written('within', {
      nodes: [op('MatMul', ['x', 'query'], 'q'), op('MatMul', ['q', 'out'], 'y')],
      initializers: [square('query'), square('out', 3)],
    });
    expect(await moments(outside, 2 ** 28)).toEqual(await moments(inside, 2 ** 28));
  });
});

describe('a model that cannot be run', () => {
  it('is named as it is, not as the copy', async () => {
    const file = written('odd', {
      nodes: [op('MatMul', ['x', 'w'], 'a'), op('NoSuchOperator', ['a'], 'y')],
      initializers: [square('w')],
    });
    const error = await engine.planInputs(request(file)).catch((each: unknown) => each);
    expect(error).toMatchObject({ name: 'VerifyError', code: 'rejected' });
    expect((error as Error).message).toContain(file);
    expect((error as Error).message).not.toContain(temporary);
  });

  it('ends a cancelled plan within the time of one run', async () => {
    const abort = new AbortController();
    const wait = engine.planInputs(
      request(
        written('stop', {
          nodes: [op('MatMul', ['x', 'w'], 'y')],
          initializers: [square('w')],
        }),
      ),
      { signal: abort.signal, onProgress: () => abort.abort() },
    );
    await expect(wait).rejects.toMatchObject({ name: 'CancelledError' });
  });

  it('leaves no file behind', () => {
    const left = fs.readdirSync(temporary).filter((name) => name.startsWith('eigenscope'));
    expect(left).toEqual([]);
  });
});
