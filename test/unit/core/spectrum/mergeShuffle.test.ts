import { describe, expect, test } from 'vitest';
import { mergeShuffle } from '../../../../src/core/spectrum/mergeShuffle.ts';

const counting = (length: number): Float64Array => Float64Array.from({ length }, (_, k) => k);

function shuffled(length: number, seed: number, cached?: number): number[] {
  const values = counting(length);
  mergeShuffle(values, seed, cached);
  return [...values];
}

describe('mergeShuffle', () => {
  test.each([0, 1, 2, 3, 1000, 300_001])('keeps all of %i entries', (length) => {
    const found = shuffled(length, 7);
    expect(found.sort((a, b) => a - b)).toEqual([...counting(length)]);
  });

  test('gives one order for one seed, another for another', () => {
    expect(shuffled(1000, 3, 16)).toEqual(shuffled(1000, 3, 16));
    expect(shuffled(1000, 3, 16)).not.toEqual(shuffled(1000, 4, 16));
  });

  test.each([
    { cached: 1, how: 'merged from single entries' },
    { cached: 2, how: 'merged from pairs and single entries' },
    { cached: 5, how: 'not merged' },
  ])('gives each of the 120 orders of five entries equally often, $how', ({ cached }) => {
    const draws = 60_000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < draws; seed++) {
      const order = shuffled(5, seed, cached).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(120);
    const expected = draws / 120;
    const chiSquared = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // 119 degrees of freedom: 99.9 % lie below 173.6.
    expect(chiSquared).toBeLessThan(173.6);
  });

  test('moves entries from every part to every other', () => {
    const parts = 8;
    const length = parts * 4096;
    const counts = new Float64Array(parts * parts);
    for (const [place, value] of shuffled(length, 5, 1024).entries()) {
      const at = Math.floor(place / 4096) * parts + Math.floor(value / 4096);
      counts[at]!++;
    }
    // 512 in each, standard deviation 20.
    for (const count of counts) expect(Math.abs(count - 512)).toBeLessThan(100);
  });
});
