import { fullRank } from './actionEffect.ts';
import type { ActionChoice, AxisPlanner } from './axisPlanner.ts';
import { absoluteAmount, TargetError, type PlanTarget } from './planTarget.ts';
import type { PlanModel } from './planTotals.ts';
import type { PlanWeight } from './planWeight.ts';

/** How the budget of a planner, for all weights, and a target say the same. */
interface Exchange {
  readonly budget: number;
  /** What a budget comes to in the words of the target. */
  readonly value: (budget: number) => number;
}

/**
 * The best choice that meets a target; of an error the cheapest. Throws TargetError that says what can be met
 * where this cannot.
 *
 * @param may which of the weights the plan may change
 * @param errorOf predicted error of a choice, as the plan's totals have it
 */
export function choiceFor(
  target: PlanTarget,
  planner: AxisPlanner,
  model: PlanModel,
  weights: readonly PlanWeight[],
  may: readonly boolean[],
  errorOf: (choice: ActionChoice) => number,
): ActionChoice {
  if (target.kind === 'error') return cheapestWithin(target.value, planner, weights, errorOf);
  const { budget, value } = budgetOf(target, model, weights, may, planner.unit);
  const found = planner.within(budget);
  if (found) return found;
  const isSparsity = target.kind === 'sparsity';
  const isCount = target.value > 1 && (target.kind === 'parameters' || target.kind === 'bytes');
  const least = usable(value(planner.least), isCount, isSparsity);
  const most = isSparsity ? 'at most' : 'no less than';
  const more = isSparsity ? 'or less' : 'or more';
  throw new TargetError(
    `The target ${target.kind}=${target.value} cannot be met: what this axis and method may change comes to ${most} ${target.kind}=${least}; ask for that ${more}.`,
  );
}

/** Rounded so that it can be met when it is asked for. */
function usable(value: number, isCount: boolean, down: boolean): number {
  if (isCount) return Math.ceil(value);
  const scaled = value * 10_000;
  return (down ? Math.floor(scaled + 1e-6) : Math.ceil(scaled - 1e-6)) / 10_000;
}

/** The budget of a planner that a target asks for; not of an error, which is none. */
export function budgetOf(
  target: PlanTarget,
  model: PlanModel,
  weights: readonly PlanWeight[],
  may: readonly boolean[],
  unit: AxisPlanner['unit'],
): Exchange {
  const sum = (pick: (weight: PlanWeight, w: number) => number): number =>
    weights.reduce((total, weight, w) => total + pick(weight, w), 0);
  const { kind } = target;
  switch (kind) {
    case 'parameters':
    case 'bytes': {
      const whole = model[kind];
      const others = whole - sum((weight) => weight[kind]);
      const unitOf = target.value <= 1 ? whole : 1;
      return {
        budget: absoluteAmount(target, whole) - others,
        value: (budget) => (budget + others) / unitOf,
      };
    }
    case 'rank': {
      const others = sum((weight, w) => (may[w] ? 0 : fullRank(weight)));
      const ranks = sum((weight, w) => (may[w] ? fullRank(weight) : 0));
      return {
        budget: Math.floor(target.value * ranks) + others,
        value: (budget) => (budget - others) / ranks,
      };
    }
    case 'bits': {
      const others = sum(({ bytes }, w) => (may[w] ? 0 : bytes));
      const values = sum(({ parameters }, w) => (may[w] ? parameters : 0));
      return {
        budget: Math.floor((target.value * values) / 8) + others,
        value: (budget) => (8 * (budget - others)) / values,
      };
    }
    case 'sparsity': {
      const all = sum(({ parameters }) => parameters);
      const values = sum(({ parameters }, w) => (may[w] ? parameters : 0));
      return {
        budget: all - Math.round(target.value * values),
        value: (budget) => (all - budget) / values,
      };
    }
    case 'error':
      throw new RangeError(`An error is no budget of ${unit}.`);
  }
}

/** The least budget whose choice has at most that error, by bisection: more budget never has more of it. */
function cheapestWithin(
  error: number,
  planner: AxisPlanner,
  weights: readonly PlanWeight[],
  errorOf: (choice: ActionChoice) => number,
): ActionChoice {
  const { unit, least, within } = planner;
  const whole = weights.reduce(
    (total, weight) => total + (unit === 'rank' ? fullRank(weight) : weight[unit]),
    0,
  );
  const met = (budget: number): ActionChoice | undefined => {
    const found = within(budget);
    return found && errorOf(found) <= error ? found : undefined;
  };
  let best = met(whole);
  if (!best) {
    const found = within(whole);
    const left = found ? errorOf(found).toPrecision(3) : 'unknown';
    throw new TargetError(
      `The target error=${error} cannot be met: what is locked alone has an error of ${left}.`,
    );
  }
  let [low, high] = [least - 1, whole];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = met(middle);
    if (found) [best, high] = [found, middle];
    else low = middle;
  }
  return best;
}
