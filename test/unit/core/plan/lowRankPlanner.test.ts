import { describe, expect, test } from 'vitest';
import { lowRankOptions } from '../../../../src/core/plan/lowRankOptions.ts';
import type { PlannedAction } from '../../../../src/core/plan/action.ts';
import {
  LOW_RANK_METHODS,
  lowRankPlanner,
  type LowRankSettings,
} from '../../../../src/core/plan/lowRankPlanner.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { largestUsefulRank, parametersAtRank } from '../../../../src/core/plan/rankCost.ts';
import { mixedWeights, powerLawWeight } from './planWeights.ts';

const SETTINGS: LowRankSettings = { multiple: 1, minRatio: 0, scale: 'relative' };
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const SHARES = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.99];

function parametersOf(weights: readonly PlanWeight[]): number {
  return weights.reduce((total, { parameters }) => total + parameters, 0);
}

/** The rank of each weight, null where it stays whole. */
function ranksOf(actions: readonly PlannedAction[]): readonly (number | null)[] {
  return actions.map((each) => (each.action === 'lowrank' ? each.rank : null));
}

/** The ranks and the objective under a budget; undefined where it cannot be met. */
function rankPlanner(...args: Parameters<typeof lowRankPlanner>) {
  const { within } = lowRankPlanner(...args);
  return (budget: number) => {
    const found = within(budget);
    return found && { ...found, ranks: ranksOf(found.actions) };
  };
}

function planned(weights: readonly PlanWeight[], ranks: readonly (number | null)[]): number {
  return ranks.reduce<number>((total, rank, w) => {
    const { rows, cols, parameters } = weights[w]!;
    return total + (rank === null ? parameters : parametersAtRank(rows, cols, rank));
  }, 0);
}

/** The least objective over every choice, tried one by one. */
function bruteForce(weights: readonly PlanWeight[], budget: number): number {
  const options = weights.map((weight) => lowRankOptions(weight, 'relative', 1));
  const search = (w: number, left: number): number =>
    w === options.length
      ? 0
      : options[w]!.reduce(
          (least, { cost, error }) =>
            cost > left ? least : Math.min(least, error + search(w + 1, left - cost)),
          Infinity,
        );
  return search(0, budget);
}

