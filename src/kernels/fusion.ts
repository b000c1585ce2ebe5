import { mulAdd } from './vectors';

/** 1 + 2^-27: its square is not a float64, but differs from one by 2^-54. */
const X: f64 = 1.000000007450580596923828125;
const SQUARE_ROUNDED: f64 = 1.00000001490116119384765625;

/**
 * Whether `mulAdd` rounds once. Relaxed SIMD leaves it to the machine; the same bits everywhere need to
 * know which it does.
 */
export function fuses(): bool {
  const rest = mulAdd(f64x2.splat(-SQUARE_ROUNDED), f64x2.splat(X), f64x2.splat(X));
  return f64x2.extract_lane(rest, 0) != 0;
}
