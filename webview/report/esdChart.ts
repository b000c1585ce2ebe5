import { esdBins, marchenkoPasturCurve, powerLawLine } from '../../src/core/report/esdCurves.ts';
import type { Layer } from '../../src/core/report/report.ts';
import type { ChartPoint, ChartSpec, ChartTable, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';

/** An eigenvalue that means something for the whole spectrum, drawn as an upright line. */
interface Mark {
  readonly label: string;
  readonly at: readonly number[];
  readonly colour: Series['colour'];
  readonly dash: readonly number[];
}

type Histogram = Layer['esd'];
type Bins = ReturnType<typeof esdBins>;

function marksOf({ fits, metrics, esd }: Layer): Mark[] {
  const { bulkMin, bulkMax, edge } = fits.marchenkoPastur;
  // The lower edge of a square matrix is 0, which a logarithmic axis does not have.
  const lowest = 10 ** esd.log10Min;
  const mark = (
    label: string,
    values: readonly (number | null)[],
    colour: Mark['colour'],
    dash: readonly number[],
  ): Mark => ({
    label,
    at: values.filter((value): value is number => value !== null && value > 0),
    colour,
    dash,
  });
  return [
    mark(
      t('Bulk edges'),
      [bulkMin !== null && bulkMin >= lowest ? bulkMin : null, bulkMax],
      'green',
      [2, 3],
    ),
    mark(t('Edge for spikes'), [edge], 'green', [8, 3]),
    mark(t('xmin'), [fits.powerLaw.xmin], 'red', [1, 3]),
    mark(t('Largest of the shuffles'), [fits.trapTest.maxRandEval], 'warning', [6, 2, 2, 2]),
    mark(t('detX'), [metrics.detXVal], 'foreground', [4, 4]),
  ].filter(({ at }) => at.length > 0);
}

function upright(mark: Mark, min: number, max: number): Series {
  const points = mark.at.flatMap((x): ChartPoint[] => [
    { x, y: min },
    { x, y: max },
    { x, y: null },
  ]);
  return {
    label: mark.label,
    colour: mark.colour,
    draw: 'line',
    dash: mark.dash,
    points: points.slice(0, -1),
  };
}

/** The outline of a histogram; an empty bin lies on the floor. */
function outline(bins: Bins, floor: number): ChartPoint[] {
  return bins.flatMap(({ from, to, density }) => {
    const y = density > 0 ? density : floor;
    return [
      { x: from, y },
      { x: to, y },
    ];
  });
}

function tableOf(parts: readonly (readonly [string, Bins])[], marks: readonly Mark[]): ChartTable {
  return {
    columns: [
      { label: t('Part'), numeric: false },
      { label: t('From'), numeric: true },
      { label: t('To'), numeric: true },
      { label: t('Eigenvalues'), numeric: true },
      { label: t('Density'), numeric: true },
    ],
    rows: [
      ...parts.flatMap(([part, bins]) =>
        bins.map(({ from, to, count, density }, index) => ({
          key: `${part} ${index}`,
          cells: [part, from, to, count, density],
        })),
      ),
      ...marks.flatMap(({ label, at }) =>
        at.map((value) => ({ key: `${label} ${value}`, cells: [label, value, value, null, null] })),
      ),
    ],
  };
}

/** How far below the layer's smallest eigenvalue those of its windows are drawn: a decade. */
const WINDOWS_BELOW = 10;

/**
 * The spectrum of a layer on log-log axes: its density in bins, over it that of equal windows, the power
 * law over its tail, the Marchenko-Pastur bulk, and marks where each begins or ends. Undefined where no
 * eigenvalue is positive.
 *
 * @param windows the pooled eigenvalues of the layer's windows; as they are, not scaled to the layer's
 */
export function esdChart(layer: Layer, windows: Histogram = layer.farmsEsd): ChartSpec | undefined {
  const bins = esdBins(layer.esd);
  const pooled = esdBins(windows);
  if (bins.length === 0) return undefined;
  // Windows have far smaller eigenvalues than the layer; the table has those as well.
  const shown = pooled.filter(({ from }) => from >= bins[0]!.from / WINDOWS_BELOW);
  const densities = [...bins, ...shown].flatMap(({ density }) => (density > 0 ? [density] : []));
  const min = Math.min(...densities) / 3;
  const max = Math.max(...densities) * 2;
  const inSight = (points: readonly ChartPoint[]): ChartPoint[] =>
    points.map((point) => (point.y !== null && point.y > min ? point : { ...point, y: null }));

  const all = t('Eigenvalues');
  const ofWindows = t('FARMS windows');
  const series: Series[] = [
    { label: all, colour: 'blue', draw: 'area', points: outline(bins, min) },
  ];
  if (shown.length > 0)
    series.push({
      label: ofWindows,
      colour: 'purple',
      draw: 'line',
      points: outline(shown, min),
    });
  const bulk = marchenkoPasturCurve(layer);
  if (bulk.length > 0)
    series.push({
      label: t('Marchenko-Pastur bulk'),
      colour: 'green',
      draw: 'line',
      points: inSight(bulk),
    });
  const line = powerLawLine(layer);
  if (line.length > 0)
    series.push({ label: t('Power law'), colour: 'red', draw: 'line', dash: [7, 3], points: line });
  const marks = marksOf(layer);
  series.push(...marks.map((mark) => upright(mark, min, max)));
  return {
    name: t('Spectral density of {0} on logarithmic axes', layer.name.slice(0, 200)),
    x: { title: t('Eigenvalue'), scale: 'log' },
    y: { title: t('Density'), scale: 'log', min, max },
    series,
    fileName: 'spectral-density.csv',
    table: tableOf(
      [
        [all, bins],
        [ofWindows, pooled],
      ],
      marks,
    ),
  };
}
