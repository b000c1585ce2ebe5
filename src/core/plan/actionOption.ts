import { KEEP, type PlannedAction } from './action.ts';
import { costOf, effectOf, type CostUnit } from './actionEffect.ts';
import type { Option } from './options.ts';
import type { PlanWeight } from './planWeight.ts';

/** One action of a weight as the allocator sees it. */
export interface ActionOption extends Option {
  readonly action: PlannedAction;
}

/** How squared errors of different weights are weighed against each other. */
export type ErrorScale = 'relative' | 'absolute';

/** What a relative squared error of the weight counts in the objective. */
export function errorFactor({ energy, sensitivity }: PlanWeight, scale: ErrorScale): number {
  return scale === 'relative' ? sensitivity : sensitivity * energy;
}

/** The one option of a weight that the planner may not decide on: what is locked, else the weight as it is. */
export function fixedOption(weight: PlanWeight, scale: ErrorScale, unit: CostUnit): ActionOption {
  const action = weight.locked ?? KEEP;
  const error = errorFactor(weight, scale) * (effectOf(weight, action).error ?? 0);
  return { action, cost: costOf(weight, action, unit), error };
}

/** Only options that no other beats in both cost and error, by rising cost. */
export function undominated(options: readonly ActionOption[]): readonly ActionOption[] {
  const kept: ActionOption[] = [];
  let least = Infinity;
  for (const option of [...options].sort((a, b) => a.cost - b.cost || a.error - b.error)) {
    if (option.error >= least) continue;
    least = option.error;
    kept.push(option);
  }
  return kept;
}
