import type { Layer } from '../../src/core/report/report.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';

type ShuffleNull = Layer['fits']['powerLaw']['null'];

/** One estimate of the exponent of the tail, and what is known of how far to trust it. */
export interface Estimate {
  readonly label: string;
  readonly alpha: number | null;
  readonly D: number | null;
  /** The same estimate over seeded shuffles of the entries; null where it was not made. */
  readonly null: ShuffleNull;
  /** Standard deviation over windows of the matrix; null where there are none. */
  readonly spread: number | null;
}

/** Where the report has no shuffles of an estimate, its fit has no such field. */
interface Fit {
  readonly alpha: number | null;
  readonly D?: number | null;
  readonly null?: ShuffleNull;
  readonly spread?: number | null;
}

/** Every estimate of the layer's exponent, those that failed too. */
export function estimatesOf({ fits, compat }: Layer): Estimate[] {
  const estimate = (label: string, fit: Fit): Estimate => ({
    label,
    alpha: fit.alpha,
    D: fit.D ?? null,
    null: fit.null ?? null,
    spread: fit.spread ?? null,
  });
  return [
    estimate(t('KS alpha'), fits.powerLaw),
    estimate(t('Peak'), fits.peak),
    estimate(t('Clipped'), fits.clipped),
    estimate(t('Hill'), fits.hill),
    estimate(t('FARMS'), fits.farms),
    estimate(t('WeightWatcher'), { alpha: compat.alpha }),
  ];
}

/** A mean with a bar of one deviation on each side, on the line of its estimate. */
function bar(mean: number, deviation: number, y: number): ChartPoint[] {
  return [
    { x: mean - deviation, y },
    { x: mean + deviation, y },
    { x: mean, y: null },
  ];
}

/** The estimates beside one another, each with its shuffles. Undefined where none could be made. */
export function estimatorChart(layer: Layer): ChartSpec | undefined {
  const estimates = estimatesOf(layer);
  if (estimates.every(({ alpha }) => alpha === null)) return undefined;
  // The first is on top.
  const placed = estimates.map((one, index) => ({ ...one, y: estimates.length - index }));
  const series: Series[] = [
    {
      label: t('Shuffles, mean and standard deviation'),
      colour: 'muted',
      draw: 'line',
      points: placed.flatMap(({ null: found, y }) =>
        found?.mean == null ? [] : bar(found.mean, found.sd ?? 0, y),
      ),
    },
    {
      label: t('Mean of the shuffles'),
      colour: 'muted',
      draw: 'points',
      marker: 'rectRot',
      size: 5,
      points: placed.flatMap(({ null: found, y, label }) =>
        found?.mean == null ? [] : [{ x: found.mean, y, label: t('{0}, shuffled', label) }],
      ),
    },
    {
      label: t('Spread over the windows'),
      colour: 'purple',
      draw: 'line',
      points: placed.flatMap(({ alpha, spread, y }) =>
        alpha === null || spread === null ? [] : bar(alpha, spread, y),
      ),
    },
    {
      label: t('This layer'),
      colour: 'blue',
      draw: 'points',
      size: 4.5,
      points: placed.flatMap(({ alpha, y, label }) =>
        alpha === null ? [] : [{ x: alpha, y, label }],
      ),
    },
  ];
  return {
    name: t('Estimates of the exponent beside those of the shuffles'),
    x: { title: t('Alpha'), scale: 'linear' },
    y: {
      title: '',
      scale: 'linear',
      min: 0.5,
      max: estimates.length + 0.5,
      ticks: placed.map(({ y, label }) => ({ value: y, label })),
    },
    series: series.filter(({ points }) => points.length > 0),
    fileName: 'estimates.csv',
    table: {
      columns: [
        { label: t('Estimate'), numeric: false },
        { label: t('Alpha'), numeric: true },
        { label: t('Mean of the shuffles'), numeric: true },
        { label: t('Standard deviation'), numeric: true },
        { label: t('Percentile'), numeric: true },
        { label: t('Spread over the windows'), numeric: true },
        { label: t('KS distance'), numeric: true },
      ],
      rows: estimates.map(({ label, alpha, D, null: found, spread }) => ({
        key: label,
        cells: [
          label,
          alpha,
          found?.mean ?? null,
          found?.sd ?? null,
          found?.percentile ?? null,
          spread,
          D,
        ],
      })),
    },
  };
}
