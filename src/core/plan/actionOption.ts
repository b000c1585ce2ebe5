import { KEEP, type PlannedAction } from './action.ts';
import { costOf, effectOf, type CostUnit } from './actionEffect.ts';
import type { Options } from './options.ts';
import type { PlanWeight } from './planWeight.ts';

/** One action of a weight as the allocator sees it. */
export interface ActionOption {
  readonly action: PlannedAction;
  /** What it leaves, in the unit of the budget. */
  readonly cost: number;
  /** What it adds to the objective. */
  readonly error: number;
}

/** All actions of a weight as the allocator sees them: in columns, by rising cost. */
export interface ActionOptions extends Options {
  readonly actionAt: (k: number) => PlannedAction;
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

/** In columns; `options` by rising cost. */
export function optionColumns(options: readonly ActionOption[]): ActionOptions {
  return {
    costs: Float64Array.from(options, ({ cost }) => cost),
    errors: Float64Array.from(options, ({ error }) => error),
    actionAt: (k) => options[k]!.action,
  };
}

/** One by one, for those that look at a few. */
export function optionList({ costs, errors, actionAt }: ActionOptions): readonly ActionOption[] {
  return Array.from({ length: costs.length }, (_, k) => ({
    action: actionAt(k),
    cost: costs[k]!,
    error: errors[k]!,
  }));
}

/** Only options of both that no other beats in both cost and error, by rising cost. */
export function undominated(a: ActionOptions, b: ActionOptions): ActionOptions {
  const most = a.costs.length + b.costs.length;
  const [costs, errors] = [new Float64Array(most), new Float64Array(most)];
  // Places in a, then those in b.
  const places = new Int32Array(most);
  let [i, j, size, least] = [0, 0, 0, Infinity];
  while (i < a.costs.length || j < b.costs.length) {
    const isFirst = j >= b.costs.length || (i < a.costs.length && comesFirst(a, i, b, j));
    const [list, k] = isFirst ? [a, i++] : [b, j++];
    const error = list.errors[k]!;
    if (error >= least) continue;
    least = error;
    costs[size] = list.costs[k]!;
    errors[size] = error;
    places[size++] = isFirst ? k : a.costs.length + k;
  }
  return {
    costs: costs.subarray(0, size),
    errors: errors.subarray(0, size),
    actionAt: (k) => {
      const place = places[k]!;
      return place < a.costs.length ? a.actionAt(place) : b.actionAt(place - a.costs.length);
    },
  };
}

function comesFirst(a: Options, i: number, b: Options, j: number): boolean {
  const [cost, other] = [a.costs[i]!, b.costs[j]!];
  return cost < other || (cost === other && a.errors[i]! <= b.errors[j]!);
}
