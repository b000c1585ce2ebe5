import type { Metric } from './metric.ts';

const TRAP_SOURCE = 'WeightWatcher 0.7.5.5, with seeded shuffles';

/** What the layer's spectrum is against those of seeded shuffles of its entries. */
export const SHUFFLE_METRICS = [
  {
    id: 'traps',
    label: 'Correlation traps',
    unit: '',
    meaning:
      'Eigenvalues that stand out of the random bulk even where the entries are shuffled: single large weights or a mean that is not zero.',
    range: '0 to the number of eigenvalues',
    trust: 'estimate',
    source: TRAP_SOURCE,
    format: 'integer',
    of: (layer) => layer.fits.trapTest.traps,
  },
  {
    id: 'maxRandEval',
    label: 'Largest shuffled eigenvalue',
    unit: 'eigenvalue',
    meaning: 'Largest eigenvalue over all seeded shuffles of the entries.',
    range: '0 and up',
    trust: 'estimate',
    source: TRAP_SOURCE,
    format: 'scientific',
    of: (layer) => layer.fits.trapTest.maxRandEval,
  },
  {
    id: 'wwSoftRank',
    label: 'Shuffled soft rank',
    unit: '',
    meaning:
      'Largest shuffled eigenvalue over the largest of the layer: below 1 is structure, 1 is none.',
    range: '0 and up',
    trust: 'estimate',
    source: TRAP_SOURCE,
    format: 'fixed',
    of: (layer) => layer.fits.trapTest.softRank,
  },
  {
    id: 'wwMaxDist',
    label: 'Shuffled edge distance',
    unit: 'eigenvalue',
    meaning: 'Largest eigenvalue of the layer less the largest shuffled one.',
    range: 'any',
    trust: 'estimate',
    source: TRAP_SOURCE,
    format: 'scientific',
    of: (layer) => layer.fits.trapTest.maxDistance,
  },
  {
    id: 'randDistance',
    label: 'Distance to shuffles',
    unit: '',
    meaning:
      'Jensen-Shannon distance between the sorted, normalised eigenvalues of the layer and of its shuffles (mean over them).',
    range: '0 to 0.8326',
    trust: 'estimate',
    source: TRAP_SOURCE,
    format: 'fixed',
    of: (layer) => layer.fits.trapTest.randDistance,
  },
] as const satisfies readonly Metric[];
