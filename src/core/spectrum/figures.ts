import type { EntryProfile } from './entryProfile.ts';

/** `robust`: the mathematics without the references' defects. `compat`: WeightWatcher's figures, defects included. */
export type Mode = 'robust' | 'compat';

/** Everything the figures of one entry are computed from. Plain data. */
export interface SolvedSpectrum {
  /** Rows and columns of each matrix (of each slice, where several are pooled). */
  readonly rows: number;
  readonly cols: number;
  /** Number of pooled matrices; 1 for a plain matrix. */
  readonly slices: number;
  /** `slices * min(rows, cols)` values: slice after slice, descending within each. */
  readonly singularValues: Float64Array;
  /** The same, of seeded shuffles of the entries; empty where no null was asked for. */
  readonly shuffles: readonly Float64Array[];
  /** Mean over entries of ulp(w)^2 / 12 in the storage type: the variance of rounding, rho^2. */
  readonly roundingVariance: number;
  /** Bound of the solver's own error, as a share of the largest value; absent where float64's. */
  readonly solverError?: number;
  /** How many inputs and outputs the matrix has; absent where that says nothing, as of a table. */
  readonly fan?: Fan;
  /** Of equal windows of the matrix; absent where none were solved. */
  readonly windows?: WindowSpectra;
  /** Of the matrix itself; absent where its entries were not looked at. */
  readonly entries?: EntryProfile;
}

/** Inputs and outputs of a matrix that multiplies. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/** Spectra of equal windows of one matrix. */
export interface WindowSpectra {
  /** Rows and columns of each window. */
  readonly rows: number;
  readonly cols: number;
  readonly count: number;
  /** Into how many equal pools of neighbouring windows they are fitted; alpha and D are means over them. */
  readonly pools: number;
  /** `count * min(rows, cols)` values: window after window, descending within each. */
  readonly singularValues: Float64Array;
  /** Of single windows, each of another seeded shuffle of the entries; empty where no null was asked for. */
  readonly shuffles: readonly Float64Array[];
}

/** A figure that could not be computed is null, and the reason is in the status or a finding. */
export type Figure = number | null;

/** Norms, ranks and entropies; see the catalogue in core/report/metrics.ts for meaning and units. */
export interface LayerMetrics {
  readonly numEvals: Figure;
  readonly svMax: Figure;
  readonly svMin: Figure;
  readonly conditionNumber: Figure;
  readonly nuclearNorm: Figure;
  readonly norm: Figure;
  readonly logNorm: Figure;
  readonly spectralNorm: Figure;
  readonly logSpectralNorm: Figure;
  readonly stableRank: Figure;
  readonly matrixRank: Figure;
  readonly rankLoss: Figure;
  readonly weakRankLoss: Figure;
  readonly entropy: Figure;
  readonly effectiveRank: Figure;
  readonly spectralEntropyRank: Figure;
  readonly noiseFloor: Figure;
  readonly alphaWeighted: Figure;
  readonly logAlphaNorm: Figure;
  readonly detXNum: Figure;
  readonly detXVal: Figure;
  readonly orthogonalityDeviation: Figure;
  readonly mupRatio: Figure;
  readonly reducibility: Figure;
  readonly normalizedMean: Figure;
}

/**
 * Where a layer's figure stands among the same figure of its seeded element shuffles. An exponent has its
 * place there even where it is too large to be shown; an infinite one has none.
 */
export interface ShuffleNull {
  readonly shuffles: number;
  readonly mean: Figure;
  readonly sd: Figure;
  /** Percentile of the layer's figure in its null, 0 to 100. */
  readonly percentile: Figure;
}

export interface PowerLawFigures {
  readonly status: 'ok' | 'failed';
  readonly reason: string;
  readonly alpha: Figure;
  readonly D: Figure;
  readonly xmin: Figure;
  readonly xmax: Figure;
  /** (alpha - 1) / sqrt(tail) in compat mode; null in robust mode, where it is no standard error. */
  readonly sigma: Figure;
  /** Number of eigenvalues at or above xmin. */
  readonly tail: Figure;
  /** Null of alpha over the shuffles. */
  readonly null: ShuffleNull | null;
  /** Percentile of D in the D of the shuffles' fits; goodness of fit, robust mode only. */
  readonly distancePercentile: Figure;
  readonly curve: PowerLawCurve;
  /** Fewer values in the tail than an exponent needs to be reliable. */
  readonly shortTail: boolean;
  readonly likelihood: LikelihoodFigures;
}

/**
 * Logarithm of the likelihood ratio of the power law to each other law over the same tail, in nats:
 * positive where the power law fits better. Robust mode only.
 */
export interface LikelihoodFigures {
  /** Why there is none; empty where there is. */
  readonly reason: string;
  readonly logNormal: Figure;
  readonly exponential: Figure;
  readonly truncated: Figure;
}

/**
 * The power law against where its tail begins: equally long lists, at most 64 points, from the longest
 * tail to the shortest. Empty where there is no fit.
 */
export interface PowerLawCurve {
  /** Number of values in the tail. */
  readonly tail: readonly number[];
  readonly xmin: readonly number[];
  /** Null where it is infinite or (robust) too large to be shown. */
  readonly alpha: readonly Figure[];
  readonly D: readonly number[];
}

