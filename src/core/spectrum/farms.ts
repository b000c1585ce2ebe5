import { above, eigenvaluesOf } from './eigenvalues.ts';
import { esdOf, NO_ESD } from './esd.ts';
import type { Esd, FarmsFigures, Figure, ShuffleNull, WindowSpectra } from './figures.ts';
import { overlapVariance, type Windows, type WindowSettings } from './farmsWindows.ts';
import { finite } from './finite.ts';
import { gaussianSpread } from './gaussianSpread.ts';
import { fitHill } from './hill.ts';
import { EXPONENT_SCALE, piecewiseNull, shuffleNull } from './shuffleNull.ts';

/** Histogram of the pooled eigenvalues of the windows; empty where none were solved. */
export function farmsEsd(spectra: WindowSpectra | undefined): Esd {
  return spectra ? esdOf(eigenvaluesOf(spectra.singularValues)) : NO_ESD;
}

/** Of an entry whose windows were not solved. */
export const NO_FARMS: FarmsFigures = {
  alpha: null,
  D: null,
  windows: null,
  rows: null,
  cols: null,
  numEvals: null,
  estimator: 'hill',
  spread: null,
  null: null,
  comparable: false,
};

/**
 * Hill's estimate over the pooled eigenvalues of equal windows of a matrix (FARMS, Hu et al. 2025): one
 * fit of the pool, not the mean of the windows' own, whose standard deviation is the spread.
 *
 * Windows of one shape remove the bias that the aspect ratio of a layer gives its exponent. A layer
 * smaller than a window has windows of its own size, and is not comparable with the others. Where there
 * are several pools, alpha and D are the means of theirs.
 *
 * @param cut eigenvalues at or below it are left out; negative keeps all
 * @param mostAlpha an exponent above it is not shown
 */
export function farmsFigures(
  spectra: WindowSpectra,
  settings: WindowSettings,
  cut: number,
  mostAlpha: number,
): FarmsFigures {
  const { rows, cols, count, pools, singularValues } = spectra;
  const eigenvaluesIn = (parts: number): readonly Float64Array[] =>
    equalParts(singularValues, parts).map((values) => above(eigenvaluesOf(values), cut));
  const shown = (alpha: number): Figure => (alpha > mostAlpha ? null : finite(alpha));
  const pooled = eigenvaluesIn(pools);
  const fits = pooled.map((values) => fitHill(values));
  const meanOf = (of: 'alpha' | 'D'): number =>
    fits.reduce<number>((sum, fit) => sum + (fit?.[of] ?? NaN), 0) / pools;
  const own = eigenvaluesIn(count).map((values) => shown(fitHill(values)?.alpha ?? NaN));
  return {
    alpha: shown(meanOf('alpha')),
    D: finite(meanOf('D')),
    windows: count,
    rows,
    cols,
    numEvals: pooled.reduce((sum, values) => sum + values.length, 0),
    estimator: 'hill',
    spread: sampleDeviation(own.filter((alpha) => alpha !== null)),
    null: null,
    comparable:
      rows === settings.rowSamples && cols === Math.trunc(settings.rowSamples * settings.ratio),
  };
}

function equalParts(values: Float64Array, parts: number): readonly Float64Array[] {
  const length = values.length / parts;
  return Array.from({ length: parts }, (_, k) => values.subarray(k * length, (k + 1) * length));
}

/**
 * Where the FARMS alpha stands among windows of shuffles. Of a layer that is one window, each shuffle is
 * one more; of others, single windows of shuffles tell the spread, and all of them pooled the exponent: a
 * pool has a slightly smaller one than its windows.
 */
export function farmsNull(
  spectra: WindowSpectra,
  windows: Windows,
  cut: number,
): ShuffleNull | null {
  const { rows, cols, count, singularValues, shuffles } = spectra;
  const alphaOf = (values: Float64Array): Figure =>
    fitHill(above(eigenvaluesOf(values), cut))?.alpha ?? null;
  const alpha = alphaOf(singularValues);
  const singles = shuffles.map(alphaOf);
  if (count === 1)
    return shuffleNull(alpha, singles, EXPONENT_SCALE, gaussianSpread('hill', rows, cols));
  const pooled = Float64Array.from(shuffles.flatMap((values) => [...values]));
  return piecewiseNull(alpha, alphaOf(pooled), singles, EXPONENT_SCALE, overlapVariance(windows));
}

function sampleDeviation(values: readonly number[]): Figure {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return finite(Math.sqrt(squares / (values.length - 1)));
}
