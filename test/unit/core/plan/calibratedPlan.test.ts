import { describe, expect, test } from 'vitest';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { parsePlan } from '../../../../src/core/plan/parsePlan.ts';
import { planFingerprint } from '../../../../src/core/plan/planFingerprint.ts';
import type { Plan, PlanCalibration } from '../../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../../src/core/plan/planRequest.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { powerLawWeight } from './planWeights.ts';

const CALIBRATION: PlanCalibration = {
  kind: 'given',
  sources: ['inputs.npz'],
  rows: false,
  samples: 3,
  dims: {},
  seed: 1,
  sha256: 'ab'.repeat(32),
  sensitivity: false,
};

function planOf(weights: readonly PlanWeight[], calibration?: PlanCalibration): Plan {
  const parameters = weights.reduce((sum, weight) => sum + weight.parameters, 0);
  return makePlan(
    { file: 'model.onnx', bytes: 4 * parameters, parameters, sha256: 'cd'.repeat(32) },
    weights,
    {
      ...{ axis: 'lowrank', method: 'uniform', target: { kind: 'parameters', value: 0.5 } },
      ...{ settings: DEFAULT_PLAN_SETTINGS, seed: 1 },
      ...(calibration ? { calibration } : {}),
    },
    '0.0.0',
  );
}

const plain = [0, 1].map((k) => powerLawWeight(`w${k}`, [40, 30], 0.5, k));
const [first, second] = plain as [PlanWeight, PlanWeight];
const mixed: readonly PlanWeight[] = [
  { ...first, calibrated: 'outputs' },
  { ...second, calibrated: { refused: 'too few vectors reached it' } },
];

describe('a plan of weights that were seen on inputs', () => {
  const plan = planOf(mixed, CALIBRATION);

  test('says of each layer whose error it is, and why', () => {
    expect(plan.layers.map(({ action, errorOf }) => [action, errorOf])).toEqual([
      ['lowrank', 'outputs'],
      ['lowrank', undefined],
    ]);
    expect(plan.layers[0]!.reason).not.toContain('too few');
    expect(plan.layers[1]!.reason).toMatch(
      /; its error is its own, .*: too few vectors reached it$/,
    );
  });

  test('says on what, and of how many weights', () => {
    expect(plan.calibration).toEqual(CALIBRATION);
    expect(plan.notes).toEqual([
      "Errors of 1 of 2 weights are of their outputs on 3 samples of inputs.npz (SHA-256 of the samples abababababab…), relative to these outputs; what they do to the model's own outputs is measured by verifying the result, on other inputs. Of the other 1 they are of the weights themselves; each says why.",
    ]);
  });

  test('is read as it was written', () => {
    expect(parsePlan(JSON.stringify(plan), 'p.json')).toEqual(plan);
  });

  test('that lost its calibration is refused', () => {
    const { calibration, ...rest } = plan;
    expect(calibration).toBeDefined();
    expect(() => parsePlan(JSON.stringify(rest), 'p.json')).toThrow(
      /at layers\.0\.errorOf: .*for want of a calibration \(w0\)/,
    );
  });

  test('has a fingerprint of its own for each calibration', () => {
    const other = planOf(mixed, { ...CALIBRATION, sha256: 'ef'.repeat(32) });
    const alone = planOf(plain);
    const prints = [plan, other, alone].map(planFingerprint);
    expect(new Set(prints).size).toBe(3);
    // Where no layer goes by them, the inputs make no other model.
    const none = plain.map((weight) => ({ ...weight, calibrated: { refused: 'no' } }));
    expect(planFingerprint(planOf(none, CALIBRATION))).toBe(prints[2]);
  });
});

test('an action whose error is not known goes by the weight alone', () => {
  const locked: PlanWeight = {
    ...first,
    singularValues: new Float64Array(0),
    refused: { ...first.refused, lowrank: '' },
    locked: { action: 'prune', sparsity: 0.5, pattern: 'unstructured' },
    calibrated: 'outputs',
  };
  const [layer] = planOf([locked, second], CALIBRATION).layers;
  expect([layer!.action, layer!.error, layer!.errorOf]).toEqual(['prune', null, undefined]);
});

test('noise and measured sensitivities are said to be what they are', () => {
  const { notes } = planOf(mixed, {
    ...CALIBRATION,
    kind: 'seeded',
    samples: 1,
    sensitivity: true,
  });
  expect(notes[0]).toContain('on 1 sample of seeded noise');
  expect(notes.slice(1)).toEqual([
    'Inputs that were made up are weak evidence of what matters: give real ones with --inputs.',
    "Each weight's squared error counts as much as it was measured to change the outputs of the model.",
  ]);
});
