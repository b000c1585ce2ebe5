import { fullRank } from './actionEffect.ts';
import type { ActionChoice, AxisPlanner } from './axisPlanner.ts';
import { absoluteAmount, TargetError, type PlanTarget } from './planTarget.ts';
import type { PlanModel } from './planTotals.ts';
import type { PlanWeight } from './planWeight.ts';

/**
 * How much is made of a plan. `draft`: at once, for while a slider moves; within the target's budget, or of an
 * error near it by a thousandth of the model, and not searched for less error. `brief`: the same as `full` but
 * for an error, whose budget is the least that drafts meet it with, a trifle above the least of all.
 */
export type PlanEffort = 'draft' | 'brief' | 'full';

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
  effort: PlanEffort = 'full',
): ActionChoice {
  if (target.kind === 'error')
    return cheapestWithin(target.value, planner, weights, errorOf, effort);
  const { budget } = budgetOf(target, model, weights, may, planner.unit);
  const found = planner.within(budget, effort === 'draft');
  if (found) return found;
  const isSparsity = target.kind === 'sparsity';
  const least = furthestValue(target, planner, model, weights, may);
  const most = isSparsity ? 'at most' : 'no less than';
  const more = isSparsity ? 'or less' : 'or more';
  throw new TargetError(
    `The target ${target.kind}=${target.value} cannot be met: what this axis and method may change comes to ${most} ${target.kind}=${least}; ask for that ${more}.`,
  );
}

/**
 * The furthest that a target of that kind can go: the least of what it counts, or the most zeros. In shares, or
 * as an amount where the target is one.
 */
function furthestValue(
  target: PlanTarget,
  planner: AxisPlanner,
  model: PlanModel,
  weights: readonly PlanWeight[],
  may: readonly boolean[],
): number {
  const { value } = budgetOf(target, model, weights, may, planner.unit);
  const isCount = target.value > 1 && (target.kind === 'parameters' || target.kind === 'bytes');
  return usable(value(planner.least), isCount, target.kind === 'sparsity');
}

/** What targets of one kind can be, in shares where both shares and amounts can be asked for. */
export interface TargetReach {
  /** The furthest that can be met. */
  readonly furthest: number;
  /** What leaves the model as it is. */
  readonly none: number;
}

/** @param errorOf as for `choiceFor` */
export function targetReach(
  kind: PlanTarget['kind'],
  planner: AxisPlanner,
  model: PlanModel,
  weights: readonly PlanWeight[],
  may: readonly boolean[],
  errorOf: (choice: ActionChoice) => number,
): TargetReach {
  if (kind === 'error') {
    const cheapest = planner.within(planner.least, true);
    return { furthest: cheapest ? errorOf(cheapest) : 0, none: 0 };
  }
  const furthest = furthestValue({ kind, value: 1 }, planner, model, weights, may);
  switch (kind) {
    case 'sparsity':
      return { furthest, none: 0 };
    case 'bits': {
      const whole = weights.reduce((total, { bytes }) => total + bytes, 0);
      const { value } = budgetOf({ kind, value: 1 }, model, weights, may, planner.unit);
      return { furthest, none: value(whole) };
    }
    case 'parameters':
    case 'bytes':
    case 'rank':
      return { furthest, none: 1 };
  }
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

/** Of a bisection whose result is only looked at while a slider moves. */
const DRAFT_STEPS = 1000;

/** The search for less error gains about this part of the whole budget in a large model, and more in a small one. */
const SEARCH_STEPS = 2 ** 14;

/**
 * The least budget whose choice has at most that error, by bisection: more budget never has more of it. First
 * with drafts, which are quick; then from there down with what the search makes of each budget.
 */
function cheapestWithin(
  error: number,
  planner: AxisPlanner,
  weights: readonly PlanWeight[],
  errorOf: (choice: ActionChoice) => number,
  effort: PlanEffort,
): ActionChoice {
  const { unit, least, within } = planner;
  const whole = weights.reduce(
    (total, weight) => total + (unit === 'rank' ? fullRank(weight) : weight[unit]),
    0,
  );
  const met = (budget: number, quick: boolean): ActionChoice | undefined => {
    const found = within(budget, quick);
    return found && errorOf(found) <= error ? found : undefined;
  };
  const first = met(whole, true);
  if (!first) {
    const found = within(whole);
    const left = found ? errorOf(found).toPrecision(3) : 'unknown';
    throw new TargetError(
      `The target error=${error} cannot be met: what is locked alone has an error of ${left}.`,
    );
  }
  const bisected = (start: Met, below: number, near: number, quick: boolean): Met => {
    let [low, best] = [below, start];
    while (best.budget - low > near) {
      const middle = Math.floor((low + best.budget) / 2);
      const found = met(middle, quick);
      if (found) best = { budget: middle, choice: found };
      else low = middle;
    }
    return best;
  };
  const near = effort === 'draft' ? Math.max(1, whole / DRAFT_STEPS) : 1;
  const drafted = bisected({ budget: whole, choice: first }, least - 1, near, true);
  if (effort === 'draft') return drafted.choice;
  if (effort === 'brief') return met(drafted.budget, false) ?? drafted.choice;
  let best = drafted;
  for (let step = Math.max(1, Math.floor(whole / SEARCH_STEPS)); ; step *= 4) {
    const budget = Math.max(least - 1, best.budget - step);
    const found = met(budget, false);
    if (!found) return bisected(best, budget, 1, false).choice;
    best = { budget, choice: found };
  }
}

interface Met {
  readonly budget: number;
  readonly choice: ActionChoice;
}
