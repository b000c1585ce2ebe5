import { randomBelow, randomBits } from './randomBits.ts';

/** Largest smaller side with that many shuffles: their cost grows with its cube, their spread falls. */
const COUNTS = [
  { upTo: 256, shuffles: 20 },
  { upTo: 1024, shuffles: 5 },
] as const;

/** How many shuffles of the entries a matrix is compared with. */
export function shuffleCount(smallerSide: number): number {
  return COUNTS.find(({ upTo }) => smallerSide <= upTo)?.shuffles ?? 1;
}

/**
 * Windows of shuffles that the FARMS estimate is compared with. One window costs the same whatever the
 * size of the layer, and in a shuffle every window is like every other.
 */
export const WINDOW_SHUFFLES = 20;

/** Seeds of so many shuffles. */
export function shuffleSeeds({ count, seed }: { count: number; seed: number }): number[] {
  return Array.from({ length: count }, (_, k) => seed + k);
}

/**
 * `count` entries drawn without replacement: those that a window of a shuffle of them all would hold. The
 * first steps of Fisher and Yates's shuffle, which needs no copy of the matrix.
 */
export function drawnEntries(values: Float64Array, count: number, seed: number): Float64Array {
  const bits = randomBits(seed);
  const moved = new Map<number, number>();
  return Float64Array.from({ length: count }, (_, k) => {
    const at = k + randomBelow(bits, values.length - k);
    const index = moved.get(at) ?? at;
    moved.set(at, moved.get(k) ?? k);
    return values[index]!;
  });
}

/**
 * A copy of the entries in random order (Fisher and Yates; Durstenfeld 1964). The same seed gives the
 * same order on every machine; the orders of neighbouring seeds are unrelated.
 */
export function shuffledEntries(values: Float64Array, seed: number): Float64Array {
  const shuffled = values.slice();
  shuffleEntries(shuffled, seed);
  return shuffled;
}

/** The same in place. */
export function shuffleEntries(values: Float64Array, seed: number): void {
  const bits = randomBits(seed);
  for (let last = values.length - 1; last > 0; last--) {
    const other = randomBelow(bits, last + 1);
    const kept = values[last]!;
    values[last] = values[other]!;
    values[other] = kept;
  }
}
