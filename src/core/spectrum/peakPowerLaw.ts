import { countAbove } from './eigenvalues.ts';
import { fitPowerLawBetween, type PowerLawTail } from './powerLaw.ts';

const BINS = 100;
const LOWER = 0.95;
const UPPER = 1.5;

/** Which values near the peak may begin the tail. */
export interface PeakRule {
  /** The least start for a peak. */
  readonly lowest: (peak: number) => number;
  /** Whether the largest value in reach is left out. */
  readonly dropLargest: boolean;
}

/** AlphaPruning 2024, FARMS 2025: they compare the values with a logarithm, so that nearly none is too small. */
export const ALPHA_PRUNING_PEAK: PeakRule = {
  lowest: (peak) => Math.log10(LOWER * peak),
  dropLargest: false,
};

/** WeightWatcher 0.7.5.5 with powerlaw 1.x, which drops the last of the candidates it is given. */
export const POWERLAW_PACKAGE_PEAK: PeakRule = { ...ALPHA_PRUNING_PEAK, dropLargest: true };

/** Both bounds in the unit of the values. */
export const ROBUST_PEAK: PeakRule = { lowest: (peak) => LOWER * peak, dropLargest: false };

/**
 * The best power law whose tail begins near the peak of the density (`xmin_peak` of AlphaPruning 2024,
 * fix_fingers of WeightWatcher 0.7.5.5): from the rule's lower bound to 1.5 times the peak, inclusive,
 * never at the last value. The peak is the left edge of the fullest of 100 bins of log10 of the values.
 *
 * @returns null where the smallest value is not positive or no value is in reach
 */
export function fitPeak(ascending: Float64Array, rule: PeakRule): PowerLawTail | null {
  const peak = peakOf(ascending);
  if (peak === null) return null;
  const first = ascending.findIndex((value) => value >= rule.lowest(peak));
  let last = ascending.length - 1 - countAbove(ascending, UPPER * peak);
  if (rule.dropLargest) last = ascending.indexOf(ascending[last]!) - 1;
  return fitPowerLawBetween(ascending, first, Math.min(last, ascending.length - 2));
}

/** Left edge of the fullest bin, the first of equally full ones. */
function peakOf(ascending: Float64Array): number | null {
  const smallest = ascending[0];
  if (smallest === undefined || !(smallest > 0)) return null;
  const low = Math.log10(smallest);
  const width = (Math.log10(ascending.at(-1)!) - low) / BINS;
  if (!(width > 0 && width < Infinity)) return null;
  const counts = new Int32Array(BINS);
  for (const value of ascending)
    counts[Math.min(BINS - 1, Math.floor((Math.log10(value) - low) / width))]! += 1;
  return Math.pow(10, low + counts.indexOf(Math.max(...counts)) * width);
}
