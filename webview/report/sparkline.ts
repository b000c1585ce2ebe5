import type { Layer } from '../../src/core/report/report.ts';

type Histogram = Layer['esd'];

/** What every sparkline of a page spans, so that they can be compared: both in powers of ten. */
export interface SparkAxes {
  readonly xMin: number;
  readonly xMax: number;
  /** Of the share of eigenvalues in a decade. */
  readonly yMin: number;
  readonly yMax: number;
}

/** Decades of density that are shown below the highest peak. */
const SHOWN_DECADES = 3;
/** Share of all eigenvalues that may lie left of the axes: what collapsed would squeeze all others. */
const LEFT_OUT = 0.01;
/** Places of the histogram by which that is found. */
const PLACES = 512;
/** Decades: a bin of equal eigenvalues has no width, and a peak of its own would flatten the rest. */
const LEAST_WIDTH = 0.02;

function widthOf({ log10Min, log10Max, counts }: Histogram): number {
  return Math.max(LEAST_WIDTH, (log10Max - log10Min) / counts.length);
}

function totalOf({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Axes that hold all these spectra, but for the hundredth of their eigenvalues that is smallest. */
export function sparkAxes(spectra: readonly Histogram[]): SparkAxes {
  const filled = spectra.filter(({ counts }) => counts.length > 0);
  if (filled.length === 0) return { xMin: 0, xMax: 1, yMin: 0, yMax: 1 };
  let [least, xMax, peak] = [Infinity, -Infinity, 0];
  for (const esd of filled) {
    least = Math.min(least, esd.log10Min);
    xMax = Math.max(xMax, esd.log10Max);
    for (const count of esd.counts) peak = Math.max(peak, count / (totalOf(esd) * widthOf(esd)));
  }
  const step = (xMax - least) / PLACES;
  const shares = new Float64Array(PLACES);
  for (const esd of filled) {
    const { log10Min, counts } = esd;
    const total = totalOf(esd);
    counts.forEach((count, index) => {
      const at = log10Min + (index + 0.5) * widthOf(esd);
      const place = step > 0 ? Math.floor((at - least) / step) : 0;
      shares[Math.min(PLACES - 1, place)]! += count / total / filled.length;
    });
  }
  let first = 0;
  for (let sum = shares[0]!; sum < LEFT_OUT && first < PLACES - 1; sum += shares[first]!) first++;
  const yMax = Math.log10(peak);
  return {
    xMin: least + first * step,
    xMax: xMax > least ? xMax : least + 1,
    yMin: yMax - SHOWN_DECADES,
    yMax,
  };
}

/**
 * The outline of a spectrum as the path of an SVG of `width` x `height`: log10 eigenvalue to the right,
 * log10 of the share of eigenvalues in a decade upwards, from the floor and back to it. Empty where no
 * eigenvalue is in sight.
 */
export function sparkPath(esd: Histogram, axes: SparkAxes, width: number, height: number): string {
  const { log10Min, counts } = esd;
  const total = totalOf(esd);
  const bin = widthOf(esd);
  const across = (log10: number): number =>
    Math.max(0, Math.min(width, (width * (log10 - axes.xMin)) / (axes.xMax - axes.xMin)));
  const up = (count: number): number => {
    const level = Math.log10(count / (total * bin));
    const share = (level - axes.yMin) / (axes.yMax - axes.yMin);
    return count === 0 ? height : height * (1 - Math.max(0, Math.min(1, share)));
  };
  const round = (value: number): string => String(Math.round(value * 10) / 10);
  let path = '';
  counts.forEach((count, index) => {
    const from = across(log10Min + index * bin);
    const to = across(log10Min + (index + 1) * bin);
    if (to <= 0 || from >= width) return;
    if (path === '') path = `M${round(from)} ${round(height)}`;
    path += `V${round(up(count))}H${round(to)}`;
  });
  return path === '' ? '' : `${path}V${round(height)}`;
}
