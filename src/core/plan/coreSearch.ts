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
 * incumbent is above the bound of the relaxed problem cannot be better. Gives up where that
 * takes more than `work` states.
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
  let states = roomFor(1);
  const layers: States[] = [];
  let done = 0;
  let ahead = cores.reduce((total, { option }) => total + option.length, 0);
  for (const core of cores) {
    rest -= core.costs[0]!;
    done += states.costs.length * core.option.length;
    ahead -= core.option.length;
    // States seldom become fewer again before the last weights.
    if (done > work || states.costs.length * ahead > work) return { status: 'given up' };
    states = extended(states, core, { price, gap, most: budget - rest });
    layers.push(states);
  }
  return bestOf(layers, weights, best);
}

/** Options of one weight that a better choice can hold, by rising cost; `losses` beside the least of its weight. */
interface Core {
  readonly costs: ArrayLike<number>;
  readonly losses: ArrayLike<number>;
  readonly option: ArrayLike<number>;
}

/** Choices for the weights so far, by rising cost: the last option of each, and the state that it came from. */
interface States {
  readonly costs: Float64Array;
  readonly losses: Float64Array;
  readonly option: Int32Array;
  readonly from: Int32Array;
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

function roomFor(count: number): States {
  return {
    costs: new Float64Array(count),
    losses: new Float64Array(count),
    option: new Int32Array(count),
    from: new Int32Array(count),
  };
}

function firstOf({ costs, losses, option, from }: States, count: number): States {
  return {
    costs: costs.subarray(0, count),
    losses: losses.subarray(0, count),
    option: option.subarray(0, count),
    from: from.subarray(0, count),
  };
}

/** Every state with every option of the next weight, but for what cannot become a better choice. */
function extended(states: States, core: Core, limits: Limits): States {
  // Each option moves all states alike, so that its list stays sorted: lists are merged, two by two.
  let lists = Array.from(core.option, (_, j) => moved(states, core, j, limits));
  while (lists.length > 1) {
    const halved: States[] = [];
    for (let k = 0; k < lists.length; k += 2) {
      const [a, b] = [lists[k]!, lists[k + 1]];
      halved.push(b ? merged(a, b, limits.price) : a);
    }
    lists = halved;
  }
  return lists[0]!;
}

function moved(states: States, core: Core, j: number, { gap, most }: Limits): States {
  const next = roomFor(states.costs.length);
  const [addedCost, addedLoss] = [core.costs[j]!, core.losses[j]!];
  let size = 0;
  for (let s = 0; s < states.costs.length; s++) {
    const cost = states.costs[s]! + addedCost;
    const loss = states.losses[s]! + addedLoss;
    if (cost > most) break;
    if (!(loss < gap)) continue;
    next.costs[size] = cost;
    next.losses[size] = loss;
    next.from[size++] = s;
  }
  next.option.fill(core.option[j]!);
  return firstOf(next, size);
}

/** Only states that no other beats in both cost and error, by rising cost. */
function merged(a: States, b: States, price: number): States {
  const [most, others] = [a.costs.length, b.costs.length];
  const kept = roomFor(most + others);
  let [i, j, size, least] = [0, 0, 0, Infinity];
  while (i < most || j < others) {
    const isFirst = j >= others || (i < most && comesFirst(a, i, b, j));
    const list = isFirst ? a : b;
    const at = isFirst ? i++ : j++;
    const [cost, loss] = [list.costs[at]!, list.losses[at]!];
    const error = loss - price * cost;
    if (error >= least) continue;
    least = error;
    kept.costs[size] = cost;
    kept.losses[size] = loss;
    kept.option[size] = list.option[at]!;
    kept.from[size++] = list.from[at]!;
  }
  return firstOf(kept, size);
}

function comesFirst(a: States, i: number, b: States, j: number): boolean {
  const [cost, other] = [a.costs[i]!, b.costs[j]!];
  return cost < other || (cost === other && a.losses[i]! <= b.losses[j]!);
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
