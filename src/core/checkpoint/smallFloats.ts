/** 2^(e - 25) for each biased exponent e of a binary16: a table, because powers are slow and values many. */
const HALF_SCALES = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

/** The value of an IEEE 754 binary16 given by its bits: subnormals, infinities and NaN included. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * HALF_SCALES[exponent]!;
}

const bfloatBits = new Uint32Array(1);
const bfloatValue = new Float32Array(bfloatBits.buffer);

/** The value of a bfloat16 given by its bits: the upper half of a float32. */
export function bfloat16Value(bits: number): number {
  bfloatBits[0] = bits << 16;
  return bfloatValue[0]!;
}
