import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { momentsAt } from '../../../src/core/moments/momentFile.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import type { PruningPattern } from '../../../src/core/plan/sparsityPlanner.ts';
import { rewriteCheckpoint } from '../../../src/core/rewrite/rewriteCheckpoint.ts';
import type { CalibrationRequest, PlanModelRequest } from '../../../src/engine/engineApi.ts';
import { withPlanMoments } from '../../../src/engine/planMoments.ts';
import { floatNpy, npyFile, zipFile } from '../../fixtures/inputArchives.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import type { ModelSpec, TensorSpec } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { runOnnx } from '../../fixtures/onnxSession.ts';
import { runnableModel, type ValueType } from '../../fixtures/runnableModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

function tensor(name: string, dims: readonly number[], seed: number): TensorSpec {
  const random = seededRandom(seed);
  const count = dims.reduce((all, length) => all * length, 1);
  return { name, dims, values: Float32Array.from({ length: count }, () => 0.1 * random.normal()) };
}

/** Standard deviations of the inputs are from 1 to 0.01, neighbours apart. */
function falling(count: number, length: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from(
    { length: count * length },
    (_, k) => random.normal() * 100 ** (-(((k % length) * 29) % length) / (length - 1)),
  );
}

interface Planted {
  readonly file: string;
  readonly inputs: string;
  readonly x: ort.Tensor;
}

function planted(
  name: string,
  model: ModelSpec,
  types: Readonly<Record<string, ValueType>>,
  x: ort.Tensor,
): Planted {
  const file = path.join(folder, `${name}.onnx`);
  fs.writeFileSync(file, runnableModel({ inputs: ['x'], outputs: ['y'], ...model }, types));
  const inputs = path.join(folder, `${name}.npz`);
  const { buffer, byteOffset, byteLength } = x.data as Float32Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const descr = x.type === 'int64' ? '<i8' : '<f4';
  const npy = npyFile({ descr, shape: x.dims, bytes });
  fs.writeFileSync(inputs, zipFile([{ name: 'x.npy', bytes: npy }]));
  return { file, inputs, x };
}

const product = planted(
  'product',
  { nodes: [op('MatMul', ['x', 'w'], 'y')], initializers: [tensor('w', [64, 48], 1)] },
  { x: { shape: ['n', 64] }, y: { shape: ['n', 48] } },
  new ort.Tensor('float32', falling(300, 64, 2), [300, 64]),
);

/** Neighbouring values of an image are alike, so that its patches lie near few directions. */
function smoothImage(channels: number, side: number): ort.Tensor {
  const random = seededRandom(4);
  const values = new Float32Array(channels * side * side);
  for (let c = 0; c < channels; c++) {
    const loudness = 10 ** (-((c * 3) % channels) / (channels - 1));
    const [u, v, w] = [random.normal(), random.normal(), random.normal()];
    for (let i = 0; i < side; i++)
      for (let j = 0; j < side; j++)
        values[(c * side + i) * side + j] =
          loudness * (Math.sin(u * i * 0.3 + v * j * 0.3 + w) + 0.02 * random.normal());
  }
  return new ort.Tensor('float32', values, [1, channels, side, side]);
}

const convolution = planted(
  'convolution',
  {
    nodes: [op('Conv', ['x', 'w'], 'y', { pads: [1, 1, 1, 1], strides: [1, 2] })],
    initializers: [tensor('w', [24, 8, 3, 3], 3)],
  },
  { x: { shape: ['n', 8, 'h', 'w'] }, y: { shape: ['n', 24, 'i', 'j'] } },
  smoothImage(8, 40),
);

const table = planted(
  'table',
  { nodes: [op('Gather', ['w', 'x'], 'y')], initializers: [tensor('w', [200, 32], 5)] },
  { x: { dtype: 'int64', shape: ['n'] }, y: { shape: ['n', 32] } },
  // Of 200 rows 20 are looked up, a hundred times each.
  new ort.Tensor(
    'int64',
    BigInt64Array.from({ length: 2000 }, (_, k) => BigInt((k % 20) * 9)),
    [2000],
  ),
);

const engine = testEngine();
afterAll(() => engine.dispose());

type Asked = Pick<PlanModelRequest, 'axis' | 'method' | 'target'> & {
  readonly pattern?: PruningPattern;
};

