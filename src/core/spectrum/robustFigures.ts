import { fitClipped, ROBUST_CLIP } from './clippedPowerLaw.ts';
import { above, countAbove, eigenvaluesOf } from './eigenvalues.ts';
import { detXOf } from './detX.ts';
import { failedPowerLaw, NO_CLIPPED, NO_PEAK } from './emptyFigures.ts';
import { entropyOf, entropyRank } from './entropy.ts';
import { entryCauses } from './entryCauses.ts';
import { esdOf } from './esd.ts';
import type {
  ClippedFigures,
  EntryCauses,
  Fan,
  FarmsFigures,
  Figure,
  HillFigures,
  LayerMetrics,
  PeakFigures,
  PowerLawFigures,
  SolvedSpectrum,
  SpectralFigures,
  SpectralNulls,
} from './figures.ts';
import { farmsEsd, farmsFigures, farmsNull, NO_FARMS } from './farms.ts';
import { farmsWindows, ROBUST_WINDOWS } from './farmsWindows.ts';
import { finite } from './finite.ts';
import { gaussianSpread } from './gaussianSpread.ts';
import { fitHill, fitUpperHill } from './hill.ts';
import { likelihoodRatios } from './likelihoodRatios.ts';
import { countOverBulk, fitMarchenkoPastur, shuffleBulk } from './marchenkoPastur.ts';
import { noiseFloor } from './noiseFloor.ts';
import { alphaWeighted, logAlphaNorm, normsOf, sumOf } from './norms.ts';
import { fitPeak, ROBUST_PEAK } from './peakPowerLaw.ts';
import { fitPowerLaw, RELIABLE_TAIL, type PowerLawTail } from './powerLaw.ts';
import { powerLawCurve } from './powerLawCurve.ts';
import { shapeFigures } from './shapeFigures.ts';
import { COUNT_SCALE, EXPONENT_SCALE, LOG_SCALE, shuffleNull } from './shuffleNull.ts';
import { trapTest } from './trapTest.ts';

/** Above it an exponent says only that the eigenvalues of the tail are nearly equal. */
export const MOST_ALPHA = 50;

/** What is known of one spectrum, the layer's or a shuffle's, before any comparison. */
interface Solved {
  readonly singularValues: Float64Array;
  readonly eigenvalues: Float64Array;
  readonly floor: number;
  /** Eigenvalues above the square of the noise floor. */
  readonly kept: Float64Array;
  readonly powerLaw: PowerLawTail | null;
  readonly hill: PowerLawTail | null;
  readonly upperHill: PowerLawTail | null;
}

/**
 * The figures a person sees by default: zeros and rank by the noise floor of the storage type, each
 * exponent with its place among the seeded shuffles of the entries, nothing that is not a number.
 */
export function robustFigures(spectrum: SolvedSpectrum): SpectralFigures {
  const own = solve(spectrum.singularValues, spectrum);
  const shuffles = spectrum.shuffles.map((values) => solve(values, spectrum));
  const powerLaw = powerLawFigures(own, shuffles, spectrum);
  return {
    metrics: metricsOf(own, powerLaw.alpha, spectrum.fan),
    fits: {
      powerLaw,
      hill: hillFigures(own, shuffles, spectrum),
      peak: peakFigures(own),
      clipped: clippedFigures(own),
      farms: windowFigures(spectrum),
      marchenkoPastur: fitMarchenkoPastur(
        own.eigenvalues,
        spectrum,
        own.floor * own.floor,
        shuffles.map(({ eigenvalues }) => eigenvalues),
      ),
      trapTest: trapTest(
        own.eigenvalues,
        shuffles.map(({ eigenvalues }) => eigenvalues),
        (shuffle) => countOverBulk(shuffle, spectrum, own.floor * own.floor),
      ),
    },
    esd: esdOf(own.eigenvalues),
    farmsEsd: farmsEsd(spectrum.windows),
    nulls: nullsOf(own, shuffles, spectrum),
    causes: causesOf(own, shuffles, spectrum),
  };
}

