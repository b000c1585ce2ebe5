/** The steps of one weight, in the order in which it takes them. */
export interface StepList {
  /** Of each step; never rising. */
  readonly scores: ArrayLike<number>;
  /** What the weight costs after none, one, ... all of them: whole numbers, rising, one more than scores. */
  readonly costs: ArrayLike<number>;
}

export interface TakenSteps {
  /** Steps taken, of each weight. */
  readonly taken: readonly number[];
  /** What is left. */
  readonly left: number;
  /** The weight whose step was the first that did not fit; undefined where all were taken. */
  readonly next: number | undefined;
}

/** So many steps are sorted rather than bisected. */
const FEW = 64;

/**
 * Takes the steps of all weights by falling score (of equal ones in the order of the weights) until the next
 * does not fit into `spare`: as if all were sorted, but by bisection for the score of that step, so that of a
 * million steps some thousand are looked at.
 */
export function takeFalling(lists: readonly StepList[], spare: number): TakenSteps {
  // Steps of a score above `high` fit, those above `low` do not; `least` and `most` count them.
  const least = lists.map(() => 0);
  const most = lists.map(({ scores }) => scores.length);
  if (costOf(lists, most) <= spare)
    return { taken: most, left: spare - costOf(lists, most), next: undefined };
  let low = Infinity;
  let high = -Infinity;
  for (const { scores } of lists) {
    if (scores.length === 0) continue;
    low = Math.min(low, scores[scores.length - 1]!);
    high = Math.max(high, scores[0]!);
  }
  low = below(low);
  while (open(least, most) > FEW) {
    const middle = between(low, high);
    if (middle <= low || middle >= high) break;
    const counts = lists.map(({ scores }, w) => countAbove(scores, middle, least[w]!, most[w]!));
    if (costOf(lists, counts) <= spare) {
      high = middle;
      assign(least, counts);
    } else {
      low = middle;
      assign(most, counts);
    }
  }
  return takeSorted(lists, least, most, spare);
}

/** By decades where it can be: scores fall over many. */
function between(low: number, high: number): number {
  return low > 0 ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
}

/** Some number less than that. */
function below(value: number): number {
  return value > 0 ? value / 2 : 2 * value - 1;
}

function costOf(lists: readonly StepList[], taken: readonly number[]): number {
  let total = 0;
  for (let w = 0; w < lists.length; w++) {
    const { costs } = lists[w]!;
    total += costs[taken[w]!]! - costs[0]!;
  }
  return total;
}

/** How many steps are yet to be told apart. */
function open(least: readonly number[], most: readonly number[]): number {
  let total = 0;
  for (let w = 0; w < least.length; w++) total += most[w]! - least[w]!;
  return total;
}

function assign(target: number[], values: readonly number[]): void {
  for (let w = 0; w < values.length; w++) target[w] = values[w]!;
}

/** How many scores are above `limit`, known to be from `from` to `to`. */
function countAbove(scores: ArrayLike<number>, limit: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle]! > limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function takeSorted(
  lists: readonly StepList[],
  least: readonly number[],
  most: readonly number[],
  spare: number,
): TakenSteps {
  const steps: { readonly w: number; readonly k: number; readonly score: number }[] = [];
  for (let w = 0; w < lists.length; w++)
    for (let k = least[w]!; k < most[w]!; k++) steps.push({ w, k, score: lists[w]!.scores[k]! });
  steps.sort((a, b) => b.score - a.score || a.w - b.w || a.k - b.k);
  const taken = [...least];
  let left = spare - costOf(lists, taken);
  for (const { w, k } of steps) {
    const { costs } = lists[w]!;
    const cost = costs[k + 1]! - costs[k]!;
    if (cost > left) return { taken, left, next: w };
    taken[w] = k + 1;
    left -= cost;
  }
  throw new RangeError('All steps fit, which was ruled out before.');
}
