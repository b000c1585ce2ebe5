import { describe, expect, it } from 'vitest';
import { jensenShannonDistance, trapTest } from '../../../../src/core/spectrum/trapTest.ts';

const list = (...values: readonly number[]): Float64Array => Float64Array.from(values);

describe('the Jensen-Shannon distance', () => {
  it.each([
    ['equal lists', list(1, 2, 3), list(1, 2, 3), 0],
    ['lists that differ by a factor', list(1, 2, 3), list(10, 20, 30), 0],
    ['lists without a common place', list(0, 5), list(7, 0), Math.sqrt(Math.LN2)],
    // p = (1/4, 3/4), q = (1/2, 1/2), m = (3/8, 5/8), written out.
    [
      'two lists',
      list(1, 3),
      list(1, 1),
      Math.sqrt(
        (0.25 * Math.log(2 / 3) +
          0.75 * Math.log(6 / 5) +
          0.5 * Math.log(4 / 3) +
          0.5 * Math.log(4 / 5)) /
          2,
      ),
    ],
  ])('of %s', (_, one, other, distance) => {
    expect(jensenShannonDistance(one, other)).toBeCloseTo(distance, 12);
    expect(jensenShannonDistance(other, one)).toBeCloseTo(distance, 12);
  });
});

describe('the randomised test', () => {
  const shuffles = [list(1, 2, 4), list(1, 3, 5), list(2, 2, 3)];

  it('takes the largest shuffled eigenvalue and the lower median of the traps', () => {
    const figures = trapTest(list(1, 2, 10), shuffles, (shuffle) => shuffle.at(-1)! - 3);
    expect(figures).toMatchObject({
      shuffles: 3,
      maxRandEval: 5,
      softRank: 0.5,
      maxDistance: 5,
      traps: 1,
    });
  });

  it('averages the distances', () => {
    const own = list(1, 2, 10);
    const mean = shuffles.reduce((sum, each) => sum + jensenShannonDistance(own, each), 0) / 3;
    expect(trapTest(own, shuffles, () => 0).randDistance).toBeCloseTo(mean, 14);
  });

  it('leaves out shuffles that have no bulk, and has no traps where none has one', () => {
    const some = trapTest(list(1, 2, 10), shuffles, (each) => (each[0] === 2 ? 7 : null));
    expect(some.traps).toBe(7);
    expect(trapTest(list(1, 2, 10), shuffles, () => null).traps).toBeNull();
  });
});