describe('low rank under a budget of parameters', () => {
  test.each(SEEDS)('error-optimal equals brute force on small cases (seed %i)', (seed) => {
    const weights = mixedWeights(4, 14, seed);
    const planner = rankPlanner(weights, 'error-optimal', SETTINGS);
    for (const share of SHARES) {
      const budget = Math.floor(share * parametersOf(weights));
      const best = bruteForce(weights, budget);
      const found = planner(budget);
      if (best === Infinity) expect(found).toBeUndefined();
      else expect(found!.error).toBeCloseTo(best, 12);
    }
  });

  describe.each(LOW_RANK_METHODS)('%s', (method) => {
    test.each(SEEDS)('meets budgets within one rank and never enlarges (seed %i)', (seed) => {
      const weights = mixedWeights(12, 80, seed);
      const planner = rankPlanner(weights, method, SETTINGS);
      const oneRank = Math.max(...weights.map(({ rows, cols }) => rows + cols));
      for (const share of SHARES) {
        const budget = Math.floor(share * parametersOf(weights));
        const found = planner(budget);
        if (!found) continue;
        const used = planned(weights, found.ranks);
        expect(used).toBeLessThanOrEqual(budget);
        expect(budget - used).toBeLessThan(oneRank);
        for (const [w, rank] of found.ranks.entries())
          if (rank !== null) {
            expect(rank).toBeGreaterThanOrEqual(1);
            expect(rank).toBeLessThanOrEqual(largestUsefulRank(weights[w]!.rows, weights[w]!.cols));
          }
      }
    });

    test.each(SEEDS)('has no more error for more budget (seed %i)', (seed) => {
      const weights = mixedWeights(10, 60, seed);
      const planner = rankPlanner(weights, method, SETTINGS);
      const whole = parametersOf(weights);
      let last = Infinity;
      let plans = 0;
      for (let budget = Math.floor(whole / 10); budget <= whole; budget += Math.ceil(whole / 150)) {
        const found = planner(budget);
        if (!found) continue;
        expect(found.error).toBeLessThanOrEqual(last);
        last = found.error;
        plans++;
      }
      expect(plans).toBeGreaterThan(20);
      expect(planner(whole)).toMatchObject({ error: 0, ranks: weights.map(() => null) });
    });

    test.each(SEEDS)(
      'is no better than error-optimal, nor that than its bound (seed %i)',
      (seed) => {
        const weights = mixedWeights(12, 90, seed);
        const [planner, best] = [
          rankPlanner(weights, method, SETTINGS),
          rankPlanner(weights, 'error-optimal', SETTINGS),
        ];
        for (const share of SHARES) {
          const budget = Math.floor(share * parametersOf(weights));
          const [found, least] = [planner(budget), best(budget)];
          expect(found === undefined).toBe(least === undefined);
          if (!found || !least) continue;
          expect(least.error).toBeLessThanOrEqual(found.error);
          expect(least.bound!).toBeLessThanOrEqual(least.error);
        }
      },
    );

    test('keeps to multiples of 8', () => {
      const weights = mixedWeights(12, 200, 5);
      const found = rankPlanner(weights, method, { ...SETTINGS, multiple: 8 })(
        Math.floor(0.7 * parametersOf(weights)),
      )!;
      const ranks = found.ranks.filter((rank) => rank !== null);
      expect(ranks.length).toBeGreaterThan(2);
      expect(ranks.filter((rank) => rank % 8 !== 0)).toEqual([]);
    });
  });

  test('cuts what a threshold finds everywhere alike', () => {
    const weights = [0.3, 1.2].map((exponent, k) =>
      powerLawWeight(`w${k}`, [100, 100], exponent, k),
    );
    const ranksBy = (method: (typeof LOW_RANK_METHODS)[number]): readonly (number | null)[] =>
      rankPlanner(weights, method, SETTINGS)(8000)!.ranks;
    expect(ranksBy('uniform')).toEqual([20, 20]);
    for (const method of ['energy', 'welore', 'error-optimal'] as const) {
      const [flat, steep] = ranksBy(method);
      expect({ method, more: (flat ?? 100) > (steep ?? 100) }).toEqual({ method, more: true });
    }
  });

  test('the bound is near for many layers', () => {
    const weights = mixedWeights(60, 120, 11);
    const found = rankPlanner(
      weights,
      'error-optimal',
      SETTINGS,
    )(Math.floor(0.6 * parametersOf(weights)))!;
    expect(found.error - found.bound!).toBeLessThan(0.002 * found.error);
  });

  test('a weight that is refused stays whole', () => {
    const weights = mixedWeights(6, 60, 3).map((weight, k) =>
      k === 2 ? { ...weight, refused: { ...weight.refused, lowrank: 'it is a gate' } } : weight,
    );
    for (const method of LOW_RANK_METHODS) {
      const { ranks } = rankPlanner(
        weights,
        method,
        SETTINGS,
      )(Math.floor(0.7 * parametersOf(weights)))!;
      expect(ranks[2]).toBeNull();
      expect(ranks.some((rank) => rank !== null)).toBe(true);
    }
  });

  test('WeLore leaves weights of which too little goes as they are', () => {
    const weights = mixedWeights(8, 100, 9);
    const { ranks } = rankPlanner(weights, 'welore', { ...SETTINGS, minRatio: 0.6 })(
      Math.floor(0.7 * parametersOf(weights)),
    )!;
    const cut = ranks.flatMap((rank, w) =>
      rank === null ? [] : [1 - rank / weights[w]!.singularValues.length],
    );
    expect(cut.length).toBeGreaterThan(0);
    for (const share of cut) expect(share).toBeGreaterThan(0.6);
  });
});
