import { describe, expect, it } from 'vitest';
import { actionOf } from '../../../../src/core/plan/action.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { parsePlan } from '../../../../src/core/plan/parsePlan.ts';
import type { Plan } from '../../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS, type PlanRequest } from '../../../../src/core/plan/planRequest.ts';
import type { SearchSummary } from '../../../../src/core/plan/searchSummary.ts';
import { storedRequest } from '../../../../src/core/plan/storedRequest.ts';
import { searchedPlan } from '../../../../src/core/search/searchedPlan.ts';
import { mixedWeights } from '../plan/planWeights.ts';

const weights = mixedWeights(6, 64, 2);
const parameters = weights.reduce((sum, weight) => sum + weight.parameters, 0);
const model = { file: 'm.onnx', bytes: 4 * parameters, parameters, sha256: '0'.repeat(64) };
const request: PlanRequest = {
  axis: 'lowrank',
  method: 'error-optimal',
  target: { kind: 'parameters', value: 0.6 },
  settings: DEFAULT_PLAN_SETTINGS,
  seed: 1,
};
const start = makePlan(model, weights, request, '0');

const SUMMARY: SearchSummary = {
  start: 'error-optimal',
  generations: 10,
  offspring: 8,
  finished: true,
  evaluations: 81,
  inputs: { kind: 'given', sources: ['x.npz'], scored: 8, heldOut: 8 },
  measures: { y: 'kl' },
  scored: { start: 1, best: 0.5 },
  heldOut: { start: 1, best: 0.5 },
  runtime: 'onnxruntime-node',
};

function planOf(
  changes: Partial<SearchSummary> = {},
  unmeasured: Readonly<Record<string, string>> = {},
): Plan {
  const actions = start.layers.map(actionOf);
  const summary = { ...SUMMARY, ...changes };
  return searchedPlan({
    model,
    weights,
    request,
    start,
    actions,
    summary,
    unmeasured,
    version: '0',
  });
}

describe('the plan of a search', () => {
  it('is a plan by the schema, with the layers of its actions', () => {
    const plan = planOf();
    expect(parsePlan(JSON.stringify(plan), 'x.json')).toEqual(plan);
    expect(plan.layers).toEqual(start.layers);
    expect(plan.objective.error).toBeCloseTo(start.objective.error!, 12);
    expect(plan).toMatchObject({ method: 'search', search: SUMMARY, notes: start.notes });
  });

  it('was asked for what the search began with', () => {
    expect(storedRequest(planOf())).toEqual(request);
    expect(storedRequest(planOf({ start: 'of another version' })).method).toBe('error-optimal');
  });

  it.each<[string, Partial<SearchSummary>, RegExp]>([
    [
      'noise',
      { inputs: { kind: 'synthetic', sources: [], scored: 4, heldOut: 4 } },
      /weak evidence/,
    ],
    [
      'a gain that held-out samples do not share',
      { heldOut: { start: 1, best: 0.9 } },
      /fell by 50 % on the samples that plans were chosen by and by 10 % on the others: .*fits its samples/,
    ],
    ['a stop', { finished: false }, /stopped after 10 generations/],
  ])('says what to know of %s', (_, changes, note) => {
    const added = planOf(changes).notes.slice(start.notes.length);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(note);
  });

  it('names what was not measured, once for each reason', () => {
    const added = planOf({}, { a: 'first', b: 'second', c: 'first' }).notes.slice(
      start.notes.length,
    );
    expect(added).toEqual([
      expect.stringMatching(/^The action of 'a' and of 1 more .*: first\.$/),
      expect.stringMatching(/^The action of 'b' is .*: second\.$/),
    ]);
  });
});
