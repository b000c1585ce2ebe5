import { formatMetric, metricById } from '../core/report/metrics.ts';
import type { Report } from '../core/report/report.ts';
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

/** The findings of the model, then of its layers, the gravest first; at most `limit` of each code. */
export function findingLines(report: Report, limit: number): string[] {
  const all = [...report.findings, ...report.layers.flatMap((layer) => layer.findings)];
  const lines: string[] = [];
  for (const severity of ['error', 'warning', 'info'] as const) {
    const grave = all.filter((finding) => finding.severity === severity);
    for (const code of new Set(grave.map((finding) => finding.code))) {
      const same = grave.filter((finding) => finding.code === code);
      lines.push(`${severity}: ${code} (${same.length})`);
      for (const finding of same.slice(0, limit)) lines.push(`  ${printable(finding.text)}`);
      if (same.length > limit) lines.push(`  and ${same.length - limit} more`);
    }
  }
  return lines;
}
