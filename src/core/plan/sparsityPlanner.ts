import { KEEP, type PlannedAction } from './action.ts';
import { effectOf } from './actionEffect.ts';
import { errorFactor, type ErrorScale } from './actionOption.ts';
import type { ActionChoice, AxisPlanner } from './axisPlanner.ts';
import type { PlanWeight } from './planWeight.ts';
import { linearShares, mappedAlphas, softmaxShares } from './sparsityMap.ts';
import { steppedShares, type SteppedWeight } from './shareSteps.ts';

export const SPARSITY_METHODS = ['uniform', 'alpha-linear', 'alpha-softmax'] as const;

export type SparsityMethod = (typeof SPARSITY_METHODS)[number];

/** Single values, N of every 8 inputs with N by weight, or 2 of every 4 in every weight. */
export const PRUNING_PATTERNS = ['unstructured', 'n:8', '2:4'] as const;

export type PruningPattern = (typeof PRUNING_PATTERNS)[number];

export interface SparsitySettings {
  readonly pattern: PruningPattern;
  /** Spread of the alpha maps: shares from 1 - epsilon to 1 + epsilon times the target; 0 to below 1. */
  readonly epsilon: number;
  /** Give every weight of a block the mean alpha of the block. */
  readonly byBlock: boolean;
  /** No weight gets more zeros than this share of its values; above 0, up to 1. */
  readonly highest: number;
  readonly scale: ErrorScale;
}

/** Why the weight cannot be pruned in that pattern; '' where it can. */
export function pruningRefusal({ refused, values }: PlanWeight, pattern: PruningPattern): string {
  if (refused.sparsity !== '') return refused.sparsity;
  if (!values) return 'its values were not looked at';
  if (pattern === 'unstructured') return '';
  const of = pattern === '2:4' ? 4 : 8;
  if (values.patterns.some((each) => each.of === of)) return '';
  return `its inputs are no whole number of groups of ${of}`;
}

/**
 * Zeros by a map of alpha (see sparsityMap), all the same where the method is `uniform`, each weight's share
 * cut to `highest` and what is cut off given to the others. Budgets are of values that are not zeroed; the
 * number of zeros is exact, and with N of 8 above it by less than one step of one weight.
 */
export function sparsityPlanner(
  weights: readonly PlanWeight[],
  method: SparsityMethod,
  settings: SparsitySettings,
): AxisPlanner {
  const { pattern, scale } = settings;
  const free = weights.map((weight) => !weight.locked && pruningRefusal(weight, pattern) === '');
  const shares = mapShares(
    weights.filter((_, w) => free[w]),
    method,
    settings,
  );
  const stepped = weights.map((weight, w): SteppedWeight => {
    const share = free[w] ? shares.shift()! : 0;
    return steps(weight, share, free[w] ? settings : undefined);
  });
  const fixed = weights.map(({ locked }) => locked ?? KEEP);
  const kept = weights.reduce(
    (total, weight, w) => total + effectOf(weight, fixed[w]!).parameters,
    0,
  );
  const most = stepped.reduce((total, each) => total + each.steps * each.size, 0);
  return {
    unit: 'parameters',
    least: kept - most,
    within: (budget) => {
      if (budget < kept - most) return undefined;
      const taken = steppedShares(stepped, Math.max(0, kept - budget));
      return choice(
        weights,
        weights.map((weight, w) => pruned(weight, taken[w]!, pattern) ?? fixed[w]!),
        scale,
      );
    },
  };
}

function mapShares(
  weights: readonly PlanWeight[],
  method: SparsityMethod,
  { epsilon, byBlock }: SparsitySettings,
): number[] {
  if (method === 'uniform') return weights.map(() => 1);
  const alphas = mappedAlphas(weights, byBlock);
  // The level is the factor's to find; only the quotients of the shares count.
  const map = method === 'alpha-linear' ? linearShares : softmaxShares;
  return [...map(weights, alphas, 1, epsilon)];
}

/** Of every 8 one value at least stays. */
const MOST_OF_EIGHT = 7;

function steps(
  { parameters }: PlanWeight,
  share: number,
  settings: SparsitySettings | undefined,
): SteppedWeight {
  if (!settings) return { share: 0, steps: 0, whole: 1, size: 1 };
  const { pattern, highest } = settings;
  switch (pattern) {
    case 'unstructured':
      return { share, steps: Math.floor(highest * parameters), whole: parameters, size: 1 };
    case 'n:8': {
      const most = Math.min(MOST_OF_EIGHT, Math.floor(8 * highest));
      return { share, steps: most, whole: 8, size: parameters / 8 };
    }
    case '2:4':
      return { share, steps: 1, whole: 2, size: parameters / 2 };
  }
}

function pruned(
  { parameters }: PlanWeight,
  taken: number,
  pattern: PruningPattern,
): PlannedAction | undefined {
  if (taken === 0) return undefined;
  switch (pattern) {
    case 'unstructured':
      return { action: 'prune', sparsity: taken / parameters, pattern };
    case 'n:8':
      return { action: 'prune', sparsity: taken / 8, pattern: `${8 - taken}:8` };
    case '2:4':
      return { action: 'prune', sparsity: 0.5, pattern };
  }
}

function choice(
  weights: readonly PlanWeight[],
  actions: readonly PlannedAction[],
  scale: ErrorScale,
): ActionChoice {
  const error = weights.reduce(
    (total, weight, w) =>
      total + errorFactor(weight, scale) * (effectOf(weight, actions[w]!).error ?? 0),
    0,
  );
  return { actions, error, bound: null };
}
