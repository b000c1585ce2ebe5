import type { Layer } from './report.ts';
import { formatFigure, type FigureFormat } from './format.ts';

/** How far a figure is to be trusted, in the words a person sees. */
export type Trust = 'exact' | 'estimate' | 'comparison';

/**
 * One figure of a layer: the only place where its label, unit, meaning and format are spelled. Columns
 * of the command line, of CSV and of the panel, badges, glossary and schema are made from it.
 */
export interface Metric {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** One sentence for a person. */
  readonly meaning: string;
  /** The values it can take, as text. */
  readonly range: string;
  readonly trust: Trust;
  /** Paper or reference implementation. */
  readonly source: string;
  readonly format: FigureFormat;
  readonly of: (layer: Layer) => number | null;
}

const WW = 'WeightWatcher 0.7.5.5';

export const METRICS = [
  {
    id: 'alpha',
    label: 'Alpha',
    unit: '',
    meaning:
      'Exponent of the power law fitted to the largest eigenvalues (Kolmogorov-Smirnov choice of xmin). Smaller is heavier-tailed; a signal for comparison, not a verdict.',
    range: 'above 1',
    trust: 'comparison',
    source: 'Clauset, Shalizi and Newman 2009; Martin and Mahoney 2021',
    format: 'fixed',
    of: (layer) => layer.fits.powerLaw.alpha,
  },
  {
    id: 'alphaPercentile',
    label: 'Alpha percentile',
    unit: '%',
    meaning: 'Where alpha stands among the alphas of seeded shuffles of the same entries.',
    range: '0 to 100',
    trust: 'estimate',
    source: 'Eigenscope: seeded element shuffles',
    format: 'percentile',
    of: (layer) => layer.fits.powerLaw.null?.percentile ?? null,
  },
  {
    id: 'hillAlpha',
    label: 'Hill alpha',
    unit: '',
    meaning: 'Hill estimate of the exponent over the upper half of the eigenvalues.',
    range: 'above 1',
    trust: 'comparison',
    source: 'Hill 1975; AlphaPruning 2024',
    format: 'fixed',
    of: (layer) => layer.fits.hill.alpha,
  },
  {
    id: 'hillPercentile',
    label: 'Hill percentile',
    unit: '%',
    meaning: 'Where the Hill alpha stands among those of seeded shuffles of the same entries.',
    range: '0 to 100',
    trust: 'estimate',
    source: 'Eigenscope: seeded element shuffles',
    format: 'percentile',
    of: (layer) => layer.fits.hill.null?.percentile ?? null,
  },
  {
    id: 'D',
    label: 'KS distance',
    unit: '',
    meaning: 'Kolmogorov-Smirnov distance between the fitted power law and its tail.',
    range: '0 to 1',
    trust: 'exact',
    source: 'Clauset, Shalizi and Newman 2009',
    format: 'fixed',
    of: (layer) => layer.fits.powerLaw.D,
  },
  {
    id: 'xmin',
    label: 'xmin',
    unit: 'eigenvalue',
    meaning: 'Eigenvalue at which the fitted power law begins.',
    range: 'above 0',
    trust: 'exact',
    source: 'Clauset, Shalizi and Newman 2009',
    format: 'scientific',
    of: (layer) => layer.fits.powerLaw.xmin,
  },
  {
    id: 'tail',
    label: 'Tail size',
    unit: 'eigenvalues',
    meaning: 'Number of eigenvalues at or above xmin, on which alpha rests.',
    range: '2 to the number of eigenvalues',
    trust: 'exact',
    source: 'Clauset, Shalizi and Newman 2009',
    format: 'integer',
    of: (layer) => layer.fits.powerLaw.tail,
  },
  {
    id: 'numEvals',
    label: 'Eigenvalues',
    unit: '',
    meaning:
      'Number of eigenvalues of the correlation matrix: the smaller side, times pooled slices.',
    range: '1 and up',
    trust: 'exact',
    source: WW,
    format: 'integer',
    of: (layer) => layer.metrics.numEvals,
  },
  {
    id: 'svMax',
    label: 'Largest singular value',
    unit: '',
    meaning: 'How much the layer can stretch an input at most.',
    range: '0 and up',
    trust: 'exact',
    source: WW,
    format: 'scientific',
    of: (layer) => layer.metrics.svMax,
  },
  {
    id: 'svMin',
    label: 'Smallest singular value',
    unit: '',
    meaning: 'How much the layer stretches at least in its weakest direction.',
    range: '0 and up',
    trust: 'exact',
    source: WW,
    format: 'scientific',
    of: (layer) => layer.metrics.svMin,
  },
  {
    id: 'norm',
    label: 'Squared Frobenius norm',
    unit: '',
    meaning: 'Sum of the eigenvalues: the sum of the squared entries.',
    range: '0 and up',
    trust: 'exact',
    source: WW,
    format: 'scientific',
    of: (layer) => layer.metrics.norm,
  },
  {
    id: 'logNorm',
    label: 'Log norm',
    unit: 'log10',
    meaning: 'Base-10 logarithm of the squared Frobenius norm.',
    range: 'any',
    trust: 'exact',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.metrics.logNorm,
  },
  {
    id: 'spectralNorm',
    label: 'Largest eigenvalue',
    unit: '',
    meaning: 'Square of the largest singular value (called spectral norm by WeightWatcher).',
    range: '0 and up',
    trust: 'exact',
    source: WW,
    format: 'scientific',
    of: (layer) => layer.metrics.spectralNorm,
  },
  {
    id: 'logSpectralNorm',
    label: 'Log largest eigenvalue',
    unit: 'log10',
    meaning: 'Base-10 logarithm of the largest eigenvalue.',
    range: 'any',
    trust: 'exact',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.metrics.logSpectralNorm,
  },
  {
    id: 'stableRank',
    label: 'Stable rank',
    unit: '',
    meaning: 'Sum of the eigenvalues over the largest: how many directions carry the energy.',
    range: '1 to the smaller side',
    trust: 'exact',
    source: 'Rudelson and Vershynin 2007',
    format: 'fixed',
    of: (layer) => layer.metrics.stableRank,
  },
  {
    id: 'effectiveRank',
    label: 'Effective rank',
    unit: '',
    meaning: 'Exponential of the entropy of the normalised singular values.',
    range: '1 to the smaller side',
    trust: 'exact',
    source: 'Roy and Vetterli 2007',
    format: 'fixed',
    of: (layer) => layer.metrics.effectiveRank,
  },
  {
    id: 'spectralEntropyRank',
    label: 'Spectral entropy rank',
    unit: '',
    meaning: 'Exponential of the entropy of the normalised eigenvalues.',
    range: '1 to the smaller side',
    trust: 'exact',
    source: 'Eigenscope',
    format: 'fixed',
    of: (layer) => layer.metrics.spectralEntropyRank,
  },
  {
    id: 'matrixRank',
    label: 'Rank',
    unit: '',
    meaning: 'Singular values above the noise floor of the storage type.',
    range: '0 to the smaller side',
    trust: 'estimate',
    source: 'Eigenscope: noise floor from the storage type (compat: float64 eps)',
    format: 'integer',
    of: (layer) => layer.metrics.matrixRank,
  },
  {
    id: 'rankLoss',
    label: 'Rank loss',
    unit: '',
    meaning: 'Smaller side minus rank.',
    range: '0 to the smaller side',
    trust: 'estimate',
    source: WW,
    format: 'integer',
    of: (layer) => layer.metrics.rankLoss,
  },
  {
    id: 'weakRankLoss',
    label: 'Weak rank loss',
    unit: '',
    meaning: 'Eigenvalues below 1e-6, whatever the scale of the layer (a WeightWatcher figure).',
    range: '0 to the smaller side',
    trust: 'comparison',
    source: WW,
    format: 'integer',
    of: (layer) => layer.metrics.weakRankLoss,
  },
  {
    id: 'entropy',
    label: 'Spectral entropy',
    unit: '',
    meaning: 'Entropy of the normalised eigenvalues over its greatest possible value.',
    range: '0 to 1',
    trust: 'exact',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.metrics.entropy,
  },
  {
    id: 'noiseFloor',
    label: 'Noise floor',
    unit: 'singular value',
    meaning: 'Singular values at or below it may be rounding of the stored numbers, not data.',
    range: '0 and up',
    trust: 'estimate',
    source: 'Eigenscope: 2 rho (sqrt(m) + sqrt(n)), rho the rounding of the storage type',
    format: 'scientific',
    of: (layer) => layer.metrics.noiseFloor,
  },
  {
    id: 'alphaWeighted',
    label: 'Weighted alpha',
    unit: '',
    meaning:
      'Alpha times the log of the largest eigenvalue; negative where that eigenvalue is below 1.',
    range: 'any',
    trust: 'comparison',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.metrics.alphaWeighted,
  },
  {
    id: 'logAlphaNorm',
    label: 'Log alpha norm',
    unit: 'log10',
    meaning: 'Log of the sum of the eigenvalues raised to alpha.',
    range: 'any',
    trust: 'comparison',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.metrics.logAlphaNorm,
  },
  {
    id: 'mpSigma',
    label: 'MP sigma',
    unit: '',
    meaning: 'Standard deviation of the entries of the random matrix that fits the bulk.',
    range: '0 and up',
    trust: 'estimate',
    source: 'Marchenko and Pastur 1967',
    format: 'scientific',
    of: (layer) => layer.fits.marchenkoPastur.sigma,
  },
  {
    id: 'mpBulkMax',
    label: 'MP bulk edge',
    unit: 'eigenvalue',
    meaning: 'Upper edge of the Marchenko-Pastur bulk.',
    range: '0 and up',
    trust: 'estimate',
    source: 'Marchenko and Pastur 1967',
    format: 'scientific',
    of: (layer) => layer.fits.marchenkoPastur.bulkMax,
  },
  {
    id: 'mpSpikes',
    label: 'MP spikes',
    unit: '',
    meaning:
      'Eigenvalues above the bulk edge with its Tracy-Widom allowance and above every shuffle: structure.',
    range: '0 to the number of eigenvalues',
    trust: 'estimate',
    source: 'Eigenscope; compat: WeightWatcher 0.7.5.5',
    format: 'integer',
    of: (layer) => layer.fits.marchenkoPastur.spikes,
  },
  {
    id: 'mpSoftRank',
    label: 'MP soft rank',
    unit: '',
    meaning: 'Bulk edge over the largest eigenvalue: 1 is all bulk.',
    range: '0 and up',
    trust: 'estimate',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.fits.marchenkoPastur.softRank,
  },
  {
    id: 'compatAlpha',
    label: 'WeightWatcher alpha',
    unit: '',
    meaning: 'The alpha that WeightWatcher prints for this weight, for comparison.',
    range: 'above 1',
    trust: 'comparison',
    source: WW,
    format: 'fixed',
    of: (layer) => layer.compat.alpha,
  },
] as const satisfies readonly Metric[];

export type MetricId = (typeof METRICS)[number]['id'];

const BY_ID: ReadonlyMap<string, Metric> = new Map(METRICS.map((metric) => [metric.id, metric]));

/** The metric of that id. Throws RangeError for an id that is not in the catalogue. */
export function metricById(id: MetricId): Metric {
  const metric = BY_ID.get(id);
  if (!metric) throw new RangeError(`There is no metric '${id}'.`);
  return metric;
}

/** The layer's figure as a person reads it; an en dash where it is null. */
export function formatMetric(metric: Metric, layer: Layer): string {
  return formatFigure(metric.of(layer), metric.format);
}
