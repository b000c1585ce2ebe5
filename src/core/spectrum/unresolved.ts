import type { LayerMetrics, SolvedSpectrum, SpectralFigures } from './figures.ts';

/** Below this share of the largest value a singular value found in float32 has no digit to rely on. */
const RESOLVED = 1e-5;

/** What rests on the smallest singular values alone. */
const FINE_METRICS = [
  'svMin',
  'conditionNumber',
  'matrixRank',
  'rankLoss',
  'weakRankLoss',
  'entropy',
] as const satisfies readonly (keyof LayerMetrics)[];

/** In robust mode ranks are counted above a noise floor that holds the solver's error. */
const FINE_METRICS_ROBUST = ['svMin', 'conditionNumber'] as const;

/**
 * The figures without those that a spectrum solved in float32 cannot give: where its smallest value is
 * below 1e-5 of the largest, what rests on it is null. Unchanged where the solver's error is float64's.
 */
export function withoutUnresolved(
  figures: SpectralFigures,
  { solverError }: SolvedSpectrum,
  isRobust: boolean,
): SpectralFigures {
  const { svMax, svMin } = figures.metrics;
  if (solverError === undefined || svMax === null || svMin === null) return figures;
  if (svMin >= RESOLVED * svMax) return figures;
  const names = isRobust ? FINE_METRICS_ROBUST : FINE_METRICS;
  const none = Object.fromEntries(names.map((name) => [name, null]));
  return { ...figures, metrics: { ...figures.metrics, ...none }, unresolved: [...names] };
}
