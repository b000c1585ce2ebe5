import { describe, expect, test } from 'vitest';
import {
  takeFalling,
  type StepList,
  type TakenSteps,
} from '../../../../src/core/plan/fallingSteps.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Lists of up to `most` steps; scores of a few values have many ties, others fall over decades. */
function seededLists(count: number, most: number, seed: number): readonly StepList[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const steps = random.integer(most + 1);
    const scores = Array.from({ length: steps }, () =>
      seed % 2 === 0 ? random.integer(4) / 4 : 10 ** (-8 * random.uniform()),
    ).sort((a, b) => b - a);
    const costs = [random.integer(50)];
    for (let k = 0; k < steps; k++) costs.push(costs[k]! + 1 + random.integer(20));
    return { scores, costs };
  });
}

/** What it stands for: all steps sorted, taken until one does not fit. */
function bySorting(lists: readonly StepList[], spare: number): TakenSteps {
  const steps = lists
    .flatMap(({ scores }, w) => Array.from(scores, (score, k) => ({ w, k, score })))
    .sort((a, b) => b.score - a.score || a.w - b.w || a.k - b.k);
  const taken = lists.map(() => 0);
  let left = spare;
  for (const { w, k } of steps) {
    const cost = lists[w]!.costs[k + 1]! - lists[w]!.costs[k]!;
    if (cost > left) return { taken, left, next: w };
    taken[w] = k + 1;
    left -= cost;
  }
  return { taken, left, next: undefined };
}

describe('steps taken by falling score', () => {
  test.each(SEEDS)('are those that sorting them all gives (seed %i)', (seed) => {
    for (const [count, most] of [
      [1, 5],
      [7, 30],
      [40, 60],
    ] as const) {
      const lists = seededLists(count, most, seed);
      const whole = lists.reduce((sum, { costs }) => sum + costs[costs.length - 1]! - costs[0]!, 0);
      for (let share = 0; share <= 20; share++) {
        const spare = Math.floor((share * whole) / 20);
        expect(takeFalling(lists, spare)).toEqual(bySorting(lists, spare));
      }
    }
  });

  test.each([
    ['no weights', [], 5, { taken: [], left: 5, next: undefined }],
    ['no steps', [{ scores: [], costs: [9] }], 0, { taken: [0], left: 0, next: undefined }],
    ['scores of 0', [{ scores: [0, 0], costs: [0, 2, 4] }], 3, { taken: [1], left: 1, next: 0 }],
    ['nothing to spare', [{ scores: [1], costs: [0, 1] }], 0, { taken: [0], left: 0, next: 0 }],
  ] as const)('%s', (_, lists, spare, expected) => {
    expect(takeFalling(lists, spare)).toEqual(expected);
  });

  test('looks at few of a million', () => {
    let looks = 0;
    const counted = (values: readonly number[]): ArrayLike<number> =>
      new Proxy(values, {
        get: (target, key) => {
          if (key !== 'length') looks++;
          return Reflect.get(target, key) as number;
        },
      });
    const lists = Array.from({ length: 300 }, (_, w) => {
      const scores = Array.from({ length: 3000 }, (__, k) => (k + 1 + w / 300) ** -1.5);
      const costs = Array.from({ length: 3001 }, (__, k) => 1000 * k);
      return { scores: counted(scores), costs: counted(costs) };
    });
    const { taken } = takeFalling(lists, 300 * 3000 * 400);
    expect(looks).toBeLessThan(60_000);
    expect(Math.min(...taken)).toBeGreaterThan(1000);
  });
});
