import type { PlannedAction } from './action.ts';
import { addedBytes, effectOf, fullRank } from './actionEffect.ts';
import type { PlanAxis, PlanWeight } from './planWeight.ts';
import { pruningRefusal, type PruningPattern } from './sparsityPlanner.ts';
import { usefulRank } from './rankCost.ts';

/** Why a weight has its action, in a few words without a full stop. */
export function layerReason(
  weight: PlanWeight,
  action: PlannedAction,
  axis: PlanAxis,
  pattern: PruningPattern,
): string {
  if (weight.locked) return 'locked';
  switch (action.action) {
    case 'keep': {
      const refused = axis === 'sparsity' ? pruningRefusal(weight, pattern) : weight.refused[axis];
      return refused !== '' ? refused : KEPT[axis];
    }
    case 'lowrank':
      return `rank ${action.rank} of ${fullRank(weight)}; up to ${usefulRank(weight)} its factors are smaller than the matrix`;
    case 'prune':
      return action.pattern === 'unstructured'
        ? `its ${Math.round(action.sparsity * weight.parameters)} values of the smallest magnitude`
        : `in every group of inputs the largest magnitudes stay, ${action.pattern}`;
    case 'quantize':
      return `${mean(weight, action)} bits a value with its scales and padding`;
  }
}

function mean(weight: PlanWeight, action: PlannedAction): string {
  return (
    (8 * (effectOf(weight, action).bytes - addedBytes(weight, action))) /
    weight.parameters
  ).toFixed(2);
}

const KEPT: Readonly<Record<PlanAxis, string>> = {
  lowrank: 'the budget is better spent on keeping it whole',
  sparsity: 'its share of the zeros is none',
  bits: 'the budget is better spent on keeping it as it is',
  mixed: 'the budget is better spent on keeping it as it is',
};
