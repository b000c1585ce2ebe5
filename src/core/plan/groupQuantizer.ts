import type { QuantBits } from './action.ts';

/**
 * Shares of the scale that clips nothing which are tried, from 1 down to `least`: fewer bits gain from
 * clipping more.
 */
const SEARCH: Readonly<Record<QuantBits, { readonly least: number; readonly tries: number }>> = {
  2: { least: 0.25, tries: 16 },
  4: { least: 0.5, tries: 14 },
  8: { least: 0.94, tries: 12 },
};

/** Fits of the scale to the codes that it gave. */
const REFITS = 2;

/** How the stored type holds a scale. */
export type RoundScale = (scale: number) => number;

export interface QuantizedGroup {
  /** As stored; 0 where every value becomes 0. */
  readonly scale: number;
  /** Squared error of the group. */
  readonly error: number;
}

/**
 * The scale of least squared error that the search finds for values that share one: codes are the signed
 * integers -2^(bits-1) ... 2^(bits-1) - 1, zero is exact, and the value of a code is code x scale. Where
 * `signed`, the scale is negative for a group whose largest magnitude is positive, so that the longer side
 * of the codes serves it.
 */
export function quantizeGroup(
  values: Float64Array,
  bits: QuantBits,
  signed: boolean,
  round: RoundScale,
): QuantizedGroup {
  const lowest = -(2 ** (bits - 1));
  const highest = -lowest - 1;
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const sign = signed && most > -least ? -1 : 1;
  const unclipped =
    sign < 0
      ? Math.max(most / -lowest, -least / highest)
      : Math.max(least / lowest, most / highest);
  let best: QuantizedGroup = { scale: 0, error: squaredError(values, 0, bits, Infinity) };
  const attempt = (scale: number): void => {
    const stored = round(scale);
    const error = squaredError(values, stored, bits, best.error);
    if (error < best.error) best = { scale: stored, error };
  };
  const { least: smallest, tries } = SEARCH[bits];
  for (let k = 0; k < tries; k++)
    attempt(sign * unclipped * (1 - ((1 - smallest) * k) / (tries - 1)));
  for (let k = 0; k < REFITS && best.scale !== 0; k++)
    attempt(fittedScale(values, best.scale, bits));
  return best;
}

/** The code of a value at a scale. */
export function codeOf(value: number, scale: number, bits: QuantBits): number {
  if (scale === 0) return 0;
  const lowest = -(2 ** (bits - 1));
  return Math.min(-lowest - 1, Math.max(lowest, Math.round(value / scale)));
}

/** Stops where it exceeds `limit`. */
function squaredError(values: Float64Array, scale: number, bits: QuantBits, limit: number): number {
  const lowest = -(2 ** (bits - 1));
  const highest = -lowest - 1;
  const inverse = scale === 0 ? 0 : 1 / scale;
  let sum = 0;
  for (let k = 0; k < values.length && sum < limit; k++) {
    const value = values[k]!;
    let code = Math.round(value * inverse);
    if (code < lowest) code = lowest;
    else if (code > highest) code = highest;
    const off = value - code * scale;
    sum += off * off;
  }
  return sum;
}

/** The scale of least squared error for the codes that another one gives. */
function fittedScale(values: Float64Array, scale: number, bits: QuantBits): number {
  let [along, squares] = [0, 0];
  for (const value of values) {
    const code = codeOf(value, scale, bits);
    along += value * code;
    squares += code * code;
  }
  return squares > 0 ? along / squares : scale;
}
