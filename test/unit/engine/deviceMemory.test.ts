import { describe, expect, it } from 'vitest';
import { DeviceMemory } from '../../../src/engine/gpu/deviceMemory.ts';

/** Starts solves of these sizes; `end` ends one of them. */
function started(limit: number, mostSolves: number, sizes: readonly number[]) {
  const memory = new DeviceMemory(limit, mostSolves);
  const running = new Set<number>();
  const ends: (() => void)[] = [];
  const runs = sizes.map((bytes, k) =>
    memory.during(bytes, async () => {
      running.add(k);
      await new Promise<void>((resolve) => (ends[k] = resolve));
      running.delete(k);
    }),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    running: async () => {
      await turn();
      return [...running];
    },
    end: async (k: number) => {
      ends[k]!();
      await runs[k];
    },
  };
}

describe('the memory of a device', () => {
  it.each([
    ['by bytes', 100, 9, [40, 40, 40], [0, 1], [1, 2]],
    ['by number', 100, 2, [1, 1, 1], [0, 1], [1, 2]],
    ['in order, so that a large one is not passed for ever', 100, 9, [60, 60, 10], [0], [1, 2]],
    ['one alone that is too large, for the device to refuse', 100, 9, [500, 10], [0], [1]],
  ] as const)('is shared %s', async (_, limit, most, sizes, first, afterTheFirst) => {
    const solves = started(limit, most, sizes);
    expect(await solves.running()).toEqual(first);
    await solves.end(0);
    expect(await solves.running()).toEqual(afterTheFirst);
  });

  it('comes back from a solve that fails', async () => {
    const memory = new DeviceMemory(10, 1);
    const fails = memory.during(10, () => Promise.reject(new Error('lost')));
    const next = memory.during(10, () => Promise.resolve('solved'));
    await expect(fails).rejects.toThrow('lost');
    expect(await next).toBe('solved');
  });
});
