import type { PlannedAction } from './action.ts';
import type { CostUnit } from './actionEffect.ts';
import { errorFactor, fixedOption, type ActionOption, type ErrorScale } from './actionOption.ts';
import type { PlanWeight } from './planWeight.ts';
import { usefulRank } from './rankCost.ts';
import { tailEnergies } from './tailEnergy.ts';

/**
 * Every rank that makes the weight smaller, in steps of `multiple`, then the matrix as it is; by rising cost.
 * The error is the squared tail of the singular values, over the squared norm of the matrix where the scale
 * is `relative`, times the weight's sensitivity. One option where the weight is refused or locked.
 */
export function lowRankOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  multiple: number,
  unit: CostUnit = 'parameters',
): readonly ActionOption[] {
  const { singularValues, refused, locked } = weight;
  const whole = fixedOption(weight, scale, unit);
  if (refused.lowrank !== '' || locked) return [whole];
  const tails = tailEnergies(singularValues);
  const factor = tails[0]! > 0 ? errorFactor(weight, scale) / tails[0]! : 0;
  const ranks: ActionOption[] = [];
  for (let rank = multiple; rank <= usefulRank(weight); rank += multiple) {
    const action: PlannedAction = { action: 'lowrank', rank };
    const cost = unit === 'rank' ? rank : costAtRank(weight, rank, unit);
    ranks.push({ action, cost, error: factor * tails[rank]! });
  }
  return [...ranks, whole];
}

function costAtRank(
  { rows, cols, elementBytes, added }: PlanWeight,
  rank: number,
  unit: 'parameters' | 'bytes',
): number {
  const parameters = rank * (rows + cols);
  return unit === 'bytes' ? elementBytes * parameters + (added?.lowrank ?? 0) : parameters;
}
