import type { Option } from './options.ts';

/** A choice to be improved on, and the price of cost at which the relaxed problem breaks. */
export interface Incumbent {
  readonly error: number;
  readonly price: number;
}

export type SearchResult =
  | { readonly status: 'better'; readonly chosen: readonly number[] }
  | { readonly status: 'proven' }
  | { readonly status: 'given up' };

/**
 * Searches for a choice with less error than the incumbent's within the budget, or proves that there is
 * none: dynamic programming over the non-dominated pairs of cost and error, of only those options that a
 * choice better than the incumbent can hold (the core of a multiple-choice knapsack; Pisinger 1995). Each
 * option loses error + price x cost, less the least of its weight; a choice that loses more than the
 * incumbent is above the bound of the relaxed problem cannot be better. Gives up after `work` states.
 */
export function coreSearch(
  weights: readonly (readonly Option[])[],
  budget: number,
  { error: best, price }: Incumbent,
  work: number,
): SearchResult {
  const priced = weights.map((options) => pricedOptions(options, price));
  const bound = priced.reduce((total, { least }) => total + least, -price * budget);
  const gap = best - bound;
  if (!(gap > 0)) return { status: 'proven' };
  const cores = priced.map(({ losses }) =>
    losses.flatMap((loss, k) => (loss < gap ? [{ k, loss }] : [])),
  );
  const cheapest = weights.map((options, w) =>
    cores[w]!.reduce((least, { k }) => Math.min(least, options[k]!.cost), Infinity),
  );
  let states: State[] = [{ cost: 0, loss: 0, option: -1, from: undefined }];
  let rest = cheapest.reduce((total, cost) => total + cost, 0);
  let done = 0;
  for (const [w, core] of cores.entries()) {
    rest -= cheapest[w]!;
    done += states.length * core.length;
    if (done > work) return { status: 'given up' };
    const costs = core.map(({ k }) => weights[w]![k]!.cost);
    states = undominated(
      states.flatMap((from) =>
        core.flatMap(({ k, loss }, j) => {
          const next = { cost: from.cost + costs[j]!, loss: from.loss + loss, option: k, from };
          return next.loss < gap && next.cost + rest <= budget ? [next] : [];
        }),
      ),
      price,
    );
  }
  return bestOf(states, weights, best);
}

/** A choice for the weights so far; the earlier options are found by following `from`. */
interface State {
  readonly cost: number;
  readonly loss: number;
  readonly option: number;
  readonly from: State | undefined;
}

function pricedOptions(
  options: readonly Option[],
  price: number,
): { readonly least: number; readonly losses: readonly number[] } {
  const totals = options.map(({ cost, error }) => error + price * cost);
  const least = totals.reduce((a, b) => Math.min(a, b), Infinity);
  return { least, losses: totals.map((total) => total - least) };
}

/** Only states that no other beats in both cost and error, by rising cost. */
function undominated(states: readonly State[], price: number): State[] {
  const kept: State[] = [];
  let least = Infinity;
  for (const state of [...states].sort((a, b) => a.cost - b.cost || a.loss - b.loss)) {
    const error = state.loss - price * state.cost;
    if (error >= least) continue;
    least = error;
    kept.push(state);
  }
  return kept;
}

function bestOf(
  states: readonly State[],
  weights: readonly (readonly Option[])[],
  best: number,
): SearchResult {
  // By rising cost and falling error: the last one has the least.
  const last = states.at(-1);
  if (!last) return { status: 'proven' };
  const chosen: number[] = [];
  for (let state = last; state.from; state = state.from) chosen.push(state.option);
  chosen.reverse();
  const error = chosen.reduce((total, k, w) => total + weights[w]![k]!.error, 0);
  return error < best ? { status: 'better', chosen } : { status: 'proven' };
}
