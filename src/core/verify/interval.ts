import { randomBelow, randomBits } from '../spectrum/randomBits.ts';
import { studentBelow, studentQuantile } from '../spectrum/studentT.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const INTERVAL_LEVEL = 0.95;
export const RESAMPLES = 2000;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** By linear interpolation between the values in order (0 at the least, 1 at the greatest). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * A 95 % interval of a statistic over samples: percentiles of seeded bootstrap resamples, taken further out
 * where samples are few, so that their width is that of Student's t (Hesterberg 2015, "What Teachers Should
 * Know About the Bootstrap", section 5.1). Null for fewer than 2 samples, which say nothing of a spread.
 */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  seed: number,
): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const bits = randomBits(seed);
  const found: number[] = [];
  const drawn = new Array<number>(n);
  for (let k = 0; k < RESAMPLES; k++) {
    for (let each = 0; each < n; each++) drawn[each] = values[randomBelow(bits, n)]!;
    found.push(statistic(drawn));
  }
  const t = studentQuantile((1 + INTERVAL_LEVEL) / 2, n - 1);
  const tail = studentBelow(-Math.sqrt(n / (n - 1)) * t, Infinity);
  return { low: quantile(found, tail), high: quantile(found, 1 - tail) };
}

/**
 * A 95 % interval of the mean of shares in 0 to 1. Where all samples are 1 the bootstrap would see no spread at
 * all; the low end is then that of the share of samples that are 1 (Clopper and Pearson 1934).
 */
export function shareInterval(values: readonly number[], seed: number): Interval | null {
  if (values.length >= 2 && values.every((each) => each === 1))
    return { low: ((1 - INTERVAL_LEVEL) / 2) ** (1 / values.length), high: 1 };
  return bootstrapInterval(values, mean, seed);
}
