import { describe, expect, it } from 'vitest';
import { movableWeights } from '../../../../src/core/search/movableWeights.ts';
import { reachedWeights } from '../../../../src/core/search/reachedWeights.ts';
import type { Tensors } from '../../../../src/core/verify/modelRunner.ts';

/** A model of four weights of which each sample uses some; the output is how many, `z` never changes. */
const USED = [[0], [0, 2], [0, 2], [1, 2]];

function outputs(weight: number | undefined, sample: number): Tensors {
  const left = USED[sample]!.filter((each) => each !== weight).length;
  const scalar = (value: number) =>
    ({ type: 'float32', shape: [1], values: Float32Array.of(value) }) as const;
  return { y: scalar(left), z: scalar(NaN) };
}

describe('weights that samples reach', () => {
  it.each([
    [[0], [true, false, false, false]],
    [
      [0, 1],
      [true, false, true, false],
    ],
    [
      [0, 1, 2, 3],
      [true, true, true, false],
    ],
    [[3], [false, true, true, false]],
  ])('samples %j reach %j', async (samples, expected) => {
    const run = (weight: number | undefined, sample: number): Promise<Tensors> =>
      Promise.resolve(outputs(weight, sample));
    expect(await reachedWeights(4, samples, run)).toEqual(expected);
  });

  it('are run no more once they are found, nor is anything when all are', async () => {
    const runs: string[] = [];
    await reachedWeights(3, [0, 1, 3, 2], (weight, sample) => {
      runs.push(`${weight ?? 'all'}/${sample}`);
      return Promise.resolve(outputs(weight, sample));
    });
    expect(runs).toEqual(['all/0', '0/0', '1/0', '2/0', 'all/1', '1/1', '2/1', 'all/3', '1/3']);
  });
});

describe('weights that a search moves', () => {
  const level = (cost: number) => ({ action: { action: 'keep' }, cost }) as const;
  const all = [
    { id: 'a', levels: [level(1), level(2)], start: 1 },
    { id: 'b', levels: [level(10), level(20)], start: 0 },
    { id: 'c', levels: [level(100)], start: 0 },
    { id: 'd', levels: [level(3), level(4), level(5)], start: 2 },
  ];

  it('are those that can be measured and have a choice; the others stay where they are', () => {
    const moved = movableWeights(all, new Set(['a', 'c', 'd']));
    expect(moved.weights.map(({ id }) => id)).toEqual(['a', 'd']);
    expect(moved.fixedCost).toBe(110);
    expect(moved.among([0, 1, 0, 1])).toEqual([0, 1]);
    expect(moved.withOthers([0, 1])).toEqual([0, 0, 0, 1]);
  });
});
