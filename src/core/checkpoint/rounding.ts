import type { FloatType } from './checkpoint.ts';

/** Bits of the fraction, and the exponent of the smallest normal number. */
const FORMATS: Readonly<Record<FloatType, { fractionBits: number; smallestExponent: number }>> = {
  float64: { fractionBits: 52, smallestExponent: -1022 },
  float32: { fractionBits: 23, smallestExponent: -126 },
  bfloat16: { fractionBits: 7, smallestExponent: -126 },
  float16: { fractionBits: 10, smallestExponent: -14 },
};

const EXPONENTS = 2048;
const EXPONENT_BIAS = 1023;

/** Which half of a float64 holds sign and exponent on this machine. */
const HIGH_WORD = new Uint32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1;

/**
 * The variance of rounding to the storage type: the mean over the finite entries of ulp(w)^2 / 12, where
 * ulp(w) is the distance from |w| to the next larger number of that type; a zero and a subnormal have the
 * smallest subnormal's. 0 for no entries; beyond the range of float64 it becomes 0 or Infinity.
 */
export function roundingVariance(values: Float64Array, dtype: FloatType): number {
  const { fractionBits, smallestExponent } = FORMATS[dtype];
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const counts = new Float64Array(EXPONENTS);
  for (let k = HIGH_WORD; k < words.length; k += 2) {
    const biased = (words[k]! >>> 20) & 0x7ff;
    counts[biased] = counts[biased]! + 1;
  }
  // Exponent 2047 is NaN and infinity.
  const finite = values.length - counts[EXPONENTS - 1]!;
  if (finite === 0) return 0;
  let sum = 0;
  for (let biased = 0; biased < EXPONENTS - 1; biased++) {
    if (counts[biased] === 0) continue;
    const exponent = Math.max(biased - EXPONENT_BIAS, smallestExponent);
    sum += counts[biased]! * 4 ** (exponent - fractionBits);
  }
  return sum / finite / 12;
}
