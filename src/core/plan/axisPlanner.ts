import type { PlannedAction } from './action.ts';
import type { CostUnit } from './actionEffect.ts';

/** One action for each weight, and what is known of the choice. */
export interface ActionChoice {
  readonly actions: readonly PlannedAction[];
  /** Objective: sum of squared relative (or absolute) errors times sensitivity. */
  readonly error: number;
  /** No choice within the budget does better than this; null where no bound is known. */
  readonly bound: number | null;
}

/** Plans of one axis and method under budgets for all weights; the rest is worked out once, so that a slider can ask for many. */
export interface AxisPlanner {
  /** What the budgets count. */
  readonly unit: CostUnit;
  /** No plan costs less. */
  readonly least: number;
  /**
   * Undefined where `least` is above the budget. A draft, for while a slider moves, may leave out the last
   * search for less error; it keeps to the budget too.
   */
  readonly within: (budget: number, draft?: boolean) => ActionChoice | undefined;
}
