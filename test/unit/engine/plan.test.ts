import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { measureValues } from '../../../src/core/plan/measureValues.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import type {
  AnalyzeProgress,
  PlanInputsRequest,
  PlanModelRequest,
} from '../../../src/engine/engineApi.ts';
import { matMul, writeOnnx, type NodeSpec, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const clients: { dispose(): void }[] = [];
afterAll(() => {
  for (const client of clients) client.dispose();
});

function engine(cacheDir = '', workers = 1) {
  const client = testEngine(cacheDir, workers);
  clients.push(client);
  return client;
}

function gaussian(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => Math.fround(random.normal()));
}

function tensor(name: string, dims: readonly number[], seed: number): TensorSpec {
  const count = dims.reduce((total, length) => total * length, 1);
  return { name, dims, values: gaussian(count, seed) };
}

const conv = (weight: string, group: number): NodeSpec => ({
  op: 'Conv',
  inputs: ['x', weight],
  outputs: [`${weight}_out`],
  attributes: { group },
});

const identity = { ...tensor('identity', [48, 48], 1) };
const many = writeOnnx(folder, 'many.onnx', {
  nodes: [
    matMul('product'),
    { op: 'Gemm', inputs: ['x', 'gemm'], outputs: ['g'], attributes: { transB: 1 } },
    conv('kernel', 1),
    conv('depthwise', 256),
    { op: 'Gather', inputs: ['table', 'i'], outputs: ['t'] },
    matMul('small'),
    matMul('broken'),
    matMul('identity'),
    matMul('batch'),
  ],
  initializers: [
    tensor('product', [96, 64], 1),
    tensor('gemm', [40, 96], 2),
    tensor('kernel', [32, 16, 3, 3], 3),
    tensor('depthwise', [256, 1, 3, 3], 4),
    tensor('table', [100, 32], 5),
    tensor('small', [16, 16], 6),
    { ...tensor('broken', [64, 64], 7), values: gaussian(4096, 7).fill(NaN, 10, 12) },
    {
      ...identity,
      values: Float64Array.from({ length: 2304 }, (_, k) => (k % 49 === 0 ? 1 : 0)),
    },
    tensor('batch', [2, 32, 40], 8),
  ],
});

const ALL: Omit<PlanInputsRequest, 'file'> = {
  spectra: true,
  estimator: 'hill',
  pruning: true,
  levels: true,
  memoryLimit: 0,
  failed: {},
};

const EVERYTHING = { lowrank: '', sparsity: '', bits: '', mixed: '' };