function causesOf(
  own: Solved,
  shuffles: readonly Solved[],
  spectrum: SolvedSpectrum,
): EntryCauses | null {
  const others = shuffles.map(({ eigenvalues }) => eigenvalues);
  const bulk = shuffleBulk(own.eigenvalues, spectrum, own.floor * own.floor, others);
  return bulk && spectrum.entries ? entryCauses(spectrum.entries, spectrum, bulk) : null;
}

function solve(values: Float64Array, spectrum: SolvedSpectrum): Solved {
  const singularValues = Float64Array.from(values).sort();
  const eigenvalues = eigenvaluesOf(singularValues);
  const floor = noiseFloor(spectrum, singularValues.at(-1) ?? 0);
  const kept = above(eigenvalues, floor * floor);
  return {
    singularValues,
    eigenvalues,
    floor,
    kept,
    powerLaw: fitPowerLaw(kept),
    hill: fitHill(kept),
    upperHill: fitUpperHill(kept),
  };
}

function powerLawFigures(
  own: Solved,
  shuffles: readonly Solved[],
  { rows, cols }: SolvedSpectrum,
): PowerLawFigures {
  const fit = own.powerLaw;
  if (!fit)
    return failedPowerLaw(
      `${own.kept.length} of ${own.eigenvalues.length} eigenvalues are above the noise floor, and a power law needs at least 2`,
    );
  const alpha = shownAlpha(fit);
  const distances = shuffles.map(({ powerLaw }) => powerLaw?.D ?? null);
  return {
    status: 'ok',
    reason: alpha === null ? hiddenReason(fit) : '',
    alpha,
    D: fit.D,
    xmin: fit.xmin,
    xmax: own.eigenvalues.at(-1)!,
    sigma: null,
    tail: fit.tail,
    null: shuffleNull(
      fit.alpha,
      shuffles.map(({ powerLaw }) => powerLaw?.alpha ?? null),
      EXPONENT_SCALE,
      gaussianSpread('powerLaw', rows, cols),
    ),
    distancePercentile:
      shuffleNull(fit.D, distances, LOG_SCALE, gaussianSpread('distance', rows, cols))
        ?.percentile ?? null,
    curve: powerLawCurve(own.kept, fit.tail, MOST_ALPHA),
    shortTail: fit.tail < RELIABLE_TAIL,
    likelihood: likelihoodRatios(own.kept.subarray(own.kept.length - fit.tail)),
  };
}

function hillFigures(
  own: Solved,
  shuffles: readonly Solved[],
  { rows, cols }: SolvedSpectrum,
): HillFigures {
  const alpha = shownAlpha(own.hill);
  return {
    alpha,
    D: own.hill?.D ?? null,
    xmin: own.hill?.xmin ?? null,
    tail: own.hill?.tail ?? null,
    null: shuffleNull(
      own.hill?.alpha ?? null,
      shuffles.map(({ hill }) => hill?.alpha ?? null),
      EXPONENT_SCALE,
      gaussianSpread('hill', rows, cols),
    ),
  };
}

function peakFigures({ kept }: Solved): PeakFigures {
  const fit = fitPeak(kept, ROBUST_PEAK);
  return fit ? { ...fit, alpha: shownAlpha(fit) } : NO_PEAK;
}

function windowFigures({
  rows,
  cols,
  windows,
  roundingVariance,
  solverError,
}: SolvedSpectrum): FarmsFigures {
  if (!windows) return NO_FARMS;
  const largest = windows.singularValues.reduce((most, value) => Math.max(most, value), 0);
  const floor = noiseFloor(
    { ...windows, roundingVariance, ...(solverError === undefined ? {} : { solverError }) },
    largest,
  );
  const geometry = farmsWindows(rows, cols, ROBUST_WINDOWS);
  return {
    ...farmsFigures(windows, ROBUST_WINDOWS, floor * floor, MOST_ALPHA),
    null: farmsNull(windows, geometry, floor * floor),
  };
}

