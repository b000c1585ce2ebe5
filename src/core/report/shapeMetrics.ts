import type { Metric } from './metric.ts';

/** How the spectrum lies: figures that do not depend on the scale of the weights, or on it and the shape alone. */
export const SHAPE_METRICS = [
  {
    id: 'orthogonalityDeviation',
    label: 'Orthogonality deviation',
    unit: '',
    meaning:
      'How far the matrix is from a multiple of an orthogonal one: the standard deviation of the eigenvalues over their mean. A random square matrix has 1.',
    range: '0 to the root of the smaller side',
    trust: 'exact',
    source: 'Eigenscope; Bansal, Chen and Wang 2018 for the unscaled penalty',
    format: 'fixed',
    of: (layer) => layer.metrics.orthogonalityDeviation,
  },
  {
    id: 'mupRatio',
    label: 'Spectral muP ratio',
    unit: '',
    meaning:
      'Largest singular value over the root of outputs over inputs: near 1 where features are learned at any width. Not for tables and pooled slices.',
    range: '0 and up',
    trust: 'comparison',
    source: 'Yang, Simon and Bernstein 2023',
    format: 'fixed',
    of: (layer) => layer.metrics.mupRatio,
  },
  {
    id: 'reducibility',
    label: 'Reducibility',
    unit: '',
    meaning:
      'Share of the singular values below 0.1 where the smallest is taken for 0 and the largest for 1: the ranks that WeLore would remove at this threshold.',
    range: '0 to 1',
    trust: 'comparison',
    source: 'WeLore 2024',
    format: 'fixed',
    of: (layer) => layer.metrics.reducibility,
  },
  {
    id: 'normalizedMean',
    label: 'Mean of the normalised spectrum',
    unit: '',
    meaning:
      'Mean singular value where the smallest is taken for 0 and the largest for 1: small where few directions tower over the rest.',
    range: '0 to 1',
    trust: 'comparison',
    source: 'WeLore 2024',
    format: 'fixed',
    of: (layer) => layer.metrics.normalizedMean,
  },
] as const satisfies readonly Metric[];
