import { describe, expect, it } from 'vitest';
import { randomBelow, randomBits } from '../../../../src/core/spectrum/randomBits.ts';
import { shuffleCount, shuffledEntries } from '../../../../src/core/spectrum/shuffles.ts';

const counting = (length: number): Float64Array => Float64Array.from({ length }, (_, k) => k);

describe('shuffleCount', () => {
  it.each([
    [1, 20],
    [256, 20],
    [257, 5],
    [1024, 5],
    [1025, 1],
    [8192, 1],
  ])('a smaller side of %i is compared with %i shuffles', (side, count) => {
    expect(shuffleCount(side)).toBe(count);
  });
});

describe('shuffledEntries', () => {
  it('keeps every entry and leaves the original as it was', () => {
    const entries = counting(1000);
    const shuffled = shuffledEntries(entries, 1);
    expect(Float64Array.from(shuffled).sort()).toEqual(counting(1000));
    expect(entries).toEqual(counting(1000));
    expect(shuffled).not.toEqual(entries);
  });

  it('gives the same order for the same seed, on every machine', () => {
    expect([...shuffledEntries(counting(8), 1)]).toEqual([...shuffledEntries(counting(8), 1)]);
    expect([...shuffledEntries(counting(8), 1)]).toMatchInlineSnapshot(`
      [
        7,
        1,
        0,
        4,
        5,
        6,
        3,
        2,
      ]
    `);
  });

  it.each([
    [0, 1],
    [1, 2],
    [7, 7 + 2 ** 32],
  ])('gives unrelated orders for the seeds %i and %i', (one, other) => {
    const length = 20_000;
    const a = shuffledEntries(counting(length), one);
    const b = shuffledEntries(counting(length), other);
    // Fixed points of two unrelated orders: Poisson with mean 1. Correlation: normal with sd 1/sqrt(n).
    expect(a.filter((value, k) => value === b[k]).length).toBeLessThan(10);
    const middle = (length - 1) / 2;
    const covariance = a.reduce((sum, value, k) => sum + (value - middle) * (b[k]! - middle), 0);
    expect(Math.abs(covariance / (length * (length ** 2 / 12)))).toBeLessThan(
      5 / Math.sqrt(length),
    );
  });

  it('puts every entry in every place equally often', () => {
    const places = 6;
    const draws = 12_000;
    const counts = new Float64Array(places * places);
    for (let seed = 0; seed < draws; seed++)
      shuffledEntries(counting(places), seed).forEach((value, k) => counts[value * places + k]!++);
    const expected = draws / places;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 25 degrees of freedom: 99.99th percentile 60.1.
    expect(chiSquared).toBeLessThan(60.1);
  });
});

describe('randomBelow', () => {
  it('stays below bounds that do not divide 2^32, and reaches all of them', () => {
    const bits = randomBits(3);
    const seen = new Set(Array.from({ length: 2000 }, () => randomBelow(bits, 7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('rejects the bits that would favour small numbers', () => {
    const stream = [2 ** 32 - 1, 5];
    expect(randomBelow(() => stream.shift()!, 3)).toBe(2);
    expect(stream).toEqual([]);
  });
});
