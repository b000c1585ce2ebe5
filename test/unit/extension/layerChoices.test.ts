import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../../src/engine/engineApi.ts';
import {
  layerChoices,
  secondsOf,
  secondsTogether,
  timeTaken,
  withinSeconds,
} from '../../../src/extension/analysis/layerChoices.ts';
import { english } from './english.ts';

/** Matrices by role and seconds. */
function estimateOf(
  workers: number,
  ...matrices: readonly (readonly ['linear' | 'conv', number])[]
): Estimate {
  const entries = matrices.map(([role, seconds], k) => ({
    id: `id_${k}`,
    name: `layer_${k}`,
    role,
    rows: 64,
    cols: 128,
    matrices: role === 'conv' ? 9 : 1,
    seconds,
  }));
  return { entries, workers };
}

const SMALL = Array.from({ length: 50 }, () => ['conv', 0.4] as const);
const ESTIMATE = estimateOf(2, ['linear', 100], ...SMALL, ['linear', 30], ['linear', 0.5]);

describe('the choice of layers', () => {
  it('has the longest one by one, the longest first, and the rest by kind', () => {
    const choices = layerChoices(ESTIMATE, english);
    expect(choices.map(({ label, description, ids }) => [label, description, ids.length])).toEqual([
      ['layer_0', '64 × 128 · about 100 s', 1],
      ['layer_51', '64 × 128 · about 30 s', 1],
      ['conv: 50 matrices', 'about 10 s', 50],
      ['linear: 1 matrix', 'a few seconds', 1],
    ]);
  });

  it('has every matrix once', () => {
    const ids = layerChoices(ESTIMATE, english).flatMap((choice) => choice.ids);
    expect([...ids].sort()).toEqual(ESTIMATE.entries.map(({ id }) => id).sort());
  });

  it.each([
    ['the sum over the workers', 2, [10, 10, 10, 10], 20],
    ['the longest, which no two share', 8, [100, 1, 1], 100],
    ['nothing for nothing', 2, [], 0],
  ])('takes %s', (_name, workers, seconds, time) => {
    expect(
      secondsOf(
        seconds.map((each) => ({ seconds: each })),
        workers,
      ),
    ).toBe(time);
  });

  it('within a minute is the most of the shortest', () => {
    const choices = layerChoices(ESTIMATE, english);
    const within = withinSeconds(choices, 60, 2);
    expect(within.map(({ label }) => label)).toEqual([
      'linear: 1 matrix',
      'conv: 50 matrices',
      'layer_51',
    ]);
    expect(secondsTogether(within, 2)).toBe(30);
  });

  it('within a moment is still one', () => {
    expect(withinSeconds(layerChoices(ESTIMATE, english), 0, 2)).toHaveLength(1);
  });

  it.each([
    [1, 'a few seconds'],
    [61, 'about 65 s'],
    [600, 'about 10 min'],
    [20_000, 'about 6 h'],
  ])('%d s read as %s', (seconds, text) => {
    expect(timeTaken(seconds, english)).toBe(text);
  });
});
