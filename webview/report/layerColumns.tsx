import {
  formatMetric,
  METRICS,
  type Metric,
  type MetricId,
} from '../../src/core/report/metrics.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import type { Column } from '../ui/VirtualTable.tsx';
import { SEVERITIES, severityLabel, worstSeverity } from './findingLabels.ts';
import { shortName } from '../../src/core/report/visibleName.ts';
import { formatCount, formatShape } from '../ui/quantities.ts';

/** A layer's name with the mark of its gravest finding. */
function LayerName({ layer }: { readonly layer: Layer }) {
  const severity = worstSeverity(layer);
  return (
    <>
      {severity ? (
        <span role="img" aria-label={severityLabel(severity)} class="severity">
          <Icon name={severity} />
        </span>
      ) : (
        <span class="severity" />
      )}
      <Name text={layer.name} />
    </>
  );
}

function layerCellName(layer: Layer): string {
  const severity = worstSeverity(layer);
  const name = shortName(layer.name);
  return severity ? `${severityLabel(severity)}: ${name}` : name;
}

/** The metric's label with its unit, as a header says it. */
export function metricLabel(metric: Metric): string {
  return metric.unit === '%' ? `${t(metric.label)} (%)` : t(metric.label);
}

/** Pixels in which a label fits on two lines, broken where the longer line is shortest. */
function headerWidth(label: string): number {
  const words = label.split(' ');
  const lines = words.map((_, at) =>
    Math.max(words.slice(0, at).join(' ').length, words.slice(at).join(' ').length),
  );
  return Math.max(78, Math.round(36 + 7.4 * Math.min(...lines)));
}

function metricColumn(metric: Metric): Column<Layer> {
  const label = metricLabel(metric);
  return {
    id: metric.id,
    label,
    description: `${label}: ${t(metric.meaning)}`,
    width: headerWidth(label),
    grow: 1,
    numeric: true,
    sortKey: (layer) => metric.of(layer),
    cell: (layer) => formatMetric(metric, layer),
  };
}

/** Pixels for the longest of these texts, within limits. */
export function widthOf(texts: readonly string[], least: number, most: number): number {
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  return Math.min(most, Math.max(least, Math.round(22 + 8.2 * longest)));
}

/** Columns of the table of layers: who the layer is, then the chosen metrics in the catalogue's order. */
export function layerColumns(
  layers: readonly Layer[],
  chosen: readonly MetricId[],
): Column<Layer>[] {
  const severityRank = (layer: Layer): number => {
    const severity = worstSeverity(layer);
    return severity ? SEVERITIES.indexOf(severity) : SEVERITIES.length;
  };
  return [
    {
      id: 'name',
      label: t('Layer'),
      description: t('Name of the layer; sorts by name'),
      width:
        26 +
        widthOf(
          layers.map((layer) => layer.name),
          110,
          220,
        ),
      grow: 3,
      sortKey: (layer) => layer.name,
      cell: (layer) => <LayerName layer={layer} />,
      cellName: layerCellName,
    },
    {
      id: 'findings',
      label: t('Findings'),
      description: t('Number of findings; sorts by the gravest'),
      width: 92,
      grow: 0,
      numeric: true,
      sortKey: severityRank,
      cell: (layer) => (layer.findings.length === 0 ? '' : layer.findings.length),
    },
    {
      id: 'shape',
      label: t('Shape'),
      description: t('Shape of the stored tensor; sorts by the number of parameters'),
      width: widthOf(
        layers.map((layer) => formatShape(layer.shape)),
        72,
        150,
      ),
      grow: 0,
      numeric: true,
      sortKey: (layer) => layer.parameters,
      cell: (layer) => (
        <span title={formatCount(layer.parameters)}>{formatShape(layer.shape)}</span>
      ),
    },
    ...METRICS.filter((metric) => chosen.includes(metric.id)).map(metricColumn),
  ];
}
