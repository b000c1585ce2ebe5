import { isFixedTransform } from '../diagnosis/fixedLayers.ts';
import { METRICS } from './metrics.ts';
import type { Distribution, Layer, Report, ReportFinding } from './report.ts';

/** The role under which a distribution over all layers is listed. */
export const ALL_ROLES = 'all';

/**
 * Counts, and for each metric its mean and quartiles over all layers and over those of each role: without
 * fixed transforms, whose spectra say nothing of training.
 */
export function summaryOf(
  layers: readonly Layer[],
  modelFindings: readonly ReportFinding[],
): Report['summary'] {
  const findings: Record<string, number> = {};
  for (const finding of [...layers.flatMap((layer) => layer.findings), ...modelFindings])
    findings[finding.code] = (findings[finding.code] ?? 0) + 1;
  const roles = [...new Set(layers.map((layer) => layer.role))].sort();
  const learned = layers.filter((layer) => !isFixedTransform(layer));
  const groups = [
    { role: ALL_ROLES, members: learned },
    ...roles.map((role) => ({ role, members: learned.filter((layer) => layer.role === role) })),
  ];
  return {
    analyzed: layers.filter((layer) => layer.status === 'ok').length,
    failed: layers.filter((layer) => layer.status === 'failed').length,
    analyzedParameters: layers
      .filter((layer) => layer.status === 'ok')
      .reduce((sum, layer) => sum + layer.parameters, 0),
    findings,
    distributions: groups.flatMap(({ role, members }) =>
      METRICS.map((metric) => distributionOf(metric.id, role, members, metric.of)),
    ),
  };
}

function distributionOf(
  metric: string,
  role: string,
  members: readonly Layer[],
  of: (layer: Layer) => number | null,
): Distribution {
  const known = members.flatMap((layer) => {
    const value = of(layer);
    return value === null ? [] : [{ value, weight: layer.parameters }];
  });
  const values = known.map((each) => each.value).sort((a, b) => a - b);
  const weights = known.reduce((sum, each) => sum + each.weight, 0);
  const weighted = known.reduce((sum, each) => sum + each.value * each.weight, 0);
  return {
    metric,
    role,
    layers: values.length,
    failed: members.length - values.length,
    mean: values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null,
    weightedMean: weights > 0 ? weighted / weights : null,
    q1: quantile(values, 0.25),
    median: quantile(values, 0.5),
    q3: quantile(values, 0.75),
  };
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996); null of nothing. */
function quantile(sorted: readonly number[], p: number): number | null {
  if (sorted.length === 0) return null;
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (at - Math.floor(at)) * (above - below);
}
