import { normalizedSpectrum } from '../spectrum/normalizedSpectrum.ts';
import { KEEP } from './action.ts';
import { costOf, type CostUnit } from './actionEffect.ts';
import type { PlanWeight } from './planWeight.ts';
import { takeFalling, type StepList } from './fallingSteps.ts';
import { beforeRanks, oneRank, usefulRank } from './rankCost.ts';
import { tailEnergies } from './tailEnergy.ts';

/** Methods that keep a singular direction where its score is above one threshold for all weights. */
export const THRESHOLD_METHODS = ['uniform', 'energy', 'welore'] as const;

export type ThresholdMethod = (typeof THRESHOLD_METHODS)[number];

export interface RankSettings {
  /** Ranks are multiples of this, as the hardware likes them; at least 1. */
  readonly multiple: number;
  /** A weight is factorised only where more than this share of its ranks goes (WeLore's LRC); 0 to 1. */
  readonly minRatio: number;
}

/** Ranks by a threshold under budgets of one unit; what does not depend on the budget is done once. */
export interface ThresholdPlanner {
  /** Cost of rank 1 (or `multiple`) in every weight that may be cut. */
  readonly least: number;
  /** The rank of each weight, null for one that stays as it is; undefined where `least` is above the budget. */
  readonly within: (budget: number) => readonly (number | null)[] | undefined;
}

/**
 * Under a budget for all weights directions are kept by falling score until the next does not fit.
 *
 * Scores of direction k of n: `uniform` 1 - k / n, the same share of ranks everywhere; `energy` the share of
 * energy lost without it and what follows, the same share everywhere; `welore` its normalised singular value
 * (Jaiswal et al. 2024).
 */
export function thresholdPlanner(
  weights: readonly PlanWeight[],
  method: ThresholdMethod,
  settings: RankSettings,
  unit: CostUnit = 'parameters',
): ThresholdPlanner {
  const steps = weights.map((weight) => rankSteps(weight, method, settings, unit));
  const least = steps.reduce((total, { costs }) => total + costs[0]!, 0);
  const { multiple } = settings;
  return {
    least,
    within: (budget) => {
      if (budget < least) return undefined;
      const { taken } = takeFalling(steps, budget - least);
      return taken.map((count, w) =>
        count === steps[w]!.scores.length ? null : multiple * (count + 1),
      );
    },
  };
}

/** From the least that a weight can be cut to every step up to the whole of it. */
function rankSteps(
  weight: PlanWeight,
  method: ThresholdMethod,
  { multiple, minRatio }: RankSettings,
  unit: CostUnit,
): StepList {
  const { singularValues, refused, locked } = weight;
  const dense = costOf(weight, locked ?? KEEP, unit);
  if (refused.lowrank !== '' || locked) return { scores: [], costs: [dense] };
  const full = singularValues.length;
  const most = Math.min(usefulRank(weight), Math.ceil(full * (1 - minRatio)) - 1);
  const ranks = Math.max(0, Math.floor(most / multiple));
  const own = directionScores(singularValues, method);
  const [scores, costs] = [new Float64Array(ranks), new Float64Array(ranks + 1)];
  const step = multiple * oneRank(weight, unit);
  const first = beforeRanks(weight, unit);
  for (let k = 0; k < ranks; k++) {
    costs[k] = first + step * (k + 1);
    scores[k] = own[(k + 1) * multiple] ?? 0;
  }
  costs[ranks] = dense;
  return { scores, costs };
}

/** Falling, so that a threshold cuts every weight's list once. */
function directionScores(singularValues: Float64Array, method: ThresholdMethod): Float64Array {
  const full = singularValues.length;
  switch (method) {
    case 'uniform':
      return singularValues.map((_, k) => 1 - k / full);
    case 'energy': {
      const tails = tailEnergies(singularValues);
      const whole = tails[0]!;
      return singularValues.map((_, k) => (whole > 0 ? tails[k]! / whole : 0));
    }
    case 'welore':
      return normalizedOrEven(singularValues);
  }
}

/** Of equal singular values none is removed before another. */
function normalizedOrEven(singularValues: Float64Array): Float64Array {
  const normalized = normalizedSpectrum(singularValues);
  return normalized.length > 0 ? normalized : singularValues.map(() => 1);
}
