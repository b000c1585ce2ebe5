/**
 * A stream of uniform 32-bit integers: xoshiro128** (Blackman and Vigna 2018). Its state is filled from
 * the seed by a bijective mixer (MurmurHash3's finaliser over a Weyl sequence), so that neighbouring
 * seeds give streams that have nothing in common.
 */
export function randomBits(seed: number): () => number {
  const state = seededState(seed);
  // Many at a time: with the state in variables each takes half the time.
  const words = new Uint32Array(64);
  let used = words.length;
  return () => {
    if (used === words.length) {
      fillFrom(state, words);
      used = 0;
    }
    return words[used++]!;
  };
}

function fillFrom(state: Int32Array, words: Uint32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let i = 0; i < words.length; i++) {
    words[i] = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

/**
 * A uniform integer in [0, bound), bound at most 2^32: multiplication with rejection (Lemire 2019) would
 * need 64-bit products, so the bits above the largest multiple of `bound` are rejected instead.
 */
export function randomBelow(bits: () => number, bound: number): number {
  for (;;) {
    const value = bits();
    const rest = value % bound;
    // The multiple of `bound` below the value is the last one that is not whole; 2^32 % bound takes longer.
    if (value - rest <= 4294967296 - bound) return rest;
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
