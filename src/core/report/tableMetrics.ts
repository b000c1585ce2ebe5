import type { MetricId } from './metrics.ts';

/** The figures a table of layers shows unless others are asked for, in a terminal as in the panel. */
export const TABLE_METRICS = [
  'alpha',
  'hillAlpha',
  'hillPercentile',
  'stableRank',
  'effectiveRank',
  'matrixRank',
  'mpSpikes',
  'compatAlpha',
] as const satisfies readonly MetricId[];
