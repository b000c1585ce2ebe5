import { fitClipped, WEIGHT_WATCHER_CLIP } from './clippedPowerLaw.ts';
import { above, countAbove, eigenvaluesOf, slicesOf } from './eigenvalues.ts';
import { detXOf } from './detX.ts';
import { compatEntropy, entropyRank } from './entropy.ts';
import { esdOf } from './esd.ts';
import { failedPowerLaw, NO_CLIPPED, NO_NULLS, NO_PEAK } from './emptyFigures.ts';
import type {
  ClippedFigures,
  FarmsFigures,
  Figure,
  HillFigures,
  LayerMetrics,
  PeakFigures,
  PowerLawFigures,
  SolvedSpectrum,
  SpectralFigures,
} from './figures.ts';
import { farmsEsd, farmsFigures, NO_FARMS } from './farms.ts';
import { FARMS_WINDOWS } from './farmsWindows.ts';
import { finite } from './finite.ts';
import { fitHill } from './hill.ts';
import { noLikelihoods } from './likelihoodRatios.ts';
import { fitMarchenkoPasturCompat } from './marchenkoPasturCompat.ts';
import { alphaWeighted, normsOf, sumOf } from './norms.ts';
import { ALPHA_PRUNING_PEAK, fitPeak } from './peakPowerLaw.ts';
import { power } from './power.ts';
import { fitPowerLaw, RELIABLE_TAIL } from './powerLaw.ts';
import { powerLawCurve } from './powerLawCurve.ts';
import { shapeFigures } from './shapeFigures.ts';
import { trapTest } from './trapTest.ts';

/** WeightWatcher's EVALS_THRESH: eigenvalues at or below it are left out of the fit, whatever the scale. */
const EIGENVALUE_THRESHOLD = 1e-5;

/** `eigs_num_thresh` of FARMS. */
const LEAST_FARMS_EIGENVALUES = 5;

/**
 * The figures of WeightWatcher 0.7.5.5 and of AlphaPruning's Hill estimate, defects included, except that
 * what they print as -1, NaN or an infinity is null. For a convolution the singular values must be those
 * of its slices after each entry was multiplied by float32(sqrt(1/2)) in float32.
 */
export function compatFigures(spectrum: SolvedSpectrum): SpectralFigures {
  const eigenvalues = eigenvaluesOf(spectrum.singularValues);
  const powerLaw = compatPowerLaw(eigenvalues);
  return {
    metrics: metricsOf(spectrum, eigenvalues, powerLaw.alpha),
    fits: {
      powerLaw,
      hill: compatHill(eigenvalues),
      peak: compatPeak(eigenvalues),
      clipped: compatClipped(eigenvalues),
      farms: compatFarms(spectrum),
      marchenkoPastur: fitMarchenkoPasturCompat(eigenvalues, spectrum),
      trapTest: trapTest(
        eigenvalues,
        spectrum.shuffles.map(eigenvaluesOf),
        (shuffle) => fitMarchenkoPasturCompat(shuffle, spectrum).spikes,
      ),
    },
    esd: esdOf(eigenvalues),
    farmsEsd: farmsEsd(spectrum.windows),
    nulls: NO_NULLS,
    causes: null,
  };
}

/** The fit as WeightWatcher makes it, before anything that is not a number is taken out of it. */
export function compatFit(eigenvalues: Float64Array): ReturnType<typeof fitPowerLaw> {
  // Every start, however many values: the reference leaves out layers of more than 15,000.
  return fitPowerLaw(above(eigenvalues, EIGENVALUE_THRESHOLD));
}

function compatPowerLaw(eigenvalues: Float64Array): PowerLawFigures {
  const fit = compatFit(eigenvalues);
  if (!fit)
    return failedPowerLaw(
      `fewer than 2 of ${eigenvalues.length} eigenvalues are above ${EIGENVALUE_THRESHOLD}`,
    );
  const { alpha, D, xmin, tail } = fit;
  if (!Number.isFinite(alpha))
    return failedPowerLaw(`alpha is infinite: all ${tail} eigenvalues of the tail are equal`);
  return {
    status: 'ok',
    reason: '',
    alpha,
    D,
    xmin,
    xmax: eigenvalues.at(-1)!,
    sigma: (alpha - 1) / Math.sqrt(tail),
    tail: eigenvalues.length - countBelow(eigenvalues, xmin),
    null: null,
    distancePercentile: null,
    curve: powerLawCurve(above(eigenvalues, EIGENVALUE_THRESHOLD), tail, Number.MAX_VALUE),
    shortTail: tail < RELIABLE_TAIL,
    likelihood: noLikelihoods('it is computed in robust mode only'),
  };
}

