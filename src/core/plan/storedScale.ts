import type { WeightType } from '../checkpoint/checkpoint.ts';
import type { RoundScale } from './groupQuantizer.ts';

/** Bits of float16's fraction, the exponents of its smallest normal number, and its largest number. */
const FRACTION_BITS = 10;
const SMALLEST_EXPONENT = -14;
const LARGEST = 65504;

/** How a scale is stored beside weights of that type: in the type itself. */
export function storedScale(dtype: WeightType): RoundScale {
  return dtype === 'float16' ? nearestFloat16 : Math.fround;
}

/** The nearest number of float16, ties to the even one; what is too large becomes the largest. */
export function nearestFloat16(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return value;
  const exponent = Math.max(SMALLEST_EXPONENT, Math.floor(Math.log2(magnitude)));
  const step = 2 ** (exponent - FRACTION_BITS);
  const places = magnitude / step;
  const floor = Math.floor(places);
  const up = places - floor > 0.5 || (places - floor === 0.5 && floor % 2 === 1);
  return Math.sign(value) * Math.min(LARGEST, (up ? floor + 1 : floor) * step);
}
