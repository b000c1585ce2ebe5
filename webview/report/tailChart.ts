import type { Layer } from '../../src/core/report/report.ts';
import type { ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';

/**
 * How well a power law fits, and with which exponent, against where its tail begins; the chosen beginning
 * is marked. Undefined where there is no fit.
 */
export function tailChart(layer: Layer): ChartSpec | undefined {
  const { curve, xmin: chosen } = layer.fits.powerLaw;
  if (curve.xmin.length === 0) return undefined;
  const most = 1.05 * Math.max(...curve.D);
  const series: Series[] = [
    {
      label: t('KS distance'),
      colour: 'blue',
      draw: 'line',
      points: curve.xmin.map((x, index) => ({ x, y: curve.D[index]! })),
    },
    {
      label: t('Alpha'),
      colour: 'purple',
      draw: 'line',
      dash: [6, 3],
      onSecond: true,
      points: curve.xmin.map((x, index) => ({ x, y: curve.alpha[index]! })),
    },
  ];
  if (chosen !== null)
    series.push({
      label: t('Chosen xmin'),
      colour: 'red',
      draw: 'line',
      dash: [1, 3],
      points: [
        { x: chosen, y: 0 },
        { x: chosen, y: most },
      ],
    });
  return {
    name: t('KS distance and alpha against where the tail begins'),
    x: { title: t('xmin'), scale: 'log' },
    y: { title: t('KS distance'), scale: 'linear', min: 0, max: most },
    second: { title: t('Alpha'), scale: 'linear' },
    series,
    fileName: 'tail-fits.csv',
    table: {
      columns: [
        { label: t('Tail size'), numeric: true },
        { label: t('xmin'), numeric: true },
        { label: t('Alpha'), numeric: true },
        { label: t('KS distance'), numeric: true },
      ],
      rows: curve.xmin.map((xmin, index) => ({
        key: String(index),
        cells: [curve.tail[index]!, xmin, curve.alpha[index]!, curve.D[index]!],
      })),
    },
  };
}
