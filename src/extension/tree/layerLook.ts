import { formatMetric, metricById, type MetricId } from '../../core/report/metrics.ts';
import type { Layer, ReportFinding } from '../../core/report/report.ts';
import { visibleName } from '../../core/report/visibleName.ts';
import type { Translate } from '../analysis/translate.ts';
import type { Accepted, Look } from './checkpointLook.ts';

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

const ACCEPTED: Omit<Look, 'description'> = {
  icon: 'check',
  colour: 'disabledForeground',
  faded: true,
};

/** The row of a layer: its gravest finding that is not accepted as icon, figures beside its name. */
export function layerLook(layer: Layer, accepted: Accepted, t: Translate): Look {
  const open = layer.findings.filter((finding) => !accepted.has(finding));
  const gravest = SEVERITIES.find((severity) =>
    open.some((finding) => finding.severity === severity),
  );
  const figures =
    layer.status === 'failed'
      ? [visibleName(layer.reason)]
      : beside(layer).map((id) => figure(id, layer, t).join(' '));
  if (gravest) return { ...ICONS[gravest], description: figures.join(' · ') };
  const isAccepted = layer.findings.length > 0;
  return {
    ...(isAccepted ? ACCEPTED : { icon: 'circle-small' }),
    description: [...(isAccepted ? [t('accepted')] : []), ...figures].join(' · '),
  };
}

/** The row is narrow and cut at its end: rank comes first, and only where some of it is lost. */
function beside(layer: Layer): readonly MetricId[] {
  return (layer.metrics.rankLoss ?? 0) > 0 ? ['matrixRank', 'alpha'] : ['alpha'];
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
