import { randomBelow, randomBits } from '../spectrum/randomBits.ts';
import { SearchError } from './searchError.ts';

/** Indices of the samples that plans are chosen by, and of those that the result is reported on. */
export interface SampleSplit {
  readonly scored: readonly number[];
  readonly heldOut: readonly number[];
}

/**
 * Two halves drawn at random, in rising order each; of an odd number the larger one is scored. Throws
 * SearchError (`inputs`) for fewer than 2 samples.
 */
export function splitSamples(count: number, seed: number): SampleSplit {
  if (count < 2)
    throw new SearchError(
      'inputs',
      `A search needs at least 2 samples, one to choose plans by and one to report on; there ${count === 1 ? 'is 1' : 'are none'}. Give more with --inputs (--rows where every row is a sample), or --samples.`,
    );
  const order = shuffled(count, randomBits(seed));
  const scored = Math.ceil(count / 2);
  const rising = (part: readonly number[]): number[] => [...part].sort((a, b) => a - b);
  return { scored: rising(order.slice(0, scored)), heldOut: rising(order.slice(scored)) };
}

/** The numbers below `count` in random order (Fisher and Yates). */
export function shuffled(count: number, bits: () => number): number[] {
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = randomBelow(bits, k + 1);
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return order;
}
