import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import type { PlanModelRequest } from '../../../src/engine/engineApi.ts';
import type { ModelSpec, TensorSpec } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { runnableModel } from '../../fixtures/runnableModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const temporary = path.join(folder, 'tmp');
fs.mkdirSync(temporary);
const engine = testEngine();
beforeAll(() => vi.stubEnv('TMPDIR', temporary));
afterAll(() => {
  vi.unstubAllEnvs();
  engine.dispose();
});

const SIZE = 48;

function square(name: string, seed: number): TensorSpec {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: SIZE * SIZE }, () => random.normal() / SIZE);
  return { name, dims: [SIZE, SIZE], values };
}

/** Two weights of the same values: what the one gives counts in full, what the other gives a hundredth. */
const model: ModelSpec = {
  nodes: [
    op('MatMul', ['x', 'loud'], 'a'),
    op('MatMul', ['x', 'quiet'], 'b'),
    op('Mul', ['b', 'hundredth'], 'c'),
    op('Add', ['a', 'c'], 'y'),
  ],
  initializers: [
    square('loud', 1),
    square('quiet', 1),
    { name: 'hundredth', dims: [1], values: [0.01] },
  ],
  inputs: ['x'],
  outputs: ['y'],
};
const file = path.join(folder, 'two.onnx');
fs.writeFileSync(
  file,
  runnableModel(model, { x: { shape: ['n', SIZE] }, y: { shape: ['n', SIZE] } }),
);

const NOISE = { inputs: [], rows: false, samples: 4, seed: 3, dims: { n: 64 } };

function planned(changes: Partial<PlanModelRequest>, sensitivity: boolean): Promise<Plan> {
  return engine.plan({
    ...{ file, memoryLimit: 0, failed: {}, locked: [], seed: 1 },
    ...{ axis: 'lowrank', method: 'error-optimal' },
    target: { kind: 'parameters', value: 0.6 },
    settings: DEFAULT_PLAN_SETTINGS,
    calibrate: { ...NOISE, sensitivity },
    ...changes,
  });
}

describe('a measured sensitivity', () => {
  it('gives the ranks to the weight whose errors reach the outputs', async () => {
    const [alike, measured] = [await planned({}, false), await planned({}, true)];
    const sizes = (plan: Plan): number[] => plan.layers.map(({ parameters }) => parameters[1]);
    const [loud, quiet] = sizes(alike) as [number, number];
    expect(Math.abs(loud - quiet)).toBeLessThanOrEqual(2 * SIZE);
    const [most, least] = sizes(measured) as [number, number];
    expect(most).toBeGreaterThan(1.5 * loud);
    expect(least).toBeLessThan(0.5 * quiet);
    expect(most + least).toBeLessThanOrEqual(0.6 * 2 * SIZE * SIZE + 1);
    expect(measured.calibration!.sensitivity).toBe(true);
    expect(measured.notes.join()).toContain('measured to change the outputs');
  });

  it('is the same each time', async () => {
    expect(await planned({}, true)).toEqual(await planned({}, true));
  });

  it('is the square of the share that reaches the outputs, along every axis', async () => {
    const { weights } = await engine.planInputs({
      ...{ file, memoryLimit: 0, failed: {}, estimator: null },
      ...{ spectra: true, pruning: true, levels: true },
      calibrate: { ...NOISE, sensitivity: true },
    });
    const [loud, quiet] = weights.map(({ sensitivity }) => sensitivity) as [number, number];
    // Both have the same values, so that the outputs are 1.01 times those of the loud one.
    expect(loud).toBeCloseTo(1 / 1.01 ** 2, 3);
    expect(quiet / loud).toBeGreaterThan(0.98e-4);
    expect(quiet / loud).toBeLessThan(1.02e-4);
  });

  it('is refused where errors are absolute', async () => {
    const settings = { ...DEFAULT_PLAN_SETTINGS, scale: 'absolute' as const };
    await expect(planned({ settings }, true)).rejects.toMatchObject({
      name: 'TargetError',
      message: expect.stringContaining('leave the scale relative') as string,
    });
  });

  it('leaves no file behind', () => {
    const left = fs.readdirSync(temporary).filter((name) => name.startsWith('eigenscope'));
    expect(left).toEqual([]);
  });
});
