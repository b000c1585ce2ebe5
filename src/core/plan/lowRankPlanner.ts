import type { CostUnit } from './actionEffect.ts';
import type { ActionOptions, ErrorScale } from './actionOption.ts';
import { allocator, type Allocator } from './allocator.ts';
import type { AxisPlanner } from './axisPlanner.ts';
import { rankOptions } from './lowRankOptions.ts';
import type { PlanWeight } from './planWeight.ts';
import { remembered } from './remembered.ts';
import { THRESHOLD_METHODS, thresholdPlanner, type RankSettings } from './thresholdRanks.ts';

export const LOW_RANK_METHODS = [...THRESHOLD_METHODS, 'error-optimal'] as const;

export type LowRankMethod = (typeof LOW_RANK_METHODS)[number];

export interface LowRankSettings extends RankSettings {
  readonly scale: ErrorScale;
}

/** What all methods share. */
interface RankAllocation {
  readonly options: readonly ActionOptions[];
  readonly best: Allocator;
}

const allocations = remembered<RankAllocation>(1);

function rankAllocation(
  weights: readonly PlanWeight[],
  scale: ErrorScale,
  multiple: number,
  unit: CostUnit,
): RankAllocation {
  return allocations(weights, `${scale} ${multiple} ${unit}`, () => {
    const options = weights.map((weight) => rankOptions(weight, scale, multiple, unit));
    return { options, best: allocator(options) };
  });
}

/** Ranks under a budget; see thresholdRanks for the methods that cut at a threshold. */
export function lowRankPlanner(
  weights: readonly PlanWeight[],
  method: LowRankMethod,
  settings: LowRankSettings,
  unit: CostUnit = 'parameters',
): AxisPlanner {
  const { scale, multiple } = settings;
  const { options, best } = rankAllocation(weights, scale, multiple, unit);
  if (method === 'error-optimal')
    return {
      unit,
      least: best.least,
      within: (budget, draft) => {
        const found = best.within(budget, draft);
        return found && { ...found, actions: found.chosen.map((k, w) => options[w]!.actionAt(k)) };
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
        rank === null ? options[w]!.costs.length - 1 : rank / multiple - 1,
      );
      const error = chosen.reduce((total, k, w) => total + options[w]!.errors[k]!, 0);
      return {
        actions: chosen.map((k, w) => options[w]!.actionAt(k)),
        error,
        bound: Math.min(error, best.bound(budget)),
      };
    },
  };
}