function planned(
  { file }: Pick<Planted, 'file'>,
  { pattern = 'unstructured', ...asked }: Asked,
  calibrate?: Partial<CalibrationRequest>,
): Promise<Plan> {
  const all = { inputs: [], rows: false, samples: 0, seed: 1, dims: {}, sensitivity: false };
  return engine.plan({
    ...{ ...asked, file, memoryLimit: 0, failed: {}, locked: [], seed: 1 },
    settings: { ...DEFAULT_PLAN_SETTINGS, pattern },
    ...(calibrate ? { calibrate: { ...all, ...calibrate } } : {}),
  });
}

const TOOLS = { dist: DIST, memoryLimit: 2 ** 28 };

/** Applies a plan and runs both models: the outcome of each layer, and the relative error of y. */
async function applied({ file }: Planted, plan: Plan, x: ort.Tensor) {
  const output = `${file}.out.onnx`;
  const { layers } = await withPlanMoments(file, plan, [], TOOLS, (places) =>
    Promise.resolve(
      rewriteCheckpoint(file, plan, output, {
        kernels,
        moment: momentsAt(places),
        replace: true,
      }),
    ),
  );
  const [before, after] = [await runOnnx(file, { x }), await runOnnx(output, { x })];
  let [difference, norm] = [0, 0];
  for (const [k, value] of before['y']!.entries()) {
    difference += (value - after['y']![k]!) ** 2;
    norm += value ** 2;
  }
  return { layers, error: Math.sqrt(difference / norm) };
}

const RANKS: Asked = {
  axis: 'lowrank',
  method: 'uniform',
  target: { kind: 'parameters', value: 0.5 },
};
const zeros = (value: number, pattern: PruningPattern = 'unstructured'): Asked => ({
  axis: 'sparsity',
  method: 'uniform',
  target: { kind: 'sparsity', value },
  pattern,
});

describe('a plan with inputs predicts the error of the outputs, and it is smaller than without', () => {
  it.each<[string, Planted, Asked, number]>([
    ['low rank, a product', product, RANKS, 0.5],
    ['low rank, a convolution', convolution, RANKS, 0.5],
    ['zeros, a product', product, zeros(0.5), 0.5],
    ['zeros between two knots, a product', product, zeros(0.6), 0.5],
    ['zeros, a convolution', convolution, zeros(0.5), 0.95],
    ['N of 8, a product', product, zeros(0.5, 'n:8'), 0.95],
  ])('%s', async (name, model, asked, factor) => {
    const plain = await planned(model, asked);
    const aware = await planned(model, asked, { inputs: [model.inputs] });
    const [one, other] = [plain.layers[0]!, aware.layers[0]!];
    expect(other.parameters).toEqual(one.parameters);
    expect([one.errorOf, other.errorOf]).toEqual([undefined, 'outputs']);
    const [byWeight, byOutputs] = [
      await applied(model, plain, model.x),
      await applied(model, aware, model.x),
    ];
    expect(byOutputs.error).toBeLessThan(factor * byWeight.error);
    // Of one weight whose outputs are those of the model, the prediction is the measured error.
    const exact = name.includes('between') ? 1 : 3;
    expect(byOutputs.error / other.error!).toBeCloseTo(1, exact);
    expect(byOutputs.layers[0]!.outputError! / byOutputs.error).toBeCloseTo(1, 3);
    expect(byWeight.layers[0]!.relativeError! / one.error!).toBeCloseTo(1, 3);
    expect(byWeight.layers[0]!.outputError).toBeUndefined();
  });

  it('low rank, a table: of the rows that are looked up', async () => {
    const plain = await planned(table, RANKS);
    const aware = await planned(table, RANKS, { inputs: [table.inputs] });
    const [byWeight, byOutputs] = [
      await applied(table, plain, table.x),
      await applied(table, aware, table.x),
    ];
    expect(byOutputs.error).toBeLessThan(0.5 * byWeight.error);
    const [layer] = aware.layers;
    expect(byOutputs.layers[0]!.outputError! / layer!.error!).toBeCloseTo(1, 3);
  });

  it('of a network of three layers on inputs that it has not seen', async () => {
    const network = planted(
      'network',
      {
        nodes: [
          op('MatMul', ['x', 'w1'], 'a'),
          op('Relu', ['a'], 'b'),
          op('Gemm', ['b', 'w2', 'bias'], 'c', { transB: 1 }),
          op('Tanh', ['c'], 'd'),
          op('MatMul', ['d', 'w3'], 'y'),
        ],
        initializers: [
          tensor('w1', [64, 96], 11),
          tensor('w2', [80, 96], 12),
          tensor('bias', [80], 13),
          tensor('w3', [80, 40], 14),
        ],
      },
      { x: { shape: ['n', 64] }, y: { shape: ['n', 40] } },
      new ort.Tensor('float32', falling(600, 64, 21), [600, 64]),
    );
    const asked: Asked = { ...RANKS, method: 'error-optimal' };
    const plain = await planned(network, asked);
    const aware = await planned(network, asked, { inputs: [network.inputs] });
    expect(aware.layers.map(({ errorOf }) => errorOf)).toContain('outputs');
    const unseen = new ort.Tensor('float32', falling(300, 64, 22), [300, 64]);
    const byWeight = await applied(network, plain, unseen);
    const byOutputs = await applied(network, aware, unseen);
    expect(byOutputs.error).toBeLessThan(0.6 * byWeight.error);
  });

  it('bits: the same codes, and what they do to the outputs', async () => {
    const asked: Asked = {
      axis: 'bits',
      method: 'error-optimal',
      target: { kind: 'bits', value: 5 },
    };
    const plain = await planned(product, asked);
    const aware = await planned(product, asked, { inputs: [product.inputs] });
    const { layers, error } = await applied(product, aware, product.x);
    expect(error / aware.layers[0]!.error!).toBeCloseTo(1, 2);
    expect(layers[0]!.relativeError! / plain.layers[0]!.error!).toBeCloseTo(1, 3);
  });
});

