import { formatMetric, metricById, type MetricId } from '../../core/report/metrics.ts';
import type { Layer, ReportFinding } from '../../core/report/report.ts';
import { visibleName } from '../../core/report/visibleName.ts';
import type { Translate } from '../analysis/translate.ts';
import type { Look } from './checkpointLook.ts';

/** Shown when the pointer rests on it. */
const RESTING: readonly MetricId[] = [
  'alpha',
  'alphaPercentile',
  'stableRank',
  'effectiveRank',
  'matrixRank',
  'svMax',
];

const ICONS: Readonly<Record<ReportFinding['severity'], Omit<Look, 'description'>>> = {
  error: { icon: 'error', colour: 'problemsErrorIcon.foreground' },
  warning: { icon: 'warning', colour: 'problemsWarningIcon.foreground' },
  info: { icon: 'info', colour: 'problemsInfoIcon.foreground' },
};

/** Gravest first. */
const SEVERITIES = ['error', 'warning', 'info'] as const;

/** The row of a layer: its gravest finding as icon, figures beside its name. */
export function layerLook(layer: Layer, t: Translate): Look {
  const gravest = SEVERITIES.find((severity) =>
    layer.findings.some((finding) => finding.severity === severity),
  );
  const icon = gravest ? ICONS[gravest] : { icon: 'circle-small' };
  const description =
    layer.status === 'failed'
      ? visibleName(layer.reason)
      : beside(layer)
          .map((id) => figure(id, layer, t).join(' '))
          .join(' · ');
  return { ...icon, description };
}

/** The row is narrow: rank is there only where some of it is lost. */
function beside(layer: Layer): readonly MetricId[] {
  return (layer.metrics.rankLoss ?? 0) > 0 ? ['alpha', 'matrixRank'] : ['alpha'];
}

export interface LayerFacts {
  /** Operator, shape and storage type. */
  readonly kind: string;
  /** Label and value of each figure. */
  readonly figures: readonly (readonly [label: string, value: string])[];
  readonly findings: readonly ReportFinding[];
}

/** What is said of a layer when the pointer rests on it. */
export function layerFacts(layer: Layer, t: Translate): LayerFacts {
  return {
    kind: `${layer.op} ${layer.shape.join(' × ')} ${layer.dtype}`,
    figures: layer.status === 'failed' ? [] : RESTING.map((id) => figure(id, layer, t)),
    findings: layer.findings,
  };
}

function figure(id: MetricId, layer: Layer, t: Translate): [string, string] {
  const metric = metricById(id);
  const value = formatMetric(metric, layer);
  return [t(metric.label), metric.unit === '' ? value : `${value} ${t(metric.unit)}`];
}