/** Eigenvalues equal to xmin but before the chosen start count as its tail in the reference. */
function countBelow(ascending: Float64Array, limit: number): number {
  let count = ascending.length - countAbove(ascending, limit);
  while (count > 0 && ascending[count - 1] === limit) count--;
  return count;
}

function compatHill(eigenvalues: Float64Array): HillFigures {
  const fit = fitHill(eigenvalues);
  if (!fit || !Number.isFinite(fit.alpha))
    return { alpha: null, D: null, xmin: null, tail: null, null: null };
  return { ...fit, null: null };
}

/** AlphaPruning's, which leaves out no eigenvalue, however small. */
function compatPeak(eigenvalues: Float64Array): PeakFigures {
  const fit = fitPeak(eigenvalues, ALPHA_PRUNING_PEAK);
  return fit && Number.isFinite(fit.alpha) ? fit : NO_PEAK;
}

function compatClipped(eigenvalues: Float64Array): ClippedFigures {
  const fit = fitClipped(above(eigenvalues, EIGENVALUE_THRESHOLD), WEIGHT_WATCHER_CLIP);
  if (!fit) return NO_CLIPPED;
  return { alpha: finite(fit.alpha), rawAlpha: finite(fit.rawAlpha), fingers: fit.fingers };
}

/** Of the FARMS repository with its defaults, which leave out layers of fewer than 5 eigenvalues. */
function compatFarms({ singularValues, windows }: SolvedSpectrum): FarmsFigures {
  if (!windows || singularValues.length < LEAST_FARMS_EIGENVALUES) return NO_FARMS;
  return farmsFigures(windows, FARMS_WINDOWS, -1, Infinity);
}

function metricsOf(
  spectrum: SolvedSpectrum,
  eigenvalues: Float64Array,
  alpha: Figure,
): LayerMetrics {
  const slices = slicesOf(spectrum);
  const larger = Math.max(spectrum.rows, spectrum.cols);
  const sorted = Float64Array.from(spectrum.singularValues).sort();
  const rank = float64Rank(sorted, larger);
  const rankLoss = slices.reduce(
    (sum, slice) => sum + slice.length - float64Rank(Float64Array.from(slice).sort(), larger),
    0,
  );
  return {
    ...normsOf(eigenvalues),
    svMax: finite(sorted.at(-1) ?? 0),
    // The reference keeps the largest of the slices' smallest values.
    svMin: finite(slices.reduce((most, slice) => Math.max(most, slice.at(-1) ?? 0), 0)),
    conditionNumber: finite(sorted.at(-1)! / sorted[0]!),
    nuclearNorm: finite(sumOf(sorted)),
    matrixRank: rank,
    rankLoss,
    entropy: finite(compatEntropy(eigenvalues, rank)),
    effectiveRank: finite(entropyRank(sorted)),
    spectralEntropyRank: finite(entropyRank(eigenvalues)),
    noiseFloor: null,
    alphaWeighted: alphaWeighted(alpha, eigenvalues),
    logAlphaNorm: alpha === null ? null : plainLogAlphaNorm(alpha, eigenvalues),
    ...detXOf(eigenvalues),
    ...shapeFigures(sorted, eigenvalues, spectrum.fan),
  };
}

/** numpy's rank: singular values above `largest max(m, n) eps` of float64, whatever the storage type. */
function float64Rank(ascending: Float64Array, larger: number): number {
  return countAbove(ascending, (ascending.at(-1) ?? 0) * larger * Number.EPSILON);
}

/** As the reference sums it: where the powers overflow it prints inf, which is null here. */
function plainLogAlphaNorm(alpha: number, eigenvalues: Float64Array): Figure {
  let sum = 0;
  for (const value of eigenvalues) sum += power(value, alpha);
  return finite(Math.log10(sum));
}