export interface HillFigures {
  readonly alpha: Figure;
  readonly D: Figure;
  readonly xmin: Figure;
  readonly tail: Figure;
  readonly null: ShuffleNull | null;
}

/** Of a tail that begins near the peak of the density. */
export interface PeakFigures {
  readonly alpha: Figure;
  readonly D: Figure;
  readonly xmin: Figure;
  readonly tail: Figure;
}

/** Without the few largest eigenvalues that stand apart from the tail. */
export interface ClippedFigures {
  readonly alpha: Figure;
  /** With every eigenvalue. */
  readonly rawAlpha: Figure;
  /** Largest eigenvalues left out. */
  readonly fingers: Figure;
}

/** Of the pooled eigenvalues of equal windows of the matrix. */
export interface FarmsFigures {
  readonly alpha: Figure;
  readonly D: Figure;
  readonly windows: Figure;
  /** Rows and columns of each window. */
  readonly rows: Figure;
  readonly cols: Figure;
  /** Pooled eigenvalues above the noise floor (compat: all). */
  readonly numEvals: Figure;
  readonly estimator: 'hill';
  /** Standard deviation of the windows' own exponents. */
  readonly spread: Figure;
  /** Null of alpha over windows of shuffles; `shuffles` counts them. Robust mode only. */
  readonly null: ShuffleNull | null;
  /** The windows have the full size, the same for every layer. */
  readonly comparable: boolean;
}

export interface MarchenkoPasturFigures {
  readonly status: 'ok' | 'failed';
  readonly reason: string;
  readonly sigma: Figure;
  /** Edges of the bulk, in the units of the eigenvalues. */
  readonly bulkMin: Figure;
  readonly bulkMax: Figure;
  /** Edge used for counting: bulkMax plus the Tracy-Widom allowance, in the units of the eigenvalues. */
  readonly edge: Figure;
  /** Eigenvalues above the edge and (robust) above every shuffle's largest. */
  readonly spikes: Figure;
  /** Robust: eigenvalues above the shuffles' own edge but within their reach: heavy-tailed entries. */
  readonly entrySpikes: Figure;
  readonly softRank: Figure;
  /** The fit stopped at the end of its search grid (compat). */
  readonly boundary: boolean;
}

/** The layer against seeded shuffles of its entries; see the catalogue in core/report/metrics.ts. */
export interface TrapTestFigures {
  /** How many; null, as every other figure, where there are none. */
  readonly shuffles: Figure;
  /** Largest eigenvalue over all shuffles. */
  readonly maxRandEval: Figure;
  /** `maxRandEval` over the layer's largest eigenvalue. */
  readonly softRank: Figure;
  /** The layer's largest eigenvalue less `maxRandEval`. */
  readonly maxDistance: Figure;
  /** Jensen-Shannon distance to the shuffles' eigenvalues, in nats. */
  readonly randDistance: Figure;
  /** Eigenvalues of a shuffle out of its own random bulk. */
  readonly traps: Figure;
}

export interface LayerFits {
  readonly powerLaw: PowerLawFigures;
  readonly hill: HillFigures;
  readonly peak: PeakFigures;
  readonly clipped: ClippedFigures;
  readonly farms: FarmsFigures;
  readonly marchenkoPastur: MarchenkoPasturFigures;
  readonly trapTest: TrapTestFigures;
}

/** Histogram of log10 eigenvalues: at most 128 equal bins from log10Min to log10Max; positive eigenvalues only. */
export interface Esd {
  readonly log10Min: number;
  readonly log10Max: number;
  readonly counts: readonly number[];
}

/** Shuffle nulls of figures that are no fit; the diagnosis reads them. Robust mode only. */
export interface SpectralNulls {
  /** Of the Hill alpha over the upper tenth of the eigenvalues, and that alpha itself. */
  readonly upperHill: ShuffleNull | null;
  readonly upperHillAlpha: Figure;
  readonly effectiveRank: ShuffleNull | null;
  readonly matrixRank: ShuffleNull | null;
  readonly largestEigenvalue: ShuffleNull | null;
}

/** Where eigenvalues come from that do not depend on the order of the entries; the diagnosis reads it. */
export interface EntryCauses {
  /** An eigenvalue above it is out of the random bulk of the layer and of its shuffles. */
  readonly edge: number;
  /** Standard deviation of an entry, by the bulk alone. */
  readonly typicalEntry: number;
  /** Entries that stand apart from all others and make an eigenvalue above the edge each by itself. */
  readonly hugeEntries: number;
  /** Largest magnitude. */
  readonly largestEntry: number;
  /** The eigenvalue that the largest entry makes by itself; 0 where it makes none above the edge. */
  readonly entryEigenvalue: number;
  readonly mean: number;
  /** The eigenvalue that the mean of the entries makes; 0 where it is within the bulk. */
  readonly meanEigenvalue: number;
}

export interface SpectralFigures {
  /** Metrics that are null because the solver's precision does not reach them; absent where all do. */
  readonly unresolved?: readonly (keyof LayerMetrics)[];
  readonly metrics: LayerMetrics;
  readonly fits: LayerFits;
  readonly esd: Esd;
  /** Of the pooled windows of the FARMS estimate; no counts where none were solved. */
  readonly farmsEsd: Esd;
  readonly nulls: SpectralNulls;
  /** Null in compat mode, without shuffles or entries, and where there is no bulk. */
  readonly causes: EntryCauses | null;
}
