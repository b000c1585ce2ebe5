import { formatMetric, metricById } from '../core/report/metrics.ts';
import type { Report, ReportFinding } from '../core/report/report.ts';
import { TABLE_METRICS } from '../core/report/tableMetrics.ts';
import { printable, textTable, type TextColumn } from './textTable.ts';

const NAME_WIDTH = 44;

/** The layers as a table for a terminal, in graph order. */
export function layerTable(report: Report): string[] {
  const metrics = TABLE_METRICS.map((id) => metricById(id));
  const columns: TextColumn[] = [
    { title: 'Layer', align: 'left', maxWidth: NAME_WIDTH },
    { title: 'Op', align: 'left' },
    { title: 'Matrix', align: 'right' },
    ...metrics.map((metric) => ({ title: metric.label, align: 'right' as const })),
    { title: 'Findings', align: 'left' },
  ];
  const rows = report.layers.map((layer) => [
    layer.name,
    layer.op,
    `${layer.matrices > 1 ? `${layer.matrices} x ` : ''}${layer.rows} x ${layer.cols}`,
    ...metrics.map((metric) => formatMetric(metric, layer)),
    layer.findings.map((finding) => finding.code).join(', '),
  ]);
  return textTable(columns, rows);
}

/**
 * The findings of the model, then of its layers, the gravest first and the accepted ones last with their
 * reasons; at most `limit` of each code.
 */
export function findingLines(
  report: Report,
  limit: number,
  accepted: ReadonlyMap<ReportFinding, string>,
): string[] {
  const all = [...report.findings, ...report.layers.flatMap((layer) => layer.findings)];
  const open = all.filter((finding) => !accepted.has(finding));
  return [
    ...(['error', 'warning', 'info'] as const).flatMap((severity) =>
      linesByCode(
        severity,
        open.filter((finding) => finding.severity === severity),
        limit,
        ({ text }) => text,
      ),
    ),
    ...linesByCode(
      'accepted',
      all.filter((finding) => accepted.has(finding)),
      limit,
      (finding) => `${finding.text} Accepted: ${accepted.get(finding)!}`,
    ),
  ];
}

function linesByCode(
  title: string,
  findings: readonly ReportFinding[],
  limit: number,
  textOf: (finding: ReportFinding) => string,
): string[] {
  return [...new Set(findings.map((finding) => finding.code))].flatMap((code) => {
    const same = findings.filter((finding) => finding.code === code);
    return [
      `${title}: ${code} (${same.length})`,
      ...same.slice(0, limit).map((finding) => `  ${printable(textOf(finding))}`),
      ...(same.length > limit ? [`  and ${same.length - limit} more`] : []),
    ];
  });
}
