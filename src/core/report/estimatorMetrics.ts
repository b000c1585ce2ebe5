import type { Metric } from './metric.ts';

/** Other estimates of the exponent of the tail, and of where it begins. */
export const ESTIMATOR_METRICS = [
  {
    id: 'peakAlpha',
    label: 'Peak alpha',
    unit: '',
    meaning:
      'Exponent of the power law whose tail begins near the peak of the density of the eigenvalues.',
    range: 'above 1',
    trust: 'comparison',
    source: 'AlphaPruning 2024',
    format: 'fixed',
    of: (layer) => layer.fits.peak.alpha,
  },
  {
    id: 'clippedAlpha',
    label: 'Clipped alpha',
    unit: '',
    meaning:
      'Alpha without the few largest eigenvalues, where leaving them out lowers it by more than 1.',
    range: 'above 1',
    trust: 'comparison',
    source: 'WeightWatcher 0.7.5.5, clip_xmax',
    format: 'fixed',
    of: (layer) => layer.fits.clipped.alpha,
  },
  {
    id: 'fingers',
    label: 'Fingers',
    unit: 'eigenvalues',
    meaning: 'Largest eigenvalues that the clipped alpha leaves out.',
    range: '0 to 9',
    trust: 'comparison',
    source: 'WeightWatcher 0.7.5.5, clip_xmax',
    format: 'integer',
    of: (layer) => layer.fits.clipped.fingers,
  },
  {
    id: 'detXNum',
    label: 'detX tail',
    unit: 'eigenvalues',
    meaning:
      'Number of largest eigenvalues, scaled to mean 1, whose product is the first below 1. Compare with the tail size: SETOL holds a layer ideal where the two agree.',
    range: '2 to the number of eigenvalues',
    trust: 'comparison',
    source: 'WeightWatcher 0.7.5.5',
    format: 'integer',
    of: (layer) => layer.metrics.detXNum,
  },
  {
    id: 'detXVal',
    label: 'detX eigenvalue',
    unit: 'eigenvalue',
    meaning: 'The smallest eigenvalue of the detX tail.',
    range: '0 and up',
    trust: 'comparison',
    source: 'WeightWatcher 0.7.5.5',
    format: 'scientific',
    of: (layer) => layer.metrics.detXVal,
  },
] as const satisfies readonly Metric[];
