import { allocator } from './allocator.ts';
import { lowRankOptions, type ErrorScale } from './lowRankOptions.ts';
import type { PlanWeight } from './planWeight.ts';
import {
  thresholdRanks,
  THRESHOLD_METHODS,
  type RankSettings,
  type ThresholdMethod,
} from './thresholdRanks.ts';

export const LOW_RANK_METHODS = [...THRESHOLD_METHODS, 'error-optimal'] as const;

export type LowRankMethod = (typeof LOW_RANK_METHODS)[number];

export interface LowRankSettings extends RankSettings {
  readonly scale: ErrorScale;
}

/** The rank of each weight, null where it stays whole, and what is known of the choice. */
export interface RankChoice {
  readonly ranks: readonly (number | null)[];
  /** Objective: sum of squared relative (or absolute) errors times sensitivity. */
  readonly error: number;
  /** No choice within the budget does better than this. */
  readonly bound: number;
}

/** Ranks under a budget of parameters for all weights; undefined where none fits. */
export type LowRankPlanner = (budget: number) => RankChoice | undefined;

/** What does not depend on the budget is done here, once. */
export function lowRankPlanner(
  weights: readonly PlanWeight[],
  method: LowRankMethod,
  settings: LowRankSettings,
): LowRankPlanner {
  const options = weights.map((weight) =>
    lowRankOptions(weight, settings.scale, settings.multiple),
  );
  const best = allocator(options);
  if (method === 'error-optimal')
    return (budget) => {
      const found = best.within(budget);
      return found && { ...found, ranks: found.chosen.map((k, w) => options[w]![k]!.rank) };
    };
  return (budget) => {
    const ranks = thresholdRanks(weights, method satisfies ThresholdMethod, budget, settings);
    if (!ranks) return undefined;
    const error = ranks.reduce<number>(
      (total, rank, w) => total + (rank === null ? 0 : errorAt(options[w]!, rank, settings)),
      0,
    );
    return { ranks, error, bound: Math.min(error, best.within(budget)?.bound ?? 0) };
  };
}

function errorAt(
  options: ReturnType<typeof lowRankOptions>,
  rank: number,
  { multiple }: RankSettings,
): number {
  return options[rank / multiple - 1]!.error;
}
