import type { CostUnit } from './actionEffect.ts';
import {
  errorFactor,
  fixedOption,
  optionColumns,
  optionList,
  type ActionOption,
  type ActionOptions,
  type ErrorScale,
} from './actionOption.ts';
import type { PlanWeight } from './planWeight.ts';
import { beforeRanks, oneRank, usefulRank } from './rankCost.ts';
import { tailEnergies } from './tailEnergy.ts';

/**
 * Every rank that makes the weight smaller, in steps of `multiple`, then the matrix as it is; by rising cost.
 * The error is the squared tail of the singular values, over the squared norm of the matrix where the scale
 * is `relative`, times the weight's sensitivity. One option where the weight is refused or locked.
 */
export function rankOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  multiple: number,
  unit: CostUnit,
): ActionOptions {
  const { singularValues, refused, locked } = weight;
  const whole = fixedOption(weight, scale, unit);
  if (refused.lowrank !== '' || locked) return optionColumns([whole]);
  const tails = tailEnergies(singularValues);
  const factor = tails[0]! > 0 ? errorFactor(weight, scale) / tails[0]! : 0;
  const ranks = Math.max(0, Math.floor(usefulRank(weight) / multiple));
  const [costs, errors] = [new Float64Array(ranks + 1), new Float64Array(ranks + 1)];
  const step = multiple * oneRank(weight, unit);
  const first = beforeRanks(weight, unit);
  for (let k = 0; k < ranks; k++) {
    costs[k] = first + step * (k + 1);
    errors[k] = factor * tails[multiple * (k + 1)]!;
  }
  costs[ranks] = whole.cost;
  errors[ranks] = whole.error;
  return {
    costs,
    errors,
    actionAt: (k) => (k < ranks ? { action: 'lowrank', rank: multiple * (k + 1) } : whole.action),
  };
}

/** The same as a list. */
export function lowRankOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  multiple: number,
  unit: CostUnit = 'parameters',
): readonly ActionOption[] {
  return optionList(rankOptions(weight, scale, multiple, unit));
}
