import { describe, expect, it } from 'vitest';
import {
  calibrationChoice,
  isSameChoice,
  type CalibrationChoice,
} from '../../../../src/core/plan/calibrationChoice.ts';
import { DEFAULT_PLAN_SETTINGS, type PlanRequest } from '../../../../src/core/plan/planRequest.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { lockedWeights } from '../../../../src/core/plan/lockedWeights.ts';
import type { PlanSource } from '../../../../src/protocol/planPanelApi.ts';
import { covers, needsOf, Planning, type Locks } from '../../../../webview/plan/planning.ts';
import { samplePlanSource } from '../../../fixtures/samplePlan.ts';

const NO_LOCKS: Locks = new Map();
const NEEDS = { spectra: true, estimator: null, pruning: false, levels: false } as const;

function request(value: number, changes: Partial<PlanRequest> = {}): PlanRequest {
  return {
    axis: 'lowrank',
    method: 'error-optimal',
    target: { kind: 'parameters', value },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
    ...changes,
  };
}

/** A source that counts how often what a planner reads of a weight to list its options is read. */
function counted(source: PlanSource): {
  readonly source: PlanSource;
  readonly reads: () => number;
} {
  let reads = 0;
  const weights = source.weights.map((weight) => ({
    ...weight,
    get sensitivity() {
      reads++;
      return weight.sensitivity;
    },
  }));
  return { source: { ...source, weights }, reads: () => reads };
}

describe('planning for a slider', () => {
  it('lists the options of 300 layers once, however far the slider moves', () => {
    const { source, reads } = counted(samplePlanSource(300));
    const planning = new Planning(source, NEEDS, '0');
    planning.plan(request(0.7), NO_LOCKS, 'draft');
    const once = reads();
    expect(once).toBeGreaterThan(0);
    for (let step = 0; step < 60; step++)
      planning.plan(request(0.7 - step / 200), NO_LOCKS, 'draft');
    expect(reads()).toBe(once);
    planning.plan(request(0.5, { method: 'energy' }), NO_LOCKS, 'draft');
    const twice = reads();
    expect(twice).toBeGreaterThan(once);
    planning.plan(request(0.6), NO_LOCKS, 'draft');
    expect(reads()).toBe(twice);
  });

  it.each(['error-optimal', 'uniform', 'energy', 'welore'] as const)(
    'drafts within the budget, never better than the settled plan, which is that of makePlan (%s)',
    (method) => {
      const source = samplePlanSource(40);
      const planning = new Planning(source, NEEDS, '0');
      for (const value of [0.2, 0.45, 0.8]) {
        const asked = request(value, { method });
        const draft = planning.plan(asked, NO_LOCKS, 'draft');
        const settled = planning.plan(asked, NO_LOCKS, 'brief');
        const [before, after] = draft.achieved.parameters;
        expect(after).toBeLessThanOrEqual(value * before);
        expect(draft.objective.error!).toBeGreaterThanOrEqual(settled.objective.error!);
        expect(draft.achieved.error!).toBeLessThan(1.01 * settled.achieved.error!);
        expect(settled).toEqual(makePlan(source.model, source.weights, asked, '0'));
      }
    },
  );

  it('meets an error in the draft and, settled, for no more than the draft takes', () => {
    const planning = new Planning(samplePlanSource(40), NEEDS, '0');
    for (const value of [0.05, 0.2, 0.5]) {
      const asked = request(0, { target: { kind: 'error', value } });
      const draft = planning.plan(asked, NO_LOCKS, 'draft');
      const settled = planning.plan(asked, NO_LOCKS, 'brief');
      expect(draft.achieved.error!).toBeLessThanOrEqual(value);
      expect(settled.achieved.error!).toBeLessThanOrEqual(value);
      expect(settled.achieved.parameters[1]).toBeLessThanOrEqual(draft.achieved.parameters[1]);
      const full = planning.plan(asked, NO_LOCKS, 'full').achieved.parameters[1];
      expect(settled.achieved.parameters[1]).toBeLessThan(1.01 * full);
    }
  });

  it('holds what is locked, and plans all else around it', () => {
    const source = samplePlanSource(20);
    const planning = new Planning(source, NEEDS, '0');
    const locks: Locks = new Map([[source.weights[2]!.id, { action: 'lowrank', rank: 5 }]]);
    const plan = planning.plan(request(0.6), locks, 'brief');
    expect(plan.layers[2]).toMatchObject({ action: 'lowrank', rank: 5, locked: true });
    expect(plan).toEqual(
      makePlan(source.model, lockedWeights(source.weights, locks), request(0.6), '0'),
    );
  });

  it.each([
    ['parameters', 1],
    ['bytes', 1],
    ['rank', 1],
    ['error', 0],
  ] as const)('can reach the end of the slider that it names for %s', (kind, none) => {
    const planning = new Planning(samplePlanSource(12), NEEDS, '0');
    const asked = (value: number) => request(0, { target: { kind, value } });
    const reach = planning.reach(asked(0.5), NO_LOCKS);
    expect(reach.none).toBe(none);
    expect(planning.plan(asked(reach.none), NO_LOCKS, 'brief').achieved.error).toBe(0);
    const furthest = planning.plan(asked(reach.furthest), NO_LOCKS, 'brief').achieved;
    expect(furthest.error).toBeGreaterThan(0.3);
    if (kind !== 'error')
      expect(() => planning.plan(asked(reach.furthest - 0.001), NO_LOCKS, 'brief')).toThrow(
        /cannot be met/,
      );
  });

  it('needs what its locks need too', () => {
    const locks: Locks = new Map([['a', { action: 'quantize', bits: 4, block: 32 }]]);
    const needed = needsOf('lowrank', ['error-optimal'], DEFAULT_PLAN_SETTINGS, locks);
    expect(needed).toEqual({ ...NEEDS, levels: true });
    expect([covers(needed, NEEDS), covers(NEEDS, needed)]).toEqual([true, false]);
  });
});

describe('plans of weights that were seen on inputs', () => {
  const source = samplePlanSource(10);
  const calibration = {
    kind: 'given' as const,
    sources: ['x.npz'],
    rows: false,
    samples: 24,
    dims: { width: 4, height: 2 },
    seed: 1,
    sha256: 'c'.repeat(64),
    sensitivity: false,
  };

  it('name the inputs, and are asked for again by them', () => {
    const planning = new Planning({ ...source, calibration }, NEEDS, '0');
    expect(planning.plan(request(0.5), NO_LOCKS, 'brief').calibration).toEqual(calibration);
    expect(planning.choice).toEqual(calibrationChoice(calibration));
    expect(new Planning(source, NEEDS, '0').choice).toBeUndefined();
  });

  it.each<[string, Partial<CalibrationChoice> | undefined, boolean]>([
    ['the same', {}, true],
    ['its lengths in another order', { dims: { height: 2, width: 4 } }, true],
    ['other files', { sources: ['y.npz'] }, false],
    ['fewer samples', { samples: 23 }, false],
    ['rows as samples', { rows: true }, false],
    ['other lengths', { dims: { width: 4, height: 3 } }, false],
    ['measured sensitivity', { sensitivity: true }, false],
    ['none', undefined, false],
  ])('are by the same inputs as by %s: %s', (_what, changes, same) => {
    const choice = calibrationChoice(calibration);
    expect(isSameChoice(choice, changes && { ...choice!, ...changes })).toBe(same);
  });
});