describe('what planners need of a model', () => {
  it('is every weight, with why an axis cannot change it', async () => {
    const { weights, model } = await engine().planInputs({ ...ALL, file: many });
    const refused = Object.fromEntries(weights.map((weight) => [weight.tensor, weight.refused]));
    const small = expect.stringContaining('1024 bytes are too few') as string;
    const none = (text: string) => {
      const reason = expect.stringContaining(text) as string;
      return { lowrank: reason, sparsity: reason, bits: reason, mixed: reason };
    };
    expect(refused).toEqual({
      product: EVERYTHING,
      gemm: EVERYTHING,
      kernel: EVERYTHING,
      depthwise: { ...EVERYTHING, lowrank: expect.stringContaining('256 groups') as string },
      table: { ...EVERYTHING, sparsity: expect.stringContaining('looked up') as string },
      small: { lowrank: small, sparsity: '', bits: small, mixed: small },
      broken: none('2 of 4096 entries are NaN or infinite, the first at index 10'),
      identity: none('a formula gives'),
      batch: { ...EVERYTHING, lowrank: expect.stringContaining('several matrices') as string },
    });
    expect(weights.map(({ tensor: name }) => name)).toEqual(Object.keys(refused));
    expect(model).toEqual({
      file: 'many.onnx',
      bytes: fs.statSync(many).size,
      parameters: weights.reduce((sum, { parameters }) => sum + parameters, 0),
      sha256: createHash('sha256').update(fs.readFileSync(many)).digest('hex'),
    });
  });

  it('has the spectrum of the matrix that factors replace, and its energy', async () => {
    const client = engine();
    const { weights } = await client.planInputs({ ...ALL, file: many });
    for (const weight of weights.filter(({ refused }) => refused.lowrank === '')) {
      const { singularValues } = await client.spectrum({
        file: many,
        mode: 'robust',
        id: weight.id,
      });
      expect([...weight.singularValues]).toEqual(singularValues);
      expect(singularValues).toHaveLength(Math.min(weight.rows, weight.cols));
      const energy = singularValues.reduce((sum, value) => sum + value * value, 0);
      expect(energy / weight.energy).toBeCloseTo(1, 10);
      expect(weight.rows * weight.cols).toBe(weight.parameters);
      expect(weight.alpha).toBeGreaterThan(1);
    }
  });

  it('has errors as they are measured directly, the same from the cache', async () => {
    const cache = path.join(folder, 'cache');
    const first = await engine(cache).planInputs({ ...ALL, file: many });
    const product = first.weights[0]!;
    const direct = measureValues(
      gaussian(96 * 64, 1),
      {
        lines: {
          length: 96,
          stride: 64,
          channels: 64,
          channelStep: 1,
          lines: 1,
          lineStep: 96 * 64,
        },
        levels: product.values!.levels,
        signed: true,
        patterns: true,
      },
      Math.fround,
    );
    expect(product.values).toEqual(direct);
    expect(direct.levels).toHaveLength(6);
    const seen: AnalyzeProgress[] = [];
    const again = await engine(cache).planInputs(
      { ...ALL, file: many },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(again).toEqual(first);
    // The broken weight is never solved, so it is never cached: its spectrum and its values.
    expect(seen.at(-1)!.layersTotal - seen.at(-1)!.cached).toBe(2);
  });

  it('leaves weights that are quantised already to no axis', async () => {
    const codes = gaussian(4096, 10).map((value) => Math.round(20 * value));
    const file = writeOnnx(folder, 'quantised.onnx', {
      nodes: [
        { op: 'DequantizeLinear', inputs: ['codes', 'scale'], outputs: ['w'] },
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
        matMul('plain'),
      ],
      initializers: [
        { name: 'codes', dims: [64, 64], dtype: 'int8', values: codes },
        { name: 'scale', dims: [], values: [0.1] },
        tensor('plain', [64, 64], 11),
      ],
    });
    const { weights } = await engine().planInputs({ ...ALL, file });
    const reason = 'it is stored quantised already, as int8';
    expect(weights.map((weight) => [weight.tensor, weight.bytes, weight.refused])).toEqual([
      ['codes', 4100, { lowrank: reason, sparsity: reason, bits: reason, mixed: reason }],
      ['plain', 16384, EVERYTHING],
    ]);
  });

  it('counts and hashes external data', async () => {
    const values = new Float32Array(gaussian(4096, 9));
    fs.writeFileSync(path.join(folder, 'beside.bin'), new Uint8Array(values.buffer));
    const file = writeOnnx(folder, 'outside.onnx', {
      nodes: [matMul('w')],
      initializers: [{ name: 'w', dims: [64, 64], external: { location: 'beside.bin' } }],
    });
    const { model } = await engine().planInputs({ ...ALL, file });
    const all = [file, path.join(folder, 'beside.bin')].map((each) => fs.readFileSync(each));
    expect(model.sha256).toBe(createHash('sha256').update(Buffer.concat(all)).digest('hex'));
    expect(model.bytes).toBe(all[0]!.length + 16384);
  });
});

describe('a plan by the engine', () => {
  const request = (changes: Partial<PlanModelRequest>): PlanModelRequest => ({
    file: many,
    memoryLimit: 0,
    failed: {},
    locked: [],
    axis: 'lowrank',
    method: 'error-optimal',
    target: { kind: 'parameters', value: 0.7 },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
    ...changes,
  });

  it('is the same with one worker and with two', async () => {
    for (const changes of [
      {},
      { axis: 'bits', target: { kind: 'bits', value: 6 } },
      { axis: 'sparsity', method: 'alpha-linear', target: { kind: 'sparsity', value: 0.5 } },
      { axis: 'mixed', target: { kind: 'bytes', value: 0.4 } },
    ] as const) {
      const [one, two] = [
        await engine('', 1).plan(request(changes)),
        await engine('', 2).plan(request(changes)),
      ];
      expect(two).toEqual(one);
      expect(one.layers.filter(({ action }) => action !== 'keep').length).toBeGreaterThan(1);
    }
  });

  it('keeps what an earlier plan has locked', async () => {
    const client = engine();
    const first = await client.plan(request({}));
    const at = first.layers.findIndex(({ action }) => action === 'lowrank');
    const locked = { ...first.layers[at]!, action: 'lowrank' as const, rank: 5, locked: true };
    const second = await client.plan(request({ locked: [locked] }));
    expect(second.layers[at]).toMatchObject({ action: 'lowrank', rank: 5, locked: true });
    expect(second.achieved.parameters[1]).toBeLessThanOrEqual(0.7 * second.achieved.parameters[0]);
  });

  it('says what can be met, as a TargetError', async () => {
    const asked = request({ target: { kind: 'parameters', value: 0.001 } });
    await expect(engine().plan(asked)).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringContaining('no less than parameters=0.') as string,
    });
  });
});
