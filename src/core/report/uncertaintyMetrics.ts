import type { Metric } from './metric.ts';

const LIKELIHOOD_SOURCE =
  'Clauset, Shalizi and Newman 2009; no p-value: eigenvalues are not independent';

/** What the figures about a fit mean, in one sentence for a person. */
export const UNCERTAINTY_NOTE =
  'Percentiles say where a figure stands among the same figure of matrices with the same entries in another order: near 50 is what chance gives, near 0 or 100 is not; a likelihood ratio above 0 says that the power law fits its tail better than the other law, below -2 that the other law fits clearly better; none of them says how good the layer is.';

/** How far the fits are to be trusted. */
export const UNCERTAINTY_METRICS = [
  {
    id: 'distancePercentile',
    label: 'KS distance percentile',
    unit: '%',
    meaning:
      'Where the distance of the power law stands among those of fits to seeded shuffles of the same entries: near 100, the tail is no power law.',
    range: '0 to 100',
    trust: 'estimate',
    source: 'Eigenscope: seeded element shuffles',
    format: 'percentile',
    of: (layer) => layer.fits.powerLaw.distancePercentile,
  },
  {
    id: 'farmsPercentile',
    label: 'FARMS percentile',
    unit: '%',
    meaning:
      'Where the FARMS alpha stands among those of windows of seeded shuffles of the same entries.',
    range: '0 to 100',
    trust: 'estimate',
    source: 'Eigenscope: seeded element shuffles',
    format: 'percentile',
    of: (layer) => layer.fits.farms.null?.percentile ?? null,
  },
  {
    id: 'logNormalRatio',
    label: 'Against log-normal',
    unit: 'nats',
    meaning:
      'Log-likelihood ratio of the power law to a log-normal law over the same tail. Never above 0, for a power law is its limit; below -2 the log-normal fits clearly better.',
    range: 'at most 0',
    trust: 'estimate',
    source: LIKELIHOOD_SOURCE,
    format: 'fixed',
    of: (layer) => layer.fits.powerLaw.likelihood.logNormal,
  },
  {
    id: 'exponentialRatio',
    label: 'Against exponential',
    unit: 'nats',
    meaning:
      'Log-likelihood ratio of the power law to an exponential law over the same tail: above 0 the tail is heavier than exponential.',
    range: 'any',
    trust: 'estimate',
    source: LIKELIHOOD_SOURCE,
    format: 'fixed',
    of: (layer) => layer.fits.powerLaw.likelihood.exponential,
  },
  {
    id: 'truncatedRatio',
    label: 'Against truncated power law',
    unit: 'nats',
    meaning:
      'Log-likelihood ratio of the power law to one with an exponential cutoff over the same tail. Never above 0; below -2 the tail is cut off.',
    range: 'at most 0',
    trust: 'estimate',
    source: LIKELIHOOD_SOURCE,
    format: 'fixed',
    of: (layer) => layer.fits.powerLaw.likelihood.truncated,
  },
] as const satisfies readonly Metric[];
