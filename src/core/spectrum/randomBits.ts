/**
 * A stream of uniform 32-bit integers: xoshiro128** (Blackman and Vigna 2018). Its state is filled from
 * the seed by a bijective mixer (MurmurHash3's finaliser over a Weyl sequence), so that neighbouring
 * seeds give streams that have nothing in common.
 */
export function randomBits(seed: number): () => number {
  const state = seededState(seed);
  return () => {
    const [a, b, c, d] = state as unknown as [number, number, number, number];
    const out = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const nextC = c ^ a;
    const nextD = d ^ b;
    state[1] = b ^ nextC;
    state[0] = a ^ nextD;
    state[2] = nextC ^ (b << 9);
    state[3] = rotate(nextD, 11);
    return out;
  };
}

/**
 * A uniform integer in [0, bound), bound at most 2^32: multiplication with rejection (Lemire 2019) would
 * need 64-bit products, so the bits above the largest multiple of `bound` are rejected instead.
 */
export function randomBelow(bits: () => number, bound: number): number {
  const limit = 4294967296 - (4294967296 % bound);
  for (;;) {
    const value = bits();
    if (value < limit) return value % bound;
  }
}

const WEYL = 0x9e3779b9;

/** Seeds beyond 32 bits keep their high part: it enters as a second round of mixing. */
function seededState(seed: number): Int32Array {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4294967296) >>> 0;
  const state = new Int32Array(4);
  for (let k = 0; k < state.length; k++)
    state[k] = mix(mix(low + Math.imul(WEYL, k + 1)) ^ mix(high + k));
  return state;
}

function mix(word: number): number {
  let z = word | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
