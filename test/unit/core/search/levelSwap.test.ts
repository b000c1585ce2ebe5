import { describe, expect, it } from 'vitest';
import { costOfLevels, swappedLevels } from '../../../../src/core/search/levelSwap.ts';
import { randomBits } from '../../../../src/core/spectrum/randomBits.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** Weights of very different sizes, each with 2 to 9 levels of uneven cost. */
function unevenCosts(seed: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: 12 }, () => {
    const size = 10 ** (1 + 2 * random.uniform());
    const count = 2 + random.integer(8);
    const costs = Array.from({ length: count }, () => Math.ceil(size * (1 + 9 * random.uniform())));
    return [...new Set(costs)].sort((a, b) => a - b);
  });
}

describe('swaps between weights of uneven cost', () => {
  it.each([1, 2, 3, 4, 5])('stay within the budget and within the levels, seed %i', (seed) => {
    const costs = unevenCosts(seed);
    const start = costs.map((own) => Math.floor(own.length / 2));
    const budget = costOfLevels(start, costs);
    const bits = randomBits(seed);
    let levels: readonly number[] = start;
    let moved = 0;
    for (let k = 0; k < 2000; k++) {
      const child = swappedLevels(levels, costs, budget, bits);
      if (!child) continue;
      expect(child).not.toEqual(levels);
      expect(costOfLevels(child, costs)).toBeLessThanOrEqual(budget);
      expect(child.every((level, w) => costs[w]![level] !== undefined)).toBe(true);
      levels = child;
      moved++;
    }
    expect(moved).toBeGreaterThan(1900);
  });

  it('leave less of the budget unspent than the next level of any weight that did not go down', () => {
    const costs = unevenCosts(6);
    const start = costs.map((own) => Math.floor(own.length / 2));
    const budget = costOfLevels(start, costs);
    const bits = randomBits(6);
    for (let k = 0; k < 2000; k++) {
      const child = swappedLevels(start, costs, budget, bits);
      if (!child) continue;
      const left = budget - costOfLevels(child, costs);
      for (const [w, level] of child.entries()) {
        if (level < start[w]!) continue;
        const own = costs[w]!;
        expect((own[level + 1] ?? Infinity) - own[level]!).toBeGreaterThan(left);
      }
    }
  });
});

describe('a swap', () => {
  it('of equal steps takes one level here and gives one there', () => {
    const costs = Array.from({ length: 6 }, () => [0, 10, 20, 30]);
    const start = costs.map(() => 1);
    const bits = randomBits(1);
    const changes = new Set<string>();
    for (let k = 0; k < 500; k++) {
      // Two swaps may undo each other.
      const child = swappedLevels(start, costs, 60, bits);
      if (!child) continue;
      expect(costOfLevels(child, costs)).toBe(60);
      changes.add(
        child
          .map((level) => level - 1)
          .sort((a, b) => a - b)
          .join(),
      );
    }
    expect(changes).toContain('-1,0,0,0,0,1');
    expect(changes).toContain('-1,-1,0,0,1,1');
  });

  it('of many small levels pays for a large one', () => {
    const costs = [
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [0, 6],
    ];
    const found = new Set<string>();
    const bits = randomBits(2);
    for (let k = 0; k < 100; k++) found.add(String(swappedLevels([8, 0], costs, 8, bits)));
    expect(found).toEqual(new Set(['2,1', 'undefined']));
  });

  it('spends what is left of the budget', () => {
    expect(
      swappedLevels(
        [1, 0],
        [
          [0, 5],
          [0, 5],
        ],
        10,
        randomBits(3),
      ),
    ).toEqual([1, 1]);
  });

  it.each<[string, number[], number[][], number]>([
    ['one weight alone', [1], [[0, 5, 10]], 5],
    ['weights of one level', [0, 0], [[4], [7]], 11],
    [
      'nothing to take from',
      [0, 0],
      [
        [0, 5],
        [0, 5],
      ],
      4,
    ],
    [
      'everything at the top',
      [1, 1],
      [
        [0, 5],
        [0, 5],
      ],
      10,
    ],
  ])('is not found for %s', (_, levels, costs, budget) => {
    expect(swappedLevels(levels, costs, budget, randomBits(1))).toBeUndefined();
  });
});
