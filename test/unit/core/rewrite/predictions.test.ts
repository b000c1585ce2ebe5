import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as ort from 'onnxruntime-node';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { PlannedAction } from '../../../../src/core/plan/action.ts';
import { planLayer } from '../../../../src/core/plan/makePlan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../../src/core/plan/planRequest.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import type { ElementType } from '../../../fixtures/elementBytes.ts';
import {
  constant,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { integers, op } from '../../../fixtures/onnxParts.ts';
import { runnableModel, type ValueType } from '../../../fixtures/runnableModel.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { testEngine } from '../../../fixtures/testEngine.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const random = seededRandom(23);

function gaussian(name: string, ...dims: readonly number[]): TensorSpec {
  const length = dims.reduce((product, each) => product * each, 1);
  return { name, dims, values: Float32Array.from({ length }, () => random.normal()) };
}

const half = (tensor: TensorSpec): TensorSpec => ({ ...tensor, dtype: 'float16' });

interface Case {
  readonly name: string;
  readonly nodes: readonly NodeSpec[];
  readonly initializers: readonly TensorSpec[];
  readonly opset?: number;
  /** Axes of x. */
  readonly x: number;
  readonly dtype?: ElementType;
  readonly ids?: boolean;
  /** Of the weight `w`: how many levels it can be quantised to, and whether two factors can stand in for it. */
  readonly levels: number;
  readonly factors: boolean;
}

const W = gaussian('w', 40, 48);

/** Six levels of products in blocks, two of channels, six of channels and blocks. */
const CASES: readonly Case[] = [
  {
    name: 'a product',
    nodes: [op('MatMul', ['x', 'w'], 'y')],
    initializers: [W],
    x: 2,
    levels: 6,
    factors: true,
  },
  {
    name: 'a product of float16',
    nodes: [op('MatMul', ['x', 'w'], 'y')],
    initializers: [half(gaussian('w', 64, 64))],
    dtype: 'float16',
    x: 2,
    levels: 6,
    factors: true,
  },
  {
    name: 'a product in a Constant node',
    nodes: [constant(W), op('MatMul', ['x', 'w'], 'y')],
    initializers: [],
    opset: 9,
    x: 2,
    levels: 6,
    factors: true,
  },
  {
    name: 'two products with one weight',
    nodes: [op('MatMul', ['x', 'w'], 'h'), op('MatMul', ['h', 'w'], 'y')],
    initializers: [gaussian('w', 48, 48)],
    x: 2,
    levels: 6,
    factors: true,
  },
  {
    name: 'a product by another name of the weight',
    nodes: [op('Identity', ['w'], 'v'), op('MatMul', ['x', 'v'], 'y')],
    initializers: [W],
    x: 2,
    levels: 2,
    factors: true,
  },
  {
    name: 'the same where blocks are standard',
    nodes: [op('Identity', ['w'], 'v'), op('MatMul', ['x', 'v'], 'y')],
    initializers: [W],
    opset: 21,
    x: 2,
    levels: 4,
    factors: true,
  },
  {
    name: 'a product that another node also takes',
    nodes: [
      op('MatMul', ['x', 'w'], 'h'),
      op('ReduceSum', ['w', 'all'], 's'),
      op('Add', ['h', 's'], 'y'),
    ],
    initializers: [W, integers('all', 0, 1)],
    x: 2,
    levels: 2,
    factors: true,
  },
  {
    name: 'Gemm where blocks are standard',
    nodes: [op('Gemm', ['x', 'w'], 'y', { transB: 1 })],
    initializers: [gaussian('w', 48, 160)],
    opset: 21,
    x: 2,
    levels: 6,
    factors: true,
  },
  {
    name: 'a table that is also the last product',
    nodes: [
      op('Gather', ['w', 'ids'], 'e'),
      op('Transpose', ['w'], 't', { perm: [1, 0] }),
      op('Add', ['e', 'x'], 'h'),
      op('MatMul', ['h', 't'], 'y'),
    ],
    initializers: [gaussian('w', 64, 40)],
    ids: true,
    x: 2,
    levels: 2,
    factors: true,
  },
  {
    name: 'a convolution over three axes',
    nodes: [op('Conv', ['x', 'w'], 'y')],
    initializers: [gaussian('w', 24, 12, 3, 3, 3)],
    x: 5,
    levels: 2,
    factors: true,
  },
  {
    name: 'a transposed convolution',
    nodes: [op('ConvTranspose', ['x', 'w'], 'y', { strides: [2, 2] })],
    initializers: [gaussian('w', 24, 12, 3, 3)],
    x: 4,
    levels: 2,
    factors: true,
  },
  {
    name: 'a transposed convolution over three axes',
    nodes: [op('ConvTranspose', ['x', 'w'], 'y')],
    initializers: [gaussian('w', 20, 12, 2, 2, 2)],
    x: 5,
    levels: 2,
    factors: true,
  },
  {
    name: 'a convolution of groups',
    nodes: [op('Conv', ['x', 'w'], 'y', { group: 4 })],
    initializers: [gaussian('w', 32, 16, 3, 3)],
    x: 4,
    levels: 2,
    factors: false,
  },
];

function write({ name, nodes, initializers, opset = 17, x, dtype = 'float32', ids }: Case): string {
  const model: ModelSpec = {
    nodes,
    initializers,
    inputs: ['x', ...(ids ? ['ids'] : [])],
    outputs: ['y'],
    opset: { '': opset },
    irVersion: 9,
  };
  const axes = (count: number, prefix: string): string[] =>
    Array.from({ length: count }, (_, k) => `${prefix}${k}`);
  const types: Record<string, ValueType> = {
    x: { shape: axes(x, 'd'), dtype },
    y: { shape: axes(x, 'e'), dtype },
    ids: { shape: ['n'], dtype: 'int64' },
  };
  const file = path.join(folder, `${name}.onnx`);
  fs.writeFileSync(file, runnableModel(model, types));
  return file;
}

function actionsOf({ refused, values, rows, cols }: PlanWeight): readonly PlannedAction[] {
  const rank = Math.floor((rows * cols) / (rows + cols) / 2);
  return [
    ...(refused.lowrank === '' ? [{ action: 'lowrank', rank } as const] : []),
    ...(refused.bits === ''
      ? (values?.levels ?? []).map(
          ({ bits, block }) => ({ action: 'quantize', bits, block }) as const,
        )
      : []),
  ];
}

/** Numbers that are longer than those of the survey, and the operator set of com.microsoft. */
const UNSEEN_BYTES = 48;

test.each(CASES)(
  '$name: every action that a plan may take is done as it is predicted',
  async (given) => {
    const file = write(given);
    const needs = { spectra: true, estimator: null, pruning: false, levels: true };
    const { weights, model } = await engine.planInputs({
      file,
      ...needs,
      memoryLimit: 0,
      failed: {},
    });
    const [weight, other] = weights;
    expect(other).toBeUndefined();
    const actions = actionsOf(weight!);
    expect([
      actions.filter(({ action }) => action === 'quantize').length,
      weight!.refused.lowrank === '',
    ]).toEqual([given.levels, given.factors]);
    for (const action of actions) {
      const layer = planLayer(weight!, action, { axis: 'mixed', settings: DEFAULT_PLAN_SETTINGS });
      const output = path.join(folder, 'out.onnx');
      const done = rewriteCheckpoint(file, { layers: [layer] }, output, { kernels, replace: true });
      const [outcome] = done.layers;
      expect(outcome).toMatchObject({ action: action.action });
      expect(Math.abs(done.bytes - (model.bytes + layer.bytes[1] - layer.bytes[0]))).toBeLessThan(
        UNSEEN_BYTES,
      );
      const floor = given.dtype === 'float16' ? 2 ** -10 : 2 ** -23;
      expect(Math.abs(outcome!.relativeError! - layer.error!)).toBeLessThan(
        Math.max(floor, 0.01 * layer.error!),
      );
      const session = await ort.InferenceSession.create(output, { logSeverityLevel: 4 });
      await session.release();
    }
  },
);
