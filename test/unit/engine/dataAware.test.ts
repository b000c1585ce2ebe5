import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { rewriteCheckpoint } from '../../../src/core/rewrite/rewriteCheckpoint.ts';
import { momentsAt, withPlanMoments } from '../../../src/engine/planMoments.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { floatNpy, zipFile } from '../../fixtures/inputArchives.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import type { ModelSpec, TensorSpec } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { runOnnx } from '../../fixtures/onnxSession.ts';
import { runnableModel, type ValueType } from '../../fixtures/runnableModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const run = commandLine(folder);
let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

function tensor(name: string, dims: readonly number[], seed: number): TensorSpec {
  const random = seededRandom(seed);
  const count = dims.reduce((all, length) => all * length, 1);
  return { name, dims, values: Float32Array.from({ length: count }, () => 0.1 * random.normal()) };
}

/** Standard deviations of the inputs fall from 1 to 0.01. */
function falling(count: number, length: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from(
    { length: count * length },
    (_, k) => random.normal() * 100 ** (-(k % length) / (length - 1)),
  );
}

interface Planted {
  readonly file: string;
  /** One sample of 300 rows. */
  readonly inputs: string;
  readonly x: ort.Tensor;
}

function planted(
  name: string,
  model: ModelSpec,
  types: Readonly<Record<string, ValueType>>,
  shape: readonly number[],
  values: Float32Array,
): Planted {
  const file = path.join(folder, `${name}.onnx`);
  fs.writeFileSync(file, runnableModel({ inputs: ['x'], outputs: ['y'], ...model }, types));
  const inputs = path.join(folder, `${name}.npz`);
  fs.writeFileSync(inputs, zipFile([{ name: 'x.npy', bytes: floatNpy(shape, values) }]));
  return { file, inputs, x: new ort.Tensor('float32', values, shape) };
}

const product = planted(
  'product',
  { nodes: [op('MatMul', ['x', 'w'], 'y')], initializers: [tensor('w', [64, 48], 1)] },
  { x: { shape: ['n', 64] }, y: { shape: ['n', 48] } },
  [300, 64],
  falling(300, 64, 2),
);

function planned(name: string, { file }: Planted, ...args: readonly string[]): Plan {
  const output = path.join(folder, `${name}.eigenplan.json`);
  const { status, stderr } = run('plan', file, ...args, '-o', output);
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) as string });
  return parsePlan(fs.readFileSync(output, 'utf8'), output);
}

/** Applies a plan and runs both models: the outcome of each layer, and the relative error of y. */
async function applied(name: string, { file, x }: Planted, plan: Plan) {
  const output = path.join(folder, `${name}.out.onnx`);
  const { layers } = await withPlanMoments(
    file,
    plan,
    [],
    { dist: DIST, memoryLimit: 2 ** 28 },
    (places) =>
      Promise.resolve(
        rewriteCheckpoint(file, plan, output, { kernels, moment: momentsAt(places) }),
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

describe('a plan with inputs', () => {
  it('gives factors whose outputs are closer than those of plain ones of the same rank', async () => {
    const args = ['--axis', 'lowrank', '--method', 'uniform', '--target', 'parameters=0.5'];
    const plain = planned('plain', product, ...args);
    const aware = planned('aware', product, ...args, '--inputs', product.inputs);
    const [one, other] = [plain.layers[0]!, aware.layers[0]!];
    expect([one.action, (one as { rank: number }).rank]).toEqual([
      other.action,
      (other as { rank: number }).rank,
    ]);
    const [byWeight, byOutputs] = [
      await applied('plain', product, plain),
      await applied('aware', product, aware),
    ];
    expect(byOutputs.error).toBeLessThan(0.5 * byWeight.error);
    // Of one weight whose outputs are those of the model, the prediction is the measured error.
    expect(byOutputs.error / other.error!).toBeCloseTo(1, 3);
    expect(byOutputs.layers[0]!.outputError! / other.error!).toBeCloseTo(1, 3);
    expect(byWeight.layers[0]!.relativeError! / one.error!).toBeCloseTo(1, 3);
  });
});
