import { describe, expect, test } from 'vitest';
import { checkPlan } from '../../../../src/core/plan/checkPlan.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { parsePlan, PlanError } from '../../../../src/core/plan/parsePlan.ts';
import { planFingerprint } from '../../../../src/core/plan/planFingerprint.ts';
import type { Plan } from '../../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../../src/core/plan/planRequest.ts';
import { mixedWeights } from './planWeights.ts';

const weights = mixedWeights(5, 60, 4);
const parameters = weights.reduce((sum, weight) => sum + weight.parameters, 0);
const model = {
  file: 'model.onnx',
  bytes: 4 * parameters,
  parameters,
  sha256: '0123456789abcdef'.repeat(4),
};
const plan = makePlan(
  model,
  weights,
  {
    axis: 'lowrank',
    method: 'error-optimal',
    target: { kind: 'parameters', value: 0.5 },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
  },
  '0.0.0',
);
const at = plan.layers.findIndex(({ action }) => action === 'lowrank');
const known = weights.map(({ id, rows, cols }) => ({ id, rank: Math.min(rows, cols) }));

/** The plan as text, with one thing done to it. */
function edited(
  change: (plan: Record<string, unknown>, layer: Record<string, unknown>) => void,
): string {
  const copy = JSON.parse(JSON.stringify(plan)) as Record<string, unknown> & {
    layers: Record<string, unknown>[];
  };
  change(copy, copy.layers[at]!);
  return JSON.stringify(copy);
}

function checked(text: string, sha256 = model.sha256): Plan {
  const parsed = parsePlan(text, 'p.eigenplan.json');
  checkPlan(parsed, 'p.eigenplan.json', { file: 'model.onnx', sha256 }, known);
  return parsed;
}

describe('a plan as text', () => {
  test('is read as it was written', () => {
    expect(at).toBeGreaterThanOrEqual(0);
    expect(checked(JSON.stringify(plan))).toEqual(plan);
  });

  test.each<[string, Parameters<typeof edited>[0], RegExp]>([
    ['another schema', (p) => (p['schema'] = 'eigenscope.plan/2'), /at schema: /],
    ['no layers', (p) => delete p['layers'], /at layers: /],
    ['a field that is none', (p) => (p['colour'] = 'red'), /at colour: /],
    [
      'a hash that is none',
      (p) => (p['model'] = { file: 'm', bytes: 1, sha256: 'ff' }),
      /at model\.sha256: /,
    ],
    ['rank 0', (_, layer) => (layer['rank'] = 0), new RegExp(`at layers\\.${at}\\.rank: `)],
    ['rank 2.5', (_, layer) => (layer['rank'] = 2.5), new RegExp(`at layers\\.${at}\\.rank: `)],
    [
      'an unknown action',
      (_, layer) => (layer['action'] = 'melt'),
      new RegExp(`at layers\\.${at}\\.action: `),
    ],
    [
      '3 bits',
      (_, layer) => Object.assign(layer, { action: 'quantize', bits: 3, block: 32 }),
      new RegExp(`at layers\\.${at}\\.bits: `),
    ],
    [
      'a rank above full',
      (_, layer) => (layer['rank'] = 61),
      new RegExp(
        `at layers\\.${at}\\.rank: 61 is above the full rank of w\\d, \\d+; use a rank from 1`,
      ),
    ],
    [
      'a layer that the model does not have',
      (_, layer) => (layer['id'] = 'nowhere'),
      new RegExp(`at layers\\.${at}\\.id: model\\.onnx has no weight 'nowhere'`),
    ],
    [
      'a layer that is there twice',
      (p) => (p['layers'] as unknown[]).push(plan.layers[0]),
      /at layers\.5\.id: 'w0' is planned already, at layers\.0/,
    ],
  ])('with %s is refused, and the field is named', (_, change, message) => {
    expect(() => checked(edited(change))).toThrow(PlanError);
    expect(() => checked(edited(change))).toThrow(message);
  });

  test.each([
    [0.5, '2:8', /sparsity: 0\.5 is not what the pattern 2:8 gives, 0\.75/],
    [0, '8:8', /pattern: '8:8' keeps 8 of 8/],
    [1, '0:4', /pattern: '0:4' keeps 0 of 4/],
  ])('that prunes %d as %s is refused', (sparsity, pattern, message) => {
    const text = edited((_, layer) => {
      delete layer['rank'];
      Object.assign(layer, { action: 'prune', sparsity, pattern });
    });
    expect(() => checked(text)).toThrow(message);
  });

  test('that is no JSON is refused', () => {
    expect(() => parsePlan('{', 'p.eigenplan.json')).toThrow(/^p\.eigenplan\.json is not JSON: /);
  });

  test('for another model is refused by its hash', () => {
    expect(() => checked(JSON.stringify(plan), 'f'.repeat(64))).toThrow(
      /a plan for model\.onnx with the SHA-256 0123456789ab…, and model\.onnx has ffffffffffff…/,
    );
  });
});

describe('the fingerprint of a plan', () => {
  const fingerprint = (text: string): string => planFingerprint(JSON.parse(text) as Plan);

  test.each<[string, boolean, Parameters<typeof edited>[0]]>([
    ['the words', true, (_, layer) => (layer['reason'] = 'because')],
    ['a lock', true, (_, layer) => (layer['locked'] = true)],
    ['the order of the layers', true, (p) => (p['layers'] as unknown[]).reverse()],
    ['a rank', false, (_, layer) => (layer['rank'] = 1 + (layer['rank'] as number))],
    ['an id', false, (_, layer) => (layer['id'] = 'other')],
    [
      'the model',
      false,
      (p) => ((p['model'] as Record<string, unknown>)['sha256'] = 'f'.repeat(64)),
    ],
  ])('after a change of %s is the same: %s', (_, same, change) => {
    const changed = fingerprint(edited(change));
    expect(changed).toMatch(/^[0-9a-f]{16}$/);
    expect(changed === planFingerprint(plan)).toBe(same);
  });
});
