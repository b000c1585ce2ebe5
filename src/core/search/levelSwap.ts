import { randomBelow } from '../spectrum/randomBits.ts';
import { shuffled } from './sampleSplit.ts';

/** Cost of each level of each weight, rising. */
export type LevelCosts = readonly (readonly number[])[];

/** Draws of a weight to begin with before a swap is given up. */
const ATTEMPTS = 64;

/**
 * A copy of the parent with 1 to 3 swaps, few more often than many (the lesser of two uniform numbers, as
 * EvoPress draws it): in each, one weight goes up by a level and others, drawn one by one, go down until they
 * have paid for it. Where levels are equal steps, that is one other. What is left is spent on weights that did
 * not go down, so that the next level of none of them would fit. Undefined where no swap was found.
 *
 * @param parent the level of each weight, together within the budget
 */
export function swappedLevels(
  parent: readonly number[],
  costs: LevelCosts,
  budget: number,
  bits: () => number,
): readonly number[] | undefined {
  let levels = [...parent];
  const swaps = 1 + Math.min(randomBelow(bits, 3), randomBelow(bits, 3));
  for (let k = 0; k < swaps; k++) levels = swapped(levels, costs, budget, bits) ?? levels;
  for (const w of shuffled(levels.length, bits))
    if (levels[w]! >= parent[w]!)
      levels[w] = highest(levels[w]!, costs[w]!, budget - costOfLevels(levels, costs));
  // Swaps can undo each other, and leave a plan that is nowhere better than its parent.
  return levels.some((level, w) => level > parent[w]!) ? levels : undefined;
}

export function costOfLevels(levels: readonly number[], costs: LevelCosts): number {
  return levels.reduce((sum, level, w) => sum + costs[w]![level]!, 0);
}

function swapped(
  from: readonly number[],
  costs: LevelCosts,
  budget: number,
  bits: () => number,
): number[] | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const up = randomBelow(bits, costs.length);
    if (from[up]! + 1 >= costs[up]!.length) continue;
    const levels = [...from];
    levels[up]!++;
    if (paid(levels, up, costs, budget, bits)) return levels;
  }
  return undefined;
}

/** Takes levels from weights other than `kept` until the whole is within the budget; false where that cannot be. */
function paid(
  levels: number[],
  kept: number,
  costs: LevelCosts,
  budget: number,
  bits: () => number,
): boolean {
  let over = costOfLevels(levels, costs) - budget;
  const payers = levels.flatMap((level, w) => (w !== kept && level > 0 ? [w] : []));
  while (over > 0 && payers.length > 0) {
    const place = randomBelow(bits, payers.length);
    const down = payers[place]!;
    const level = --levels[down]!;
    over -= costs[down]![level + 1]! - costs[down]![level]!;
    if (level === 0) payers.splice(place, 1);
  }
  return over <= 0;
}

/** How far up so much pays for. */
function highest(from: number, costs: readonly number[], free: number): number {
  let to = from;
  while (to + 1 < costs.length && costs[to + 1]! - costs[from]! <= free) to++;
  return to;
}
