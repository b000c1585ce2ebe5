import { coreSearch } from './coreSearch.ts';
import { takeFalling, type StepList } from './fallingSteps.ts';
import { lowerHull, type Options } from './options.ts';

export interface Allocation {
  /** Index of the chosen option, per weight. */
  readonly chosen: readonly number[];
  readonly cost: number;
  readonly error: number;
  /** No choice within the budget has a smaller error: that of the linear relaxation. */
  readonly bound: number;
  /** Whether no choice within the budget has a smaller error than this one. */
  readonly optimal: boolean;
}

export interface Allocator {
  /** Cost of the cheapest choice of all. */
  readonly least: number;
  /**
   * One option for each weight: least total error within a total cost. Undefined where even the cheapest
   * options cost more. A draft is not searched for anything better, and is there at once.
   */
  readonly within: (budget: number, draft?: boolean) => Allocation | undefined;
  /** The bound alone, of a budget of at least `least`. */
  readonly bound: (budget: number) => number;
}

/** States that the search for a better choice may make: some thousandths of a second. */
const SEARCH_WORK = 300_000;

const DRAFT = { status: 'given up' } as const;

/**
 * Allocates budgets over weights: Everett's Lagrange multiplier on the lower convex hulls (Everett 1963;
 * Shoham and Gersho 1988), greedy fill of what is left, and a search of the core for anything better. What
 * does not depend on the budget is done once, so that a slider can ask for many.
 */
export function allocator(weights: readonly Options[]): Allocator {
  const hulls = weights.map(hullOf);
  const least = costOf(
    weights,
    hulls.map(({ points }) => points[0]!),
  );
  return {
    least,
    bound: (budget) => relaxation(weights, hulls, budget - least).bound,
    within: (budget, draft = false) => {
      if (least > budget) return undefined;
      const relaxed = relaxation(weights, hulls, budget - least);
      const greedy = filled(weights, relaxed.chosen, budget);
      const incumbent = { error: errorOf(weights, greedy), price: relaxed.price };
      const found = draft ? DRAFT : coreSearch(weights, budget, incumbent, SEARCH_WORK);
      const chosen = found.status === 'better' ? found.chosen : greedy;
      const error = errorOf(weights, chosen);
      return {
        chosen,
        cost: costOf(weights, chosen),
        error,
        bound: Math.min(error, relaxed.bound),
        optimal: found.status !== 'given up',
      };
    },
  };
}

/** The hull of one weight's options; its steps are scored by their gain per cost. */
interface Hull extends StepList {
  /** Indices of the options on it. */
  readonly points: Int32Array;
}

function hullOf(options: Options): Hull {
  const { costs, errors } = options;
  const points = lowerHull(options);
  const scores = new Float64Array(points.length - 1);
  const paid = new Float64Array(points.length);
  paid[0] = costs[points[0]!]!;
  for (let step = 0; step < scores.length; step++) {
    const from = points[step]!;
    const to = points[step + 1]!;
    const rate = (errors[from]! - errors[to]!) / (costs[to]! - costs[from]!);
    // A hull is convex, but for the rounding of its slopes.
    scores[step] = step === 0 ? rate : Math.min(rate, scores[step - 1]!);
    paid[step + 1] = costs[to]!;
  }
  return { points, scores, costs: paid };
}

/** Steps down the hulls until one does not fit; a part of that one gives the bound, its slope the price. */
function relaxation(
  weights: readonly Options[],
  hulls: readonly Hull[],
  spare: number,
): { readonly chosen: readonly number[]; readonly bound: number; readonly price: number } {
  const { taken, left, next } = takeFalling(hulls, spare);
  const chosen = taken.map((steps, w) => hulls[w]!.points[steps]!);
  const error = errorOf(weights, chosen);
  const price = next === undefined ? 0 : hulls[next]!.scores[taken[next]!]!;
  return { chosen, price, bound: Math.max(0, error - price * left) };
}

/** Spends what is left of the budget, one change at a time, on the most gain per cost that still fits. */
function filled(
  weights: readonly Options[],
  start: readonly number[],
  budget: number,
): readonly number[] {
  const chosen = [...start];
  let left = budget - costOf(weights, chosen);
  // What is left only shrinks: a weight's best change stays its best for as long as it fits.
  const best = weights.map((options, w) => bestChange(options, chosen[w]!, left));
  for (;;) {
    let most = -1;
    for (let w = 0; w < best.length; w++) {
      let change = best[w];
      if (change && change.cost > left) {
        change = bestChange(weights[w]!, chosen[w]!, left);
        best[w] = change;
      }
      if (change && (most < 0 || change.rate > best[most]!.rate)) most = w;
    }
    const change = best[most];
    if (!change) return chosen;
    chosen[most] = change.to;
    left -= change.cost;
    best[most] = bestChange(weights[most]!, change.to, left);
  }
}

interface Change {
  readonly to: number;
  readonly cost: number;
  /** Gain per cost. */
  readonly rate: number;
}

function bestChange({ costs, errors }: Options, from: number, left: number): Change | undefined {
  const [base, error] = [costs[from]!, errors[from]!];
  let [best, most] = [-1, 0];
  for (let to = from + 1; to < costs.length; to++) {
    const cost = costs[to]! - base;
    if (cost > left) break;
    const gain = error - errors[to]!;
    const rate = cost === 0 && gain > 0 ? Infinity : gain / cost;
    if (rate > most) [best, most] = [to, rate];
  }
  return best < 0 ? undefined : { to: best, cost: costs[best]! - base, rate: most };
}

function costOf(weights: readonly Options[], chosen: readonly number[]): number {
  return chosen.reduce((total, k, w) => total + weights[w]!.costs[k]!, 0);
}

function errorOf(weights: readonly Options[], chosen: readonly number[]): number {
  return chosen.reduce((total, k, w) => total + weights[w]!.errors[k]!, 0);
}
