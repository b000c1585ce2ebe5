import { describe, expect, test } from 'vitest';
import {
  frontier,
  frontierLines,
  sizeUnit,
  type FrontierPoint,
  type FrontierRequest,
  type FrontierSeries,
} from '../../../../src/core/plan/frontier.ts';
import { makePlan } from '../../../../src/core/plan/makePlan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../../src/core/plan/planRequest.ts';
import { TargetError } from '../../../../src/core/plan/planTarget.ts';
import type { PlanModel } from '../../../../src/core/plan/planTotals.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { tailEnergies } from '../../../../src/core/plan/tailEnergy.ts';
import { valuedWeights } from './valuedWeights.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];

function modelOf(weights: readonly PlanWeight[]): PlanModel {
  const sum = (pick: (weight: PlanWeight) => number): number =>
    weights.reduce((total, weight) => total + pick(weight), 0);
  return {
    file: 'model.onnx',
    bytes: sum(({ bytes }) => bytes) + 1000,
    parameters: sum(({ parameters }) => parameters) + 100,
    sha256: 'ab'.repeat(32),
  };
}

function drawn(
  weights: readonly PlanWeight[],
  changes: Partial<FrontierRequest> = {},
): readonly FrontierSeries[] {
  return frontier(modelOf(weights), weights, {
    lines: frontierLines(),
    points: 10,
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
    ...changes,
  });
}

/** Size as the point's axis counts it, before the plan and after it. */
function sizes(weights: readonly PlanWeight[], point: FrontierPoint): [number, number] {
  const unit = sizeUnit(point.axis);
  return [modelOf(weights)[unit], point[unit]!];
}

function isBetter(a: FrontierPoint, b: FrontierPoint): boolean {
  const unit = sizeUnit(a.axis);
  return (
    sizeUnit(b.axis) === unit &&
    a.reachable &&
    a[unit]! <= b[unit]! &&
    a.error! <= b.error! &&
    (a[unit]! < b[unit]! || a.error! < b.error!)
  );
}

describe('a frontier', () => {
  test.each(SEEDS)('has every method at the same shares of the size (seed %i)', (seed) => {
    const series = drawn(valuedWeights(8, 64, seed));
    expect(series.map(({ axis, method }) => ({ axis, method }))).toEqual(frontierLines());
    for (const { points, unit, axis, method } of series) {
      const like = series.find((each) => each.unit === unit)!;
      expect(points.map(({ target }) => target)).toEqual(like.points.map(({ target }) => target));
      for (const point of points) expect(point).toMatchObject({ axis, method });
    }
  });

  test.each(SEEDS)(
    'has never more error for more size, none above its target (seed %i)',
    (seed) => {
      const weights = valuedWeights(8, 64, seed);
      for (const { points } of drawn(weights)) {
        const known = points.filter(({ reachable }) => reachable);
        expect(known.length).toBeGreaterThan(3);
        expect(points.indexOf(known.at(-1)!)).toBe(known.length - 1);
        for (const [k, point] of known.entries()) {
          const [whole, size] = sizes(weights, point);
          expect(size).toBeLessThanOrEqual(Math.floor(point.target.value * whole));
          expect(point.error).toBeGreaterThanOrEqual(k === 0 ? 0 : known[k - 1]!.error!);
        }
      }
    },
  );

  test.each(SEEDS)('has the points of makePlan, or better ones (seed %i)', (seed) => {
    const weights = valuedWeights(6, 40, seed);
    const settings = DEFAULT_PLAN_SETTINGS;
    let alike = 0;
    for (const { points } of drawn(weights, { points: 4 }))
      for (const { axis, method, target, ...point } of points) {
        const plan = (): ReturnType<typeof makePlan> =>
          makePlan(modelOf(weights), weights, { axis, method, target, settings, seed: 1 }, '0.0.0');
        if (!point.reachable) {
          expect(plan).toThrow(TargetError);
          continue;
        }
        const { parameters, bytes, error } = plan().achieved;
        expect(point.error).toBeLessThanOrEqual(error! + 1e-15);
        if (point.bytes === bytes[1] && point.parameters === parameters[1]) alike++;
      }
    expect(alike).toBeGreaterThan(30);
  });

  test.each(SEEDS)('marks what no other point betters, and only that (seed %i)', (seed) => {
    const points = drawn(valuedWeights(8, 64, seed)).flatMap((line) => line.points);
    for (const point of points)
      expect(point.best).toBe(point.reachable && !points.some((other) => isBetter(other, point)));
    expect(points.filter(({ best }) => best).length).toBeGreaterThan(10);
  });

  test('says why an axis has nothing to plan, and draws the others', () => {
    const refused = { lowrank: 'it is a gate', sparsity: '', bits: '', mixed: '' };
    const weights = valuedWeights(5, 40, 1).map((weight) => ({ ...weight, refused }));
    const series = drawn(weights, { lines: frontierLines(['lowrank', 'bits']) });
    for (const { axis, reason, points } of series) {
      expect(reason).toBe(
        axis === 'lowrank' ? 'no weight may be changed; of w0: it is a gate' : '',
      );
      expect(points.some(({ reachable }) => reachable)).toBe(axis === 'bits');
    }
  });

  test.each([0, 1.5, 201, NaN])('of %d points is refused', (points) => {
    expect(() => drawn(valuedWeights(2, 16, 1), { points })).toThrow(TargetError);
  });
});