describe('a plan with inputs', () => {
  let plan: Plan;
  let alone: Plan;

  beforeAll(async () => {
    plan = await planned(product, RANKS, { inputs: [product.inputs] });
    alone = await planned(product, RANKS);
  });

  it('says what it was made on', async () => {
    expect(plan.calibration).toEqual({
      kind: 'given',
      sources: [product.inputs],
      rows: false,
      samples: 1,
      dims: {},
      seed: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      sensitivity: false,
    });
    expect(plan.notes[0]).toMatch(/^Errors of 1 of 1 weight are of their outputs on 1 sample of /);
    const again = await planned(product, RANKS, { inputs: [product.inputs] });
    expect(again).toEqual(plan);
  });

  it('made on noise says that this is weak evidence', async () => {
    const noise = await planned(product, RANKS, { samples: 80, seed: 7, dims: { n: 2 } });
    expect(noise.calibration).toMatchObject({
      kind: 'seeded',
      samples: 80,
      seed: 7,
      dims: { n: 2 },
    });
    expect(noise.layers[0]!.errorOf).toBe('outputs');
    expect(noise.notes.join()).toContain('weak evidence');
    // White inputs: what plain factors lose is what these lose, but for the chance of 160 vectors.
    const plain = alone.layers[0]!.error!;
    expect(noise.layers[0]!.error! / plain).toBeGreaterThan(0.7);
    expect(noise.layers[0]!.error! / plain).toBeLessThan(1);
  });

  it('leaves a weight to itself that too few vectors reached, and says so', async () => {
    const few = await planned(product, RANKS, { samples: 3, dims: { n: 2 } });
    const [layer] = few.layers;
    expect(layer!.errorOf).toBeUndefined();
    expect(layer!.reason).toMatch(/only 6 vectors reached its 64 inputs/);
    expect(few.notes[0]).toMatch(/of none of them the outputs could be seen/);
    expect(layer!.error).toBe(alone.layers[0]!.error);
    const { layers } = await applied(product, few, product.x);
    expect(layers[0]!.relativeError! / layer!.error!).toBeCloseTo(1, 3);
  });

  it('is not applied on other inputs than its own', async () => {
    const other = path.join(folder, 'other.npz');
    const npy = floatNpy([300, 64], falling(300, 64, 99));
    fs.writeFileSync(other, zipFile([{ name: 'x.npy', bytes: npy }]));
    const use = () => Promise.reject(new Error('not to be reached'));
    await expect(withPlanMoments(product.file, plan, [other], TOOLS, use)).rejects.toMatchObject({
      name: 'VerifyError',
      code: 'inputs',
      message: expect.stringMatching(/other\.npz: the samples have the SHA-256/) as string,
    });
  });

  it('is not applied where nobody has run the inputs', () => {
    const output = path.join(folder, 'never.onnx');
    expect(() => rewriteCheckpoint(product.file, plan, output, { kernels })).toThrow(
      /what it is multiplied with on these is not known here/,
    );
    expect(fs.existsSync(output)).toBe(false);
  });
});
