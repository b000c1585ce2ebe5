import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { actionOf } from '../../../../src/core/plan/action.ts';
import { bytesOptions, bytesPlanner } from '../../../../src/core/plan/bytesPlanner.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { planSchema, type Plan } from '../../../../src/core/plan/plan.ts';
import { planFingerprint } from '../../../../src/core/plan/planFingerprint.ts';
import {
  DEFAULT_PLAN_SETTINGS,
  METHODS_OF,
  type PlanRequest,
  type PlanSettings,
} from '../../../../src/core/plan/planRequest.ts';
import { parseTarget, TargetError } from '../../../../src/core/plan/planTarget.ts';
import type { PlanModel } from '../../../../src/core/plan/planTotals.ts';
import { PLAN_AXES, type PlanAxis, type PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { valuedWeights } from './valuedWeights.ts';

const SEEDS = [1, 2, 3, 4];

function modelOf(weights: readonly PlanWeight[]): PlanModel {
  const sum = (pick: (weight: PlanWeight) => number): number =>
    weights.reduce((total, weight) => total + pick(weight), 0);
  // Biases, nodes and names are what no axis may change.
  return {
    file: 'model.onnx',
    bytes: sum(({ bytes }) => bytes) + 1000,
    parameters: sum(({ parameters }) => parameters) + 100,
    sha256: 'ab'.repeat(32),
  };
}

function request(
  axis: PlanAxis,
  method: PlanRequest['method'],
  target: string,
  settings: Partial<PlanSettings> = {},
): PlanRequest {
  const all = { ...DEFAULT_PLAN_SETTINGS, ...settings };
  return { axis, method, target: parseTarget(target), settings: all, seed: 1 };
}

function planned(weights: readonly PlanWeight[], asked: PlanRequest): Plan {
  return makePlan(modelOf(weights), weights, asked, '0.0.0');
}

/** The plan, or undefined where the target cannot be met. */
function attempt(weights: readonly PlanWeight[], asked: PlanRequest): Plan | undefined {
  try {
    return planned(weights, asked);
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

const METHODS = PLAN_AXES.flatMap((axis) => METHODS_OF[axis].map((method) => ({ axis, method })));

/** Rising budgets of each axis, as targets. */
const RISING: Readonly<Record<PlanAxis, readonly string[]>> = {
  lowrank: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((share) => `parameters=${share}`),
  sparsity: [0.9, 0.8, 0.7, 0.5, 0.3, 0.2, 0.1, 0].map((share) => `sparsity=${share}`),
  bits: [4, 4.5, 5, 6, 7, 8, 9, 16, 32].map((bits) => `bits=${bits}`),
  mixed: [0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.7, 1].map((share) => `bytes=${share}`),
};

describe.each(METHODS)('$axis by $method', ({ axis, method }) => {
  test.each(SEEDS)(
    'never enlarges a weight; more budget never has more error (seed %i)',
    (seed) => {
      const weights = valuedWeights(9, 64, seed);
      let [last, plans] = [Infinity, 0];
      for (const target of RISING[axis]) {
        const plan = attempt(weights, request(axis, method, target));
        if (!plan) continue;
        plans++;
        expect(v.parse(planSchema, plan)).toEqual(plan);
        for (const { parameters, bytes } of plan.layers) {
          expect(parameters[1]).toBeLessThanOrEqual(parameters[0]);
          expect(bytes[1]).toBeLessThanOrEqual(bytes[0]);
        }
        const error = plan.achieved.error!;
        expect(error).toBeLessThanOrEqual(last + 1e-12);
        expect(plan.objective.error).toBeCloseTo(error ** 2 * weights.length, 9);
        expect(plan.objective.bound ?? 0).toBeLessThanOrEqual(plan.objective.error! + 1e-12);
        last = error;
      }
      expect(plans).toBeGreaterThan(3);
      expect(last).toBe(0);
    },
  );

  test.each(SEEDS)('meets an error, and with little less budget would not (seed %i)', (seed) => {
    const weights = valuedWeights(6, 40, seed);
    const plan = planned(weights, request(axis, method, 'error=0.2'));
    expect(plan.achieved.error).toBeLessThanOrEqual(0.2);
    const kind = axis === 'lowrank' || axis === 'sparsity' ? 'parameters' : 'bytes';
    const less = attempt(weights, request(axis, method, `${kind}=${plan.achieved[kind][1] - 1}`));
    if (less) expect(less.achieved.error).toBeGreaterThan(0.2);
  });

  test('is the same for the same request, and reads no time', () => {
    const weights = valuedWeights(5, 40, 3);
    const asked = request(axis, method, RISING[axis][4]!);
    const [a, b] = [planned(weights, asked), planned(weights, asked)];
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
    expect(planFingerprint(a)).toBe(planFingerprint(b));
  });
});

describe('targets', () => {
  const weights = valuedWeights(10, 64, 7);
  const model = modelOf(weights);

  test('a share of the parameters is met within one rank', () => {
    const oneRank = Math.max(...weights.map(({ rows, cols }) => rows + cols));
    for (const share of [0.4, 0.6, 0.8]) {
      const { achieved } = planned(
        weights,
        request('lowrank', 'error-optimal', `parameters=${share}`),
      );
      const budget = Math.floor(share * model.parameters);
      expect(achieved.parameters).toEqual([model.parameters, expect.any(Number)]);
      expect(achieved.parameters[1]).toBeLessThanOrEqual(budget);
      expect(budget - achieved.parameters[1]).toBeLessThan(oneRank);
    }
  });

  test('an absolute number and its share are one target', () => {
    const absolute = planned(
      weights,
      request('lowrank', 'error-optimal', `parameters=${Math.floor(0.5 * model.parameters)}`),
    );
    const share = planned(weights, request('lowrank', 'error-optimal', 'parameters=0.5'));
    expect(planFingerprint(absolute)).toBe(planFingerprint(share));
  });

  test('bytes of float32 factors are four a parameter', () => {
    const { achieved } = planned(weights, request('lowrank', 'error-optimal', 'bytes=0.6'));
    expect(achieved.bytes[1]).toBeLessThanOrEqual(0.6 * model.bytes);
    expect(achieved.bytes[0] - achieved.bytes[1]).toBe(
      4 * (achieved.parameters[0] - achieved.parameters[1]),
    );
  });

  test('a mean rank is met within one', () => {
    const ranks = weights.reduce((sum, { rows, cols }) => sum + Math.min(rows, cols), 0);
    const { achieved } = planned(weights, request('lowrank', 'uniform', 'rank=0.4'));
    expect(achieved.rank).toBeLessThanOrEqual(0.4);
    expect(0.4 * ranks - achieved.rank! * ranks).toBeLessThan(1);
  });

  test.each(['uniform', 'alpha-linear', 'alpha-softmax'] as const)(
    'zeros by %s are counted exactly, whatever is cut off',
    (method) => {
      const values = weights.reduce((sum, { parameters }) => sum + parameters, 0);
      for (const share of [0.01, 0.31, 0.5, 0.83, 0.97]) {
        const settings = { epsilon: 0.6, highest: 0.985 };
        const plan = planned(weights, request('sparsity', method, `sparsity=${share}`, settings));
        expect(plan.achieved.sparsity! * values).toBeCloseTo(Math.round(share * values), 6);
        for (const layer of plan.layers)
          if (layer.action === 'prune') expect(layer.sparsity).toBeLessThanOrEqual(0.985);
      }
    },
  );

  test('zeros of N:8 are enough, and fewer by one step would not be', () => {
    const values = weights.reduce((sum, { parameters }) => sum + parameters, 0);
    const step = Math.max(...weights.map(({ parameters }) => parameters)) / 8;
    for (const share of [0.2, 0.5, 0.7]) {
      const settings = { pattern: 'n:8', byBlock: false } as const;
      const { achieved, layers } = planned(
        weights,
        request('sparsity', 'alpha-linear', `sparsity=${share}`, settings),
      );
      const zeros = achieved.sparsity! * values;
      expect(zeros).toBeGreaterThanOrEqual(Math.round(share * values) - 1e-6);
      expect(zeros - share * values).toBeLessThan(step);
      const patterns = new Set(layers.map((each) => (each.action === 'prune' ? each.pattern : '')));
      expect(patterns.size).toBeGreaterThan(1);
    }
  });

  test('2:4 of half of the values is every weight', () => {
    const { layers } = planned(
      weights,
      request('sparsity', 'uniform', 'sparsity=0.5', { pattern: '2:4' }),
    );
    expect(new Set(layers.map((layer) => JSON.stringify(actionOf(layer))))).toEqual(
      new Set([JSON.stringify({ action: 'prune', sparsity: 0.5, pattern: '2:4' })]),
    );
  });

  test('mean bits are met, and no weight could take a better level with what is left', () => {
    for (const bits of [5, 6.2, 8, 10]) {
      const plan = planned(weights, request('bits', 'error-optimal', `bits=${bits}`));
      const values = weights.reduce((sum, { parameters }) => sum + parameters, 0);
      const spare = (bits * values) / 8 - plan.layers.reduce((sum, each) => sum + each.bytes[1], 0);
      expect(plan.achieved.bits).toBeLessThanOrEqual(bits);
      for (const [w, weight] of weights.entries()) {
        const { bytes, error } = plan.layers[w]!;
        const better = weight.values!.levels.filter(
          (level) => level.error < (1 - 1e-9) * error! ** 2 && level.bytes - bytes[1] <= spare,
        );
        expect(better).toEqual([]);
      }
    }
  });

  test('heavier tails get more bits where alpha is weighed', () => {
    const [heavy, light] = [1.5, 4.5].map((alpha, k) => ({
      ...weights[0]!,
      id: `w${k}`,
      block: '',
      alpha,
    }));
    const both = [heavy!, light!];
    const settings = { alphaWeighting: true };
    const bytes = [6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10].flatMap((bits) => {
      const plan = attempt(both, request('bits', 'error-optimal', `bits=${bits}`, settings));
      return plan ? [plan.layers.map((layer) => layer.bytes[1])] : [];
    });
    expect(bytes.filter(([more, fewer]) => more! < fewer!)).toEqual([]);
    expect(bytes.filter(([more, fewer]) => more! > fewer!).length).toBeGreaterThan(0);
  });

  test.each([
    [
      'lowrank',
      'error-optimal',
      'parameters=0.001',
      /no less than parameters=0\.\d+; ask for that or more/,
    ],
    ['lowrank', 'error-optimal', 'parameters=2', /no less than parameters=\d+;/],
    ['bits', 'error-optimal', 'bits=2', /no less than bits=\d\.\d+;/],
    ['mixed', 'error-optimal', 'bytes=0.001', /no less than bytes=0\.\d+;/],
    ['sparsity', 'uniform', 'sparsity=0.995', /at most sparsity=0\.\d+; ask for that or less/],
  ] as const)(
    '%s by %s for %s says what can be met, and that can',
    (axis, method, target, text) => {
      let message = '';
      try {
        planned(weights, request(axis, method, target));
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(text);
      const [, kind, value] = /([a-z]+)=([0-9.]+);/.exec(message)!;
      const plan = planned(weights, request(axis, method, `${kind}=${value}`));
      expect(plan.layers.some(({ action }) => action !== 'keep')).toBe(true);
    },
  );

  test.each([
    ['sparsity', 'uniform', 'bytes=0.5', {}, /sparsity cannot aim at bytes \(zeros are stored/],
    ['lowrank', 'alpha-linear', 'parameters=0.5', {}, /lowrank has no method 'alpha-linear'/],
    ['bits', 'uniform', 'rank=0.5', {}, /bits cannot aim at rank; take bits, bytes, error/],
    ['lowrank', 'uniform', 'rank=0.5', { multiple: 0 }, /multiple is a whole number/],
    ['sparsity', 'uniform', 'sparsity=0.5', { epsilon: 1 }, /epsilon is a spread/],
    ['sparsity', 'uniform', 'sparsity=0.5', { highest: NaN }, /highest is a share/],
  ] as const)('%s by %s for %s %o is refused', (axis, method, target, settings, text) => {
    const asked = request(axis, method, target, settings);
    expect(() => planned(weights, asked)).toThrow(TargetError);
    expect(() => planned(weights, asked)).toThrow(text);
  });
});

describe('levels of quantisation under a budget of bytes', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'are those of least error of all choices (seed %i)',
    (seed) => {
      for (const ranks of [undefined, { multiple: 4 }]) {
        const weights = valuedWeights(4, 32, seed);
        const options = weights.map((weight) => bytesOptions(weight, 'relative', ranks));
        const brute = (w: number, left: number): number =>
          w === options.length
            ? 0
            : options[w]!.reduce(
                (least, { cost, error }) =>
                  cost > left ? least : Math.min(least, error + brute(w + 1, left - cost)),
                Infinity,
              );
        const planner = bytesPlanner(weights, 'relative', ranks);
        const whole = weights.reduce((sum, { bytes }) => sum + bytes, 0);
        for (const share of [0.12, 0.14, 0.17, 0.2, 0.26, 0.35, 0.6]) {
          const budget = Math.floor(share * whole);
          const best = brute(0, budget);
          const found = planner.within(budget);
          if (best === Infinity) expect(found).toBeUndefined();
          else expect(found!.error).toBeCloseTo(best, 12);
        }
      }
    },
  );
});

describe('mixed', () => {
  test.each(SEEDS)('is at least as good as bits or ranks alone (seed %i)', (seed) => {
    const weights = valuedWeights(8, 64, seed);
    for (const share of [0.2, 0.3, 0.5]) {
      const errors = (['mixed', 'bits', 'lowrank'] as const).map(
        (axis) =>
          attempt(weights, request(axis, 'error-optimal', `bytes=${share}`))?.objective.error ??
          Infinity,
      );
      expect(errors[0]).toBeLessThanOrEqual(Math.min(errors[1]!, errors[2]!) + 1e-12);
    }
  });
});

describe('a locked layer', () => {
  const weights = valuedWeights(6, 40, 2);

  test.each([
    ['lowrank', 'error-optimal', 'parameters=0.7', { action: 'lowrank', rank: 3 }],
    ['lowrank', 'welore', 'parameters=0.7', { action: 'keep' }],
    ['lowrank', 'uniform', 'parameters=0.7', { action: 'quantize', bits: 4, block: 32 }],
    ['sparsity', 'uniform', 'sparsity=0.4', { action: 'prune', sparsity: 0.5, pattern: '4:8' }],
    ['bits', 'error-optimal', 'bits=8', { action: 'quantize', bits: 8, block: 128 }],
    ['bits', 'uniform', 'bits=9', { action: 'keep' }],
    ['mixed', 'error-optimal', 'bytes=0.4', { action: 'lowrank', rank: 2 }],
  ] as const)(
    'of %s by %s for %s keeps its action, and the target is met',
    (axis, method, target, locked) => {
      const held = weights.map((weight, k) => (k === 2 ? { ...weight, locked } : weight));
      const plan = planned(held, request(axis, method, target));
      expect(plan.layers.map((layer) => layer.locked)).toEqual(held.map((_, k) => k === 2));
      expect(actionOf(plan.layers[2]!)).toEqual(locked);
      expect(plan.layers.filter(({ action }) => action !== 'keep').length).toBeGreaterThan(1);
      const { kind, value } = plan.target;
      const { achieved } = plan;
      if (kind === 'parameters' || kind === 'bytes')
        expect(achieved[kind][1]).toBeLessThanOrEqual(value * achieved[kind][0]);
      if (kind === 'bits') expect(achieved.bits).toBeLessThanOrEqual(value);
      if (kind === 'sparsity') {
        const values = weights.reduce((sum, { parameters }) => sum + parameters, 0);
        expect(achieved.sparsity! * values).toBeCloseTo(Math.round(value * values), 6);
      }
    },
  );

  test('with an action that it cannot take is refused by name', () => {
    const over = weights.map((weight, k) =>
      k === 0 ? { ...weight, locked: { action: 'lowrank', rank: 999 } as const } : weight,
    );
    expect(() => planned(over, request('lowrank', 'error-optimal', 'parameters=0.7'))).toThrow(
      /w0 cannot have the rank 999/,
    );
  });
});