function clippedFigures({ kept, powerLaw }: Solved): ClippedFigures {
  const fit = fitClipped(kept, ROBUST_CLIP, powerLaw);
  if (!fit) return NO_CLIPPED;
  return { alpha: shownAlpha(fit), rawAlpha: shownAlpha(powerLaw), fingers: fit.fingers };
}

/** Shuffles are compared by what was fitted, shown or not: a fresh layer of extreme aspect has a large alpha. */
function shownAlpha(fit: PowerLawTail | null): Figure {
  return fit && fit.alpha <= MOST_ALPHA ? fit.alpha : null;
}

function hiddenReason({ alpha, tail }: PowerLawTail): string {
  return alpha === Infinity
    ? `alpha is infinite: all ${tail} eigenvalues of the tail are equal`
    : `alpha ${alpha.toPrecision(3)} is over ${MOST_ALPHA}: the ${tail} eigenvalues of the tail are nearly equal`;
}

function metricsOf(own: Solved, alpha: Figure, fan: Fan | undefined): LayerMetrics {
  const { singularValues, eigenvalues, kept } = own;
  return {
    ...normsOf(eigenvalues),
    svMax: finite(singularValues.at(-1) ?? 0),
    svMin: finite(singularValues[0] ?? 0),
    conditionNumber: finite(singularValues.at(-1)! / above(singularValues, own.floor)[0]!),
    nuclearNorm: finite(sumOf(singularValues)),
    matrixRank: rankOf(own),
    rankLoss: singularValues.length - rankOf(own),
    entropy: finite(entropyOf(kept) / Math.log(kept.length)),
    effectiveRank: finite(entropyRank(singularValues)),
    spectralEntropyRank: finite(entropyRank(eigenvalues)),
    noiseFloor: finite(own.floor),
    alphaWeighted: alphaWeighted(alpha, eigenvalues),
    logAlphaNorm: logAlphaNorm(alpha, eigenvalues),
    ...detXOf(eigenvalues),
    ...shapeFigures(singularValues, eigenvalues, fan),
  };
}

function rankOf({ singularValues, floor }: Solved): number {
  return countAbove(singularValues, floor);
}

function nullsOf(
  own: Solved,
  shuffles: readonly Solved[],
  { rows, cols }: SolvedSpectrum,
): SpectralNulls {
  const ranks = shuffles.map(rankOf);
  return {
    upperHillAlpha: shownAlpha(own.upperHill),
    upperHill: shuffleNull(
      own.upperHill?.alpha ?? null,
      shuffles.map(({ upperHill }) => upperHill?.alpha ?? null),
      EXPONENT_SCALE,
      gaussianSpread('upperHill', rows, cols),
    ),
    effectiveRank: shuffleNull(
      entropyRank(own.singularValues),
      shuffles.map(({ singularValues }) => entropyRank(singularValues)),
      LOG_SCALE,
      gaussianSpread('effectiveRank', rows, cols),
    ),
    matrixRank: shuffleNull(rankOf(own), ranks, COUNT_SCALE, rankSpread(ranks, own)),
    largestEigenvalue: shuffleNull(
      own.eigenvalues.at(-1) ?? 0,
      shuffles.map(({ eigenvalues }) => eigenvalues.at(-1) ?? 0),
      LOG_SCALE,
      gaussianSpread('largestEigenvalue', rows, cols),
    ),
  };
}

/** Of a single shuffle: eigenvalues repel, so the number lost varies by less than if each were lost alone. */
function rankSpread(ranks: readonly number[], own: Solved): number {
  const lost = own.singularValues.length - (ranks[0] ?? 0);
  return Math.sqrt(lost + COUNT_SCALE.leastSpread ** 2);
}
