import { describe, expect, it } from 'vitest';
import { frontier, frontierLines } from '../../../../src/core/plan/frontier.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../../src/core/plan/planRequest.ts';
import { actionChoices } from '../../../../webview/plan/actionChoices.ts';
import { frontierChart, pickedPoint } from '../../../../webview/plan/frontierChart.ts';
import { samplePlan, samplePlanSource, valuedPlanSource } from '../../../fixtures/samplePlan.ts';

const source = samplePlanSource(10);
const plan = samplePlan(source);
const lines = frontier(source.model, source.weights, {
  lines: frontierLines(['lowrank']),
  points: 6,
  settings: DEFAULT_PLAN_SETTINGS,
  seed: 1,
});
const spec = frontierChart(plan, lines);

describe('the chart of all methods', () => {
  it('has every method as marks, and the plan on top where its figures are', () => {
    const marks = spec.series.filter(({ draw }) => draw === 'points');
    expect(marks.map(({ label }) => label)).toEqual([
      'Error-optimal',
      'Uniform',
      'Energy',
      'WeLore',
      'This plan',
    ]);
    const { bytes, error } = plan.achieved;
    expect(spec.series.at(-1)!.points).toEqual([
      { x: (100 * bytes[1]) / bytes[0], y: 100 * error! },
    ]);
  });

  it('says in its table what it draws', () => {
    const drawn = spec.series.filter(({ draw, guide }) => draw === 'points' && !guide).slice(0, -1);
    const points = drawn.flatMap((each) => each.points.map(({ x, y }) => [each.label, x, y]));
    const told = spec.table.rows.map(({ cells: [label, , x, y] }) => [label, x, y]);
    expect(told).toEqual(points);
    expect(points).toHaveLength(24);
  });

  it('asks by a point for the plan that the point is', () => {
    for (const { key, cells } of spec.table.rows) {
      const { method, target } = pickedPoint(key);
      if (method !== 'error-optimal') continue;
      const picked = samplePlan(source, 'lowrank', target);
      expect(100 * picked.achieved.error!).toBeCloseTo(cells[3] as number, 6);
    }
  });

  it('is there, with the plan alone, before any method is worked out', () => {
    expect(frontierChart(plan, []).series.map(({ label }) => label)).toEqual(['This plan']);
  });
});

describe('what can be done to a layer', () => {
  const [weight] = valuedPlanSource(3).weights;
  const kinds = (axis: 'lowrank' | 'sparsity' | 'bits' | 'mixed', changes = {}) =>
    actionChoices({ ...weight!, ...changes }, axis, DEFAULT_PLAN_SETTINGS).map((c) => c.action);

  it.each([
    ['lowrank', ['keep', 'lowrank']],
    ['sparsity', ['keep', 'prune']],
    ['bits', ['keep', 'quantize']],
    ['mixed', ['keep', 'lowrank', 'quantize']],
  ] as const)('in a plan of %s is %j', (axis, expected) => {
    expect(kinds(axis)).toEqual(expected);
  });

  it('is only to keep one that is refused', () => {
    const refused = { lowrank: 'r', sparsity: 'r', bits: 'r', mixed: 'r' };
    for (const axis of ['lowrank', 'sparsity', 'bits', 'mixed'] as const)
      expect(kinds(axis, { refused })).toEqual(['keep']);
  });
});
