import { describe, expect, it } from 'vitest';
import { actionOf } from '../../../../src/core/plan/action.ts';
import { costOf } from '../../../../src/core/plan/actionEffect.ts';
import { plannerOf } from '../../../../src/core/plan/axisPlanners.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import {
  DEFAULT_PLAN_SETTINGS,
  METHODS_OF,
  type PlanRequest,
} from '../../../../src/core/plan/planRequest.ts';
import { PRUNING_PATTERNS } from '../../../../src/core/plan/sparsityPlanner.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { searchLevels, type WeightLevels } from '../../../../src/core/search/searchLevels.ts';
import { valuedWeights } from '../plan/valuedWeights.ts';

const WEIGHTS = valuedWeights(8, 64, 3);

function requestOf(changes: Partial<PlanRequest>): PlanRequest {
  return {
    axis: 'lowrank',
    method: 'error-optimal',
    target: { kind: 'parameters', value: 0.6 },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
    ...changes,
  };
}

function levelsOf(request: PlanRequest, weights: readonly PlanWeight[] = WEIGHTS) {
  const sum = (pick: (weight: PlanWeight) => number): number =>
    weights.reduce((total, weight) => total + pick(weight), 0);
  const model = {
    file: 'm.onnx',
    bytes: sum(({ bytes }) => bytes),
    parameters: sum(({ parameters }) => parameters),
    sha256: '0'.repeat(64),
  };
  const start = makePlan(model, weights, request, '0').layers.map(actionOf);
  const { unit } = plannerOf(weights, request);
  return { unit, start, levels: searchLevels(weights, start, request, unit) };
}

const [lowrank, bits, mixed] = [
  METHODS_OF.lowrank.map((method) => requestOf({ method })),
  METHODS_OF.bits.map((method) =>
    requestOf({ axis: 'bits', method, target: { kind: 'bits', value: 6 } }),
  ),
  [requestOf({ axis: 'mixed', target: { kind: 'bytes', value: 0.3 } })],
];
const sparsity = PRUNING_PATTERNS.map((pattern) =>
  requestOf({
    axis: 'sparsity',
    method: 'alpha-linear',
    target: { kind: 'sparsity', value: 0.4 },
    settings: { ...DEFAULT_PLAN_SETTINGS, pattern },
  }),
);

describe('levels of a search', () => {
  it.each([...lowrank, ...bits, ...mixed, ...sparsity])(
    'hold the start, rise in cost and end with the whole weight: $axis by $method, $settings.pattern',
    (request) => {
      const { unit, start, levels } = levelsOf(request);
      expect(levels.map(({ id }) => id)).toEqual(WEIGHTS.map(({ id }) => id));
      for (const [w, own] of levels.entries()) {
        const weight = WEIGHTS[w]!;
        expect(own.levels[own.start]!.action).toEqual(start[w]);
        const costs = own.levels.map(({ cost }) => cost);
        expect(costs).toEqual([...costs].sort((a, b) => a - b));
        expect(costs).toEqual(own.levels.map(({ action }) => costOf(weight, action, unit)));
        expect(own.levels.at(-1)!.action).toEqual({ action: 'keep' });
        expect(new Set(own.levels.map(({ action }) => JSON.stringify(action))).size).toBe(
          own.levels.length,
        );
      }
    },
  );

  it('of ranks cost nearly the same step in weights of unlike size', () => {
    const { levels } = levelsOf(requestOf({}));
    const steps = levels.map((own) => medianStep(own));
    const ranges = levels.map(({ levels: all }) => all.at(-1)!.cost - all[0]!.cost);
    expect(Math.max(...ranges) / Math.min(...ranges)).toBeGreaterThan(8);
    const middle = levels.flatMap((own, w) =>
      own.levels.length > 8 && own.levels.length < 30 ? [steps[w]!] : [],
    );
    expect(middle.length).toBeGreaterThan(3);
    expect(Math.max(...middle) / Math.min(...middle)).toBeLessThan(3);
    for (const own of levels) expect(own.levels.length).toBeLessThanOrEqual(36);
  });

  it('of bits are all those that the weight can be stored with', () => {
    const { levels } = levelsOf(requestOf({ axis: 'bits', target: { kind: 'bits', value: 6 } }));
    for (const [w, own] of levels.entries()) {
      const offered = WEIGHTS[w]!.values!.levels.filter(({ bytes }) => bytes < WEIGHTS[w]!.bytes);
      const quantised = own.levels.filter(({ action }) => action.action === 'quantize');
      expect(quantised.length).toBeGreaterThan(1);
      expect(quantised.length).toBeLessThanOrEqual(offered.length);
    }
  });

  it('of N:8 are the whole eighths, of 2:4 one', () => {
    const patterns = (k: number): string[][] =>
      levelsOf(sparsity[k]!).levels.map((own) =>
        own.levels.map(({ action }) =>
          action.action === 'prune' ? action.pattern : action.action,
        ),
      );
    for (const own of patterns(1))
      expect(own).toEqual(['1:8', '2:8', '3:8', '4:8', '5:8', '6:8', '7:8', 'keep']);
    for (const own of patterns(2)) expect(own).toEqual(['2:4', 'keep']);
  });

  it('are one for a weight that is locked or refused', () => {
    const refused = { lowrank: 'no', sparsity: '', bits: '', mixed: 'no' };
    const changed = WEIGHTS.map((weight, w): PlanWeight =>
      w === 0
        ? { ...weight, locked: { action: 'lowrank', rank: 3 } }
        : w === 1
          ? { ...weight, refused }
          : weight,
    );
    const { levels } = levelsOf(requestOf({}), changed);
    expect(levels[0]!.levels.map(({ action }) => action)).toEqual([{ action: 'lowrank', rank: 3 }]);
    expect(levels[1]!.levels.map(({ action }) => action)).toEqual([{ action: 'keep' }]);
    expect(levels.slice(2).every((own) => own.levels.length > 2)).toBe(true);
  });
});

function medianStep({ levels }: WeightLevels): number {
  const steps = levels.slice(1).map(({ cost }, k) => cost - levels[k]!.cost);
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
}
