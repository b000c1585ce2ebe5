import type { Options } from './options.ts';

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
  weights: readonly Options[],
  budget: number,
  { error: best, price }: Incumbent,
  work: number,
): SearchResult {
  const least = weights.map((options) => leastTotal(options, price));
  const bound = least.reduce((total, each) => total + each, -price * budget);
  const gap = best - bound;
  if (!(gap > 0)) return { status: 'proven' };
  const cores = weights.map((options, w) => coreOf(options, price, least[w]!, gap));
  let rest = cores.reduce((total, { costs }) => total + costs[0]!, 0);
  let states: States = { costs: [0], losses: [0], from: [-1], option: [-1] };
  const layers: States[] = [];
  let done = 0;
  for (const core of cores) {
    rest -= core.costs[0]!;
    done += states.costs.length * core.option.length;
    if (done > work) return { status: 'given up' };
    states = extended(states, core, { price, gap, most: budget - rest });
    layers.push(states);
  }
  return bestOf(layers, weights, best);
}

/** Options of one weight that a better choice can hold, by rising cost; `losses` beside the least of its weight. */
interface Core {
  readonly costs: readonly number[];
  readonly losses: readonly number[];
  readonly option: readonly number[];
}

/** Choices for the weights so far, by rising cost: the last option of each, and the state that it came from. */
interface States extends Core {
  readonly from: readonly number[];
}

interface Limits {
  readonly price: number;
  /** What is lost has to stay below this, and what is paid at most `most`. */
  readonly gap: number;
  readonly most: number;
}

function leastTotal({ costs, errors }: Options, price: number): number {
  let least = Infinity;
  for (let k = 0; k < costs.length; k++) {
    const total = errors[k]! + price * costs[k]!;
    if (total < least) least = total;
  }
  return least;
}

function coreOf({ costs, errors }: Options, price: number, least: number, gap: number): Core {
  const core = { costs: [] as number[], losses: [] as number[], option: [] as number[] };
  for (let k = 0; k < costs.length; k++) {
    const loss = errors[k]! + price * costs[k]! - least;
    if (!(loss < gap)) continue;
    core.costs.push(costs[k]!);
    core.losses.push(loss);
    core.option.push(k);
  }
  return core;
}

/** Every state with every option of the next weight, but for what cannot become a better choice. */
function extended(states: States, core: Core, limits: Limits): States {
  // Each option moves all states alike, so that its list stays sorted: lists are merged, two by two.
  let lists = core.option.map((_, j) => moved(states, core, j, limits));
  while (lists.length > 1) {
    const halved: States[] = [];
    for (let k = 0; k < lists.length; k += 2) {
      const [a, b] = [lists[k]!, lists[k + 1]];
      halved.push(b ? merged(a, b, limits.price) : a);
    }
    lists = halved;
  }
  return lists[0] ?? NO_STATES;
}

const NO_STATES: States = { costs: [], losses: [], from: [], option: [] };

function moved(states: States, core: Core, j: number, { gap, most }: Limits): States {
  const next = {
    costs: [] as number[],
    losses: [] as number[],
    from: [] as number[],
    option: [] as number[],
  };
  const option = core.option[j]!;
  for (let s = 0; s < states.costs.length; s++) {
    const cost = states.costs[s]! + core.costs[j]!;
    const loss = states.losses[s]! + core.losses[j]!;
    if (cost > most) break;
    if (!(loss < gap)) continue;
    next.costs.push(cost);
    next.losses.push(loss);
    next.from.push(s);
    next.option.push(option);
  }
  return next;
}

/** Only states that no other beats in both cost and error, by rising cost. */
function merged(a: States, b: States, price: number): States {
  const kept = {
    costs: [] as number[],
    losses: [] as number[],
    from: [] as number[],
    option: [] as number[],
  };
  let [i, j, least] = [0, 0, Infinity];
  while (i < a.costs.length || j < b.costs.length) {
    const isFirst =
      j >= b.costs.length ||
      (i < a.costs.length &&
        (a.costs[i]! < b.costs[j]! || (a.costs[i] === b.costs[j] && a.losses[i]! <= b.losses[j]!)));
    const [list, at] = isFirst ? [a, i++] : [b, j++];
    const error = list.losses[at]! - price * list.costs[at]!;
    if (error >= least) continue;
    least = error;
    kept.costs.push(list.costs[at]!);
    kept.losses.push(list.losses[at]!);
    kept.from.push(list.from[at]!);
    kept.option.push(list.option[at]!);
  }
  return kept;
}

function bestOf(
  layers: readonly States[],
  weights: readonly Options[],
  best: number,
): SearchResult {
  // By rising cost and falling error: the last one has the least.
  let state = (layers.at(-1)?.costs.length ?? 0) - 1;
  if (state < 0) return { status: 'proven' };
  const chosen = weights.map(() => 0);
  for (let w = weights.length - 1; w >= 0; w--) {
    chosen[w] = layers[w]!.option[state]!;
    state = layers[w]!.from[state]!;
  }
  const error = chosen.reduce((total, k, w) => total + weights[w]!.errors[k]!, 0);
  return error < best ? { status: 'better', chosen } : { status: 'proven' };
}
