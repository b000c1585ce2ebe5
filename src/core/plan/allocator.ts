import { coreSearch } from './coreSearch.ts';
import { lowerHull, type Option } from './options.ts';

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

/** States that the search for a better choice may make: some hundredths of a second. */
const SEARCH_WORK = 300_000;

const DRAFT = { status: 'given up' } as const;

/**
 * Allocates budgets over weights whose options are ordered by rising cost: Everett's Lagrange multiplier on
 * the lower convex hulls (Everett 1963; Shoham and Gersho 1988), greedy fill of what is left, and a search of
 * the core for anything better. What does not depend on the budget is done once, so that a slider can ask
 * for many.
 */
export function allocator(weights: readonly (readonly Option[])[]): Allocator {
  const hulls = weights.map(lowerHull);
  const segments = steepestFirst(weights, hulls);
  const cheapest = hulls.map((hull) => hull[0]!);
  const least = costOf(weights, cheapest);
  return {
    least,
    bound: (budget) => relaxation(weights, cheapest, segments, budget - least).bound,
    within: (budget, draft = false) => {
      if (least > budget) return undefined;
      const relaxed = relaxation(weights, cheapest, segments, budget - least);
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

/** One step along a weight's hull. */
interface Segment {
  readonly weight: number;
  readonly to: number;
  readonly cost: number;
  readonly gain: number;
}

function steepestFirst(
  weights: readonly (readonly Option[])[],
  hulls: readonly (readonly number[])[],
): readonly Segment[] {
  const segments = hulls.flatMap((hull, weight) =>
    hull.slice(1).map((to, step) => {
      const from = weights[weight]![hull[step]!]!;
      const next = weights[weight]![to]!;
      return { weight, to, cost: next.cost - from.cost, gain: from.error - next.error };
    }),
  );
  // A hull is convex and the sort is stable: the steps of one weight stay in their order.
  return segments.sort((a, b) => b.gain / b.cost - a.gain / a.cost);
}

/** Steps down the hulls until one does not fit; a part of that one gives the bound, its slope the price. */
function relaxation(
  weights: readonly (readonly Option[])[],
  cheapest: readonly number[],
  segments: readonly Segment[],
  spare: number,
): { readonly chosen: readonly number[]; readonly bound: number; readonly price: number } {
  const chosen = [...cheapest];
  let left = spare;
  for (const { weight, to, cost, gain } of segments) {
    const price = gain / cost;
    if (cost > left)
      return { chosen, price, bound: Math.max(0, errorOf(weights, chosen) - price * left) };
    chosen[weight] = to;
    left -= cost;
  }
  return { chosen, price: 0, bound: errorOf(weights, chosen) };
}

/** Spends what is left of the budget, one change at a time, on the most gain per cost that still fits. */
function filled(
  weights: readonly (readonly Option[])[],
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

function bestChange(options: readonly Option[], from: number, left: number): Change | undefined {
  const now = options[from]!;
  let best: Change | undefined;
  for (let to = from + 1; to < options.length; to++) {
    const option = options[to]!;
    const cost = option.cost - now.cost;
    if (cost > left) break;
    const gain = now.error - option.error;
    const rate = cost === 0 ? Infinity : gain / cost;
    if (gain > 0 && (!best || rate > best.rate)) best = { to, cost, rate };
  }
  return best;
}

function costOf(weights: readonly (readonly Option[])[], chosen: readonly number[]): number {
  return chosen.reduce((total, k, w) => total + weights[w]![k]!.cost, 0);
}

function errorOf(weights: readonly (readonly Option[])[], chosen: readonly number[]): number {
  return chosen.reduce((total, k, w) => total + weights[w]![k]!.error, 0);
}
