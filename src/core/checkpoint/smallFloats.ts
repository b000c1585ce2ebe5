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

/** Exponent bias and fraction bits of 8-bit formats, and whether infinities are encoded as in IEEE 754. */
const FLOAT8 = {
  float8e4m3fn: { bias: 7, fractionBits: 3, nan: 'all-ones' },
  float8e4m3fnuz: { bias: 8, fractionBits: 3, nan: 'negative-zero' },
  float8e5m2: { bias: 15, fractionBits: 2, nan: 'ieee' },
  float8e5m2fnuz: { bias: 16, fractionBits: 2, nan: 'negative-zero' },
} as const;

export type Float8Type = keyof typeof FLOAT8;

export function isFloat8(type: string): type is Float8Type {
  return Object.hasOwn(FLOAT8, type);
}

/**
 * The value of an 8-bit floating-point number given by its bits.
 *
 * https://onnx.ai/onnx/technical/float8.html
 */
export function float8Value(type: Float8Type, bits: number): number {
  const { bias, fractionBits, nan } = FLOAT8[type];
  if (nan === 'negative-zero' && bits === 0x80) return NaN;
  if (nan === 'all-ones' && (bits & 0x7f) === 0x7f) return NaN;
  const sign = bits & 0x80 ? -1 : 1;
  const magnitude = bits & 0x7f;
  const exponent = magnitude >> fractionBits;
  const fraction = magnitude & (2 ** fractionBits - 1);
  if (nan === 'ieee' && exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits);
}

/** The distance from |value| to the next larger number of the format. */
export function float8Step(type: Float8Type, value: number): number {
  const { bias, fractionBits } = FLOAT8[type];
  const exponent = value === 0 ? 1 - bias : Math.floor(Math.log2(Math.abs(value)));
  return 2 ** (Math.max(exponent, 1 - bias) - fractionBits);
}