describe('the work of plans', () => {
  /** Weights that count how often their spectra are asked for. */
  function counted(): { readonly weights: readonly PlanWeight[]; readonly reads: () => number } {
    let reads = 0;
    const weights = valuedWeights(12, 64, 3).map((weight) => {
      const { singularValues } = weight;
      return Object.defineProperty({ ...weight }, 'singularValues', {
        get: () => {
          reads++;
          return singularValues;
        },
      });
    });
    return { weights, reads: () => reads };
  }

  test('of a second plan leaves the spectra alone, but for the errors of its layers', () => {
    const { weights, reads } = counted();
    const plan = (value: number): void => {
      makePlan(
        modelOf(weights),
        weights,
        {
          axis: 'lowrank',
          method: 'error-optimal',
          target: { kind: 'parameters', value },
          settings: DEFAULT_PLAN_SETTINGS,
          seed: 1,
        },
        '0.0.0',
      );
    };
    plan(0.6);
    const first = reads();
    plan(0.5);
    expect(first).toBeGreaterThanOrEqual(weights.length);
    expect(reads() - first).toBeLessThanOrEqual(weights.length);
  });

  test('of a frontier does not grow with its points, but for the errors of their layers', () => {
    const [few, many] = [3, 30].map((points) => {
      const { weights, reads } = counted();
      drawn(weights, { lines: frontierLines(['lowrank']), points });
      return reads() / points;
    });
    // One read a layer, point and method.
    expect(many).toBeLessThanOrEqual(12 * 4 + 12 * 8);
    expect(many!).toBeLessThan(few!);
  });

  test('tails of a spectrum are summed once', () => {
    const [{ singularValues }] = valuedWeights(1, 32, 1) as [PlanWeight];
    expect(tailEnergies(singularValues)).toBe(tailEnergies(singularValues));
  });
});

describe('at equal budgets', () => {
  test.each(SEEDS)(
    'error-optimal is at least as good as every low-rank method (seed %i)',
    (seed) => {
      const weights = valuedWeights(9, 72, seed);
      const series = drawn(weights, { lines: frontierLines(['lowrank']), points: 20 });
      const [best, ...others] = series.map(({ points }) => points);
      for (const points of others)
        for (const [k, { reachable, error }] of points.entries())
          if (reachable) expect(best![k]!.error).toBeLessThanOrEqual(error! + 1e-12);
    },
  );

  test.each(SEEDS)('locked weights stay, and budgets are met all the same (seed %i)', (seed) => {
    const weights = valuedWeights(8, 64, seed).map((weight, k) =>
      k === 3 ? { ...weight, locked: { action: 'lowrank', rank: 2 } as const } : weight,
    );
    const [bytes, parameters] = [modelOf(weights).bytes, modelOf(weights).parameters];
    for (const { points, unit } of drawn(weights))
      for (const point of points)
        if (point.reachable)
          expect(point[unit]).toBeLessThanOrEqual(
            point.target.value * (unit === 'bytes' ? bytes : parameters),
          );
  });
});
