import type { FloatType, DenseStorage, WeightType } from './checkpoint.ts';

/** Bytes of one element in little-endian storage. */
export const FLOAT_BYTES: Readonly<Record<FloatType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
};

/** Bytes of one stored element, of codes that share a byte a part of it. Every type's name says its bits. */
export function elementBytesOf(dtype: WeightType): number {
  return Number(/\d+/.exec(dtype)![0]) / 8;
}

/** Bytes from one stored element to the next; undefined where elements differ in length (varints). */
export function elementStride({ encoding, dtype }: DenseStorage): number | undefined {
  switch (encoding) {
    case 'raw':
      return FLOAT_BYTES[dtype];
    case 'float32List':
      return 4;
    case 'float64List':
      return 8;
    case 'float32Fields':
      return 5;
    case 'float64Fields':
      return 9;
    case 'varintList':
    case 'varintFields':
      return undefined;
  }
}
