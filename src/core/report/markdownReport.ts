import { markdownName, markdownText } from './markdownText.ts';
import { formatFigure } from './format.ts';
import { formatMetric, metricById } from './metrics.ts';
import type { Report, ReportFinding } from './report.ts';
import { ALL_ROLES } from './summary.ts';
import { TABLE_METRICS } from './tableMetrics.ts';
import { counted } from './counted.ts';

/** The first line of every Markdown report; by it such a file is known again. */
export const MARKDOWN_MARK = '<!-- eigenscope.report/1 as Markdown -->';

const SEVERITIES = [
  'error',
  'warning',
  'info',
] as const satisfies readonly ReportFinding['severity'][];

/**
 * The report as GitHub-flavoured Markdown: summary, findings, layers, what was skipped, and what the
 * columns mean. Names and texts of the model appear as text alone, whatever they hold.
 */
export function markdownReport(report: Report): string {
  const file = report.model.file.split(/[\\/]/).at(-1) ?? report.model.file;
  const blocks = [
    MARKDOWN_MARK,
    `# Spectra of ${markdownText(file)}`,
    ...summaryBlocks(report),
    ...findingBlocks(report),
    ...layerBlocks(report),
    ...skippedBlocks(report),
    `---\n\nEigenscope ${markdownText(report.tool.version)}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function lipschitzText({
  bound,
  weights,
  reason,
}: NonNullable<Report['model']['lipschitz']>): string {
  return bound === null
    ? `none: ${markdownText(reason)}`
    : `${formatFigure(bound, 'scientific')} over ${counted(weights, 'weight')}`;
}

function summaryBlocks({ model, settings, summary, skipped }: Report): string[] {
  const opsets = Object.entries(model.opset).map(([domain, version]) => `${domain} ${version}`);
  const facts: readonly (readonly [string, string])[] = [
    [
      'Analyzed',
      `${counted(summary.analyzed, 'matrix', 'matrices')}, ${summary.analyzedParameters} parameters`,
    ],
    ['Not solved', String(summary.failed)],
    ['Skipped', counted(skipped.length, 'tensor')],
    ['File', `${model.bytes} bytes, ${model.parameters} parameters`],
    ['Operator sets', markdownText(opsets.join(', '))],
    ...(model.producer === '' ? [] : [['Producer', markdownText(model.producer)] as const]),
    ...(model.lipschitz ? [['Lipschitz bound', lipschitzText(model.lipschitz)] as const] : []),
    ['Settings', `${settings.mode}, ${settings.precision}, seed ${settings.seed}`],
  ];
  const rows = TABLE_METRICS.flatMap((id) => {
    const metric = metricById(id);
    const all = summary.distributions.find((each) => each.metric === id && each.role === ALL_ROLES);
    if (!all || all.layers === 0) return [];
    const quartiles = [all.q1, all.median, all.q3].map((value) =>
      formatFigure(value, metric.format),
    );
    return [[metric.label, ...quartiles, String(all.layers)]];
  });
  const titles = ['Figure', 'Lower quartile', 'Median', 'Upper quartile', 'Layers'];
  return [
    '## Summary',
    facts.map(([what, value]) => `- ${what}: ${value}`).join('\n'),
    ...(rows.length > 0 ? [table(titles, 1, rows)] : []),
  ];
}

function findingBlocks(report: Report): string[] {
  const all = [...report.findings, ...report.layers.flatMap((layer) => layer.findings)];
  const blocks = SEVERITIES.flatMap((severity) => {
    const grave = all.filter((finding) => finding.severity === severity);
    return [...new Set(grave.map((finding) => finding.code))].flatMap((code) => {
      const same = grave.filter((finding) => finding.code === code);
      return [
        `### ${severity}: ${code} (${same.length})`,
        same.map((finding) => `- ${markdownText(finding.text)}`).join('\n'),
      ];
    });
  });
  return ['## Findings', ...(blocks.length > 0 ? blocks : ['None.'])];
}

function layerBlocks({ layers }: Report): string[] {
  if (layers.length === 0) return [];
  const metrics = TABLE_METRICS.map((id) => metricById(id));
  const titles = ['Layer', 'Op', 'Findings', 'Matrix', ...metrics.map((metric) => metric.label)];
  const rows = layers.map((layer) => [
    markdownName(layer.name),
    markdownText(layer.op),
    layer.findings.map((finding) => finding.code).join(', '),
    `${layer.matrices > 1 ? `${layer.matrices} x ` : ''}${layer.rows} x ${layer.cols}`,
    ...metrics.map((metric) => formatMetric(metric, layer)),
  ]);
  const meanings = metrics.map((metric) => `- **${metric.label}**: ${metric.meaning}`);
  return ['## Layers', table(titles, 3, rows), meanings.join('\n')];
}

function skippedBlocks({ skipped }: Report): string[] {
  if (skipped.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const rows = [...counts].map(([reason, count]) => [markdownText(reason), String(count)]);
  return ['## Skipped', table(['Reason', 'Tensors'], 1, rows)];
}

/** The cells must be Markdown already; the first `left` columns are aligned left, the others right. */
function table(
  titles: readonly string[],
  left: number,
  rows: readonly (readonly string[])[],
): string {
  const rule = titles.map((_, k) => (k < left ? '---' : '--:'));
  return [titles, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
