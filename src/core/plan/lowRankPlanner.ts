import type { CostUnit } from './actionEffect.ts';
import type { ErrorScale } from './actionOption.ts';
import { allocator } from './allocator.ts';
import type { AxisPlanner } from './axisPlanner.ts';
import { lowRankOptions } from './lowRankOptions.ts';
import type { PlanWeight } from './planWeight.ts';
import { THRESHOLD_METHODS, thresholdPlanner, type RankSettings } from './thresholdRanks.ts';

export const LOW_RANK_METHODS = [...THRESHOLD_METHODS, 'error-optimal'] as const;

export type LowRankMethod = (typeof LOW_RANK_METHODS)[number];

export interface LowRankSettings extends RankSettings {
  readonly scale: ErrorScale;
}

/** Ranks under a budget; see thresholdRanks for the methods that cut at a threshold. */
export function lowRankPlanner(
  weights: readonly PlanWeight[],
  method: LowRankMethod,
  settings: LowRankSettings,
  unit: CostUnit = 'parameters',
): AxisPlanner {
  const { scale, multiple } = settings;
  const options = weights.map((weight) => lowRankOptions(weight, scale, multiple, unit));
  const best = allocator(options);
  if (method === 'error-optimal')
    return {
      unit,
      least: best.least,
      within: (budget, draft) => {
        const found = best.within(budget, draft);
        return found && { ...found, actions: found.chosen.map((k, w) => options[w]![k]!.action) };
      },
    };
  const { least, within } = thresholdPlanner(weights, method, settings, unit);
  return {
    unit,
    least,
    within: (budget) => {
      const ranks = within(budget);
      if (!ranks) return undefined;
      const chosen = ranks.map((rank, w) =>
        rank === null ? options[w]!.at(-1)! : options[w]![rank / multiple - 1]!,
      );
      const error = chosen.reduce((total, option) => total + option.error, 0);
      return {
        actions: chosen.map(({ action }) => action),
        error,
        bound: Math.min(error, best.bound(budget)),
      };
    },
  };
}
