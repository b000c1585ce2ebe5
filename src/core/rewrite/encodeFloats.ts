import type { FloatType } from '../checkpoint/checkpoint.ts';
import { bfloat16Value, float16Value } from '../checkpoint/smallFloats.ts';

/** Half the distance from 1 to the next number: what rounding to the type changes at most, relatively. */
export const ROUNDOFF: Readonly<Record<FloatType, number>> = {
  float64: 2 ** -53,
  float32: 2 ** -24,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
};

/** TensorProto.DataType. */
export const FLOAT_DATA_TYPES: Readonly<Record<FloatType, number>> = {
  float32: 1,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};

/** Values as raw_data holds them: little-endian, rounded to nearest, ties to even. */
export function encodeFloats(values: Float64Array, dtype: FloatType): Uint8Array {
  const write = WRITERS[dtype];
  const bytes = new Uint8Array(values.length * write.bytes);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < values.length; k++) write.set(view, k * write.bytes, values[k]!);
  return bytes;
}

/** The values as the type would give them back, in place. */
export function roundTo(values: Float64Array, dtype: FloatType): Float64Array {
  if (dtype === 'float64') return values;
  for (let k = 0; k < values.length; k++) values[k] = ROUNDED[dtype](values[k]!);
  return values;
}

const ROUNDED: Readonly<Record<Exclude<FloatType, 'float64'>, (value: number) => number>> = {
  float32: Math.fround,
  float16: (value) => float16Value(float16Bits(value)),
  bfloat16: (value) => bfloat16Value(bfloat16Bits(value)),
};

interface FloatWriter {
  readonly bytes: number;
  readonly set: (view: DataView, byte: number, value: number) => void;
}

const WRITERS: Readonly<Record<FloatType, FloatWriter>> = {
  float32: { bytes: 4, set: (view, byte, value) => view.setFloat32(byte, value, true) },
  float64: { bytes: 8, set: (view, byte, value) => view.setFloat64(byte, value, true) },
  float16: { bytes: 2, set: (view, byte, value) => view.setUint16(byte, float16Bits(value), true) },
  bfloat16: {
    bytes: 2,
    set: (view, byte, value) => view.setUint16(byte, bfloat16Bits(value), true),
  },
};

/** IEEE 754 binary16, rounded once from float64. */
export function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // Halfway from the largest number to the next, which the type does not have.
  if (size >= 65520) return sign | 0x7c00;
  if (size === 0) return sign;
  const exponent = Math.max(-14, exponentOf(size));
  const units = tiesToEven(size / 2 ** (exponent - 10));
  // A subnormal has no leading one; where rounding carries, the sum is the next exponent's first number.
  return sign + (exponent + 14) * 1024 + units;
}

/** The upper half of a float32, rounded once from float64. */
export function bfloat16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7fc0;
  if (size === 0) return sign;
  const exponent = Math.max(-126, exponentOf(size));
  if (exponent > 127) return sign | 0x7f80;
  const units = tiesToEven(size / 2 ** (exponent - 7));
  return sign + (exponent + 126) * 128 + units;
}

function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  // The logarithm of what is just below a power of two may round up to it.
  return 2 ** guess > size ? guess - 1 : guess;
}

function tiesToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest === 0.5) return low + (low % 2);
  return rest < 0.5 ? low : low + 1;
}
