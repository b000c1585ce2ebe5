import type { ByteRange, FloatType, Weight } from '../checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';

/** The floating-point type that a weight's values are stored in; undefined where it is stored as codes. */
export function storedFloat({ dtype }: Pick<Weight, 'dtype'>): FloatType | undefined {
  return (Object.keys(FLOAT_BYTES) as FloatType[]).find((type) => type === dtype);
}

/** Bytes of a weight's values in the file; of a quantised one those of its codes, scales and zero points. */
export function storedSize(weight: Weight): number {
  const type = storedFloat(weight);
  if (type) return FLOAT_BYTES[type] * weight.parameters;
  const { storage } = weight;
  if (storage.encoding !== 'quantised') return 0;
  const { codes, scale, zero } = storage;
  return [codes, scale, zero].reduce((total, part) => total + lengthOf(part?.segments ?? []), 0);
}

function lengthOf(segments: readonly ByteRange[]): number {
  return segments.reduce((total, { bytes }) => total + bytes, 0);
}
