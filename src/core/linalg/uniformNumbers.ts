/** A stream of uniform numbers in [0, 1) that is the same for the same seed: Marsaglia's xorshift32. */
export function uniformNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
