import type {
  ClippedFigures,
  PeakFigures,
  PowerLawFigures,
  SpectralFigures,
  SpectralNulls,
} from './figures.ts';
import { NO_ESD } from './esd.ts';
import { NO_FARMS } from './farms.ts';
import { noLikelihoods } from './likelihoodRatios.ts';
import { failedMarchenkoPastur } from './marchenkoPastur.ts';
import { NO_CURVE } from './powerLawCurve.ts';
import { NO_TRAP_TEST } from './trapTest.ts';

/** A power-law fit that could not be made, and why. */
export function failedPowerLaw(reason: string): PowerLawFigures {
  return {
    status: 'failed',
    reason,
    alpha: null,
    D: null,
    xmin: null,
    xmax: null,
    sigma: null,
    tail: null,
    null: null,
    distancePercentile: null,
    curve: NO_CURVE,
    shortTail: false,
    likelihood: noLikelihoods(reason),
  };
}

/** Without a tail near the peak. */
export const NO_PEAK: PeakFigures = { alpha: null, D: null, xmin: null, tail: null };

/** Without a power law to clip. */
export const NO_CLIPPED: ClippedFigures = { alpha: null, rawAlpha: null, fingers: null };

/** Where there is nothing to compare with. */
export const NO_NULLS: SpectralNulls = {
  upperHill: null,
  upperHillAlpha: null,
  effectiveRank: null,
  matrixRank: null,
  largestEigenvalue: null,
};

/** Figures of a matrix that was not solved: every one null, with the reason on the fits. */
export function emptyFigures(reason: string): SpectralFigures {
  return {
    metrics: {
      numEvals: null,
      svMax: null,
      svMin: null,
      conditionNumber: null,
      nuclearNorm: null,
      norm: null,
      logNorm: null,
      spectralNorm: null,
      logSpectralNorm: null,
      stableRank: null,
      matrixRank: null,
      rankLoss: null,
      weakRankLoss: null,
      entropy: null,
      effectiveRank: null,
      spectralEntropyRank: null,
      noiseFloor: null,
      alphaWeighted: null,
      logAlphaNorm: null,
      detXNum: null,
      detXVal: null,
      orthogonalityDeviation: null,
      mupRatio: null,
      reducibility: null,
      normalizedMean: null,
    },
    fits: {
      powerLaw: failedPowerLaw(reason),
      hill: { alpha: null, D: null, xmin: null, tail: null, null: null },
      peak: NO_PEAK,
      clipped: NO_CLIPPED,
      farms: NO_FARMS,
      marchenkoPastur: failedMarchenkoPastur(reason),
      trapTest: NO_TRAP_TEST,
    },
    esd: NO_ESD,
    farmsEsd: NO_ESD,
    nulls: NO_NULLS,
    causes: null,
  };
}
