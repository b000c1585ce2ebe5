import { randomBelow } from '../spectrum/randomBits.ts';

/** Cost of each level of each weight, rising. */
export type LevelCosts = readonly (readonly number[])[];

/** Draws of two weights before a swap is given up. */
const ATTEMPTS = 64;

/**
 * A copy of the parent with 1 to 3 swaps, few more often than many (the lesser of two uniform numbers, as
 * EvoPress draws it): in each, one weight goes down by a level or more and another up, so that the whole stays
 * within the budget. Undefined where no swap was found.
 *
 * @param parent the level of each weight, together within the budget
 */
export function swappedLevels(
  parent: readonly number[],
  costs: LevelCosts,
  budget: number,
  bits: () => number,
): readonly number[] | undefined {
  const levels = [...parent];
  const swaps = 1 + Math.min(randomBelow(bits, 3), randomBelow(bits, 3));
  let done = 0;
  for (let k = 0; k < swaps; k++) if (swapOnce(levels, costs, budget, bits)) done++;
  const isParent = levels.every((level, w) => level === parent[w]);
  return done > 0 && !isParent ? levels : undefined;
}

export function costOfLevels(levels: readonly number[], costs: LevelCosts): number {
  return levels.reduce((sum, level, w) => sum + costs[w]![level]!, 0);
}

function swapOnce(
  levels: number[],
  costs: LevelCosts,
  budget: number,
  bits: () => number,
): boolean {
  const spare = budget - costOfLevels(levels, costs);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [down, up] = [randomBelow(bits, costs.length), randomBelow(bits, costs.length)];
    const upFirst = randomBelow(bits, 2) === 1;
    if (down === up) continue;
    const swap = upFirst
      ? paidFor(levels[down]!, costs[down]!, levels[up]!, costs[up]!, spare)
      : spent(levels[down]!, costs[down]!, levels[up]!, costs[up]!, spare);
    if (!swap) continue;
    levels[down] = swap.down;
    levels[up] = swap.up;
    return true;
  }
  return false;
}

interface Swap {
  readonly down: number;
  readonly up: number;
}

/** One level up, and as few down as pay for it. */
function paidFor(
  down: number,
  downCosts: readonly number[],
  up: number,
  upCosts: readonly number[],
  spare: number,
): Swap | undefined {
  if (up + 1 >= upCosts.length) return undefined;
  const missing = upCosts[up + 1]! - upCosts[up]! - spare;
  let to = down;
  while (to >= 0 && downCosts[down]! - downCosts[to]! < missing) to--;
  return to >= 0 ? { down: to, up: up + 1 } : undefined;
}

/** One level down, and as many up as that pays for: at least one. */
function spent(
  down: number,
  downCosts: readonly number[],
  up: number,
  upCosts: readonly number[],
  spare: number,
): Swap | undefined {
  if (down === 0) return undefined;
  const free = spare + downCosts[down]! - downCosts[down - 1]!;
  let to = up;
  while (to + 1 < upCosts.length && upCosts[to + 1]! - upCosts[up]! <= free) to++;
  return to > up ? { down: down - 1, up: to } : undefined;
}
