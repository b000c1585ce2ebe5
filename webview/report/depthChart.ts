import type { Metric } from '../../src/core/report/metrics.ts';
import type { Layer } from '../../src/core/report/report.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';
import { findingLabel, severityLabel, SEVERITIES, worstSeverity } from './findingLabels.ts';
import { metricLabel } from './layerColumns.tsx';
import { roleLabel } from './roleLabel.ts';

const ROLE_STYLE = {
  linear: { colour: 'blue', marker: 'circle' },
  conv: { colour: 'purple', marker: 'rect' },
  recurrent: { colour: 'green', marker: 'rectRot' },
  embedding: { colour: 'foreground', marker: 'cross' },
} as const;

const SEVERITY_STYLE = {
  error: { colour: 'error', marker: 'rectRot', size: 6 },
  warning: { colour: 'warning', marker: 'triangle', size: 6 },
  info: { colour: 'blue', marker: 'circle', size: 4.5 },
} as const;

/** Above this many layers, marks of the usual size and a line between them would hide one another. */
const MANY = 400;

/**
 * The chart of a metric over depth: layers in the order of the graph, marked by role, those with a
 * warning or an error marked again, the chosen one by an upright line. A scale of decades where the
 * metric spans them and is positive throughout.
 */
export function depthChart(
  layers: readonly Layer[],
  metric: Metric,
  selected: string | undefined,
): ChartSpec {
  const label = metricLabel(metric);
  const points = layers.map((layer, index): ChartPoint => ({
    x: index + 1,
    y: metric.of(layer),
    label: layer.name,
    key: layer.id,
  }));
  const known = points.flatMap(({ y }) => (y === null ? [] : [y]));
  const min = Math.min(...known);
  const max = Math.max(...known);
  const log = metric.format === 'scientific' && min > 0 && max / min > 30;
  const of = (wanted: (layer: Layer) => boolean): ChartPoint[] =>
    points.filter((point, index) => point.y !== null && wanted(layers[index]!));

  const roles = [...new Set(layers.map((layer) => layer.role))];
  const many = layers.length > MANY;
  const guide: Series = {
    label: t('Order of the graph'),
    colour: 'muted',
    draw: 'line',
    guide: true,
    points,
  };
  const series: Series[] = [
    ...(many ? [] : [guide]),
    ...roles.map((role): Series => ({
      label: roleLabel(role),
      ...ROLE_STYLE[role],
      draw: 'points',
      size: many ? 1.75 : 3,
      points: of((layer) => layer.role === role),
    })),
    ...SEVERITIES.filter((severity) => severity !== 'info').flatMap((severity): Series[] => {
      const marked = of((layer) => worstSeverity(layer) === severity);
      if (marked.length === 0) return [];
      return [
        {
          label: t('With finding: {0}', severityLabel(severity)),
          ...SEVERITY_STYLE[severity],
          ...(many ? { size: 3.5 } : {}),
          draw: 'points',
          points: marked,
        },
      ];
    }),
  ];
  const at = layers.findIndex((layer) => layer.id === selected);
  const chosen = points[at];
  if (chosen && known.length > 0)
    series.unshift({
      label: t('Chosen layer'),
      colour: 'selection',
      draw: 'line',
      dash: [3, 3],
      points: [
        { x: chosen.x, y: min },
        { x: chosen.x, y: max },
      ],
    });
  return {
    name: t('{0} of each layer in the order of the graph', label),
    x: {
      title: t('Layer in the order of the graph'),
      scale: 'linear',
      min: 0,
      max: layers.length + 1,
    },
    y: { title: label, scale: log ? 'log' : 'linear' },
    series,
    fileName: `${metric.id}-over-depth.csv`,
    table: {
      columns: [
        { label: t('No.'), numeric: true },
        { label: t('Layer'), numeric: false },
        { label, numeric: true },
        { label: t('Findings'), numeric: false },
      ],
      rows: layers.map((layer, index) => ({
        key: layer.id,
        cells: [
          index + 1,
          layer.name,
          metric.of(layer),
          layer.findings.map((finding) => findingLabel(finding.code)).join(', '),
        ],
      })),
    },
  };
}
