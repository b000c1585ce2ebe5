import { esdBins, marchenkoPasturCurve, powerLawLine } from '../../src/core/report/esdCurves.ts';
import type { Layer } from '../../src/core/report/report.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';

function upright(x: number, min: number, max: number): ChartPoint[] {
  return [
    { x, y: min },
    { x, y: max },
  ];
}

/**
 * The spectrum of a layer on log-log axes: its density in bins, the power law over its tail with xmin,
 * the Marchenko-Pastur bulk with its edge. Undefined where no eigenvalue is positive.
 */
export function esdChart(layer: Layer): ChartSpec | undefined {
  const bins = esdBins(layer);
  const filled = bins.filter((bin) => bin.count > 0);
  if (filled.length === 0) return undefined;
  const densities = filled.map((bin) => bin.density);
  const min = Math.min(...densities) / 3;
  const max = Math.max(...densities) * 2;
  const { xmin } = layer.fits.powerLaw;
  const { edge } = layer.fits.marchenkoPastur;
  const inSight = (points: readonly ChartPoint[]): ChartPoint[] =>
    points.map((point) => (point.y !== null && point.y > min ? point : { ...point, y: null }));

  const series: Series[] = [
    {
      label: t('Eigenvalues'),
      colour: 'blue',
      draw: 'area',
      points: bins.flatMap(({ from, to, density }) => {
        const y = density > 0 ? density : min;
        return [
          { x: from, y },
          { x: to, y },
        ];
      }),
    },
  ];
  const bulk = marchenkoPasturCurve(layer);
  if (bulk.length > 0)
    series.push({
      label: t('Marchenko-Pastur bulk'),
      colour: 'green',
      draw: 'line',
      points: inSight(bulk),
    });
  if (edge !== null && edge > 0)
    series.push({
      label: t('Bulk edge'),
      colour: 'green',
      draw: 'line',
      dash: [2, 3],
      points: upright(edge, min, max),
    });
  const line = powerLawLine(layer);
  if (line.length > 0)
    series.push({ label: t('Power law'), colour: 'red', draw: 'line', dash: [7, 3], points: line });
  if (xmin !== null && xmin > 0)
    series.push({
      label: t('xmin'),
      colour: 'red',
      draw: 'line',
      dash: [1, 3],
      points: upright(xmin, min, max),
    });
  return {
    name: t('Spectral density of {0} on logarithmic axes', layer.name.slice(0, 200)),
    x: { title: t('Eigenvalue'), scale: 'log' },
    y: { title: t('Density'), scale: 'log', min, max },
    series,
    fileName: 'spectral-density.csv',
    table: {
      columns: [
        { label: t('From'), numeric: true },
        { label: t('To'), numeric: true },
        { label: t('Eigenvalues'), numeric: true },
        { label: t('Density'), numeric: true },
      ],
      rows: bins.map((bin, index) => ({
        key: String(index),
        cells: [bin.from, bin.to, bin.count, bin.density],
      })),
    },
  };
}
