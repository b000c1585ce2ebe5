import type { Layer, Report, ReportFinding } from '../../src/core/report/report.ts';
import { SEVERITIES, type FindingCode, type Severity } from './findingLabels.ts';

export interface FindingItem {
  readonly finding: ReportFinding;
  /** Absent for a finding about the model as a whole. */
  readonly layer?: Layer;
}

export interface FindingGroup {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly items: readonly FindingItem[];
}

/** Findings of one kind and gravity together, the gravest kinds first, layers in the order of the graph. */
export function groupFindings(report: Report): FindingGroup[] {
  const all: FindingItem[] = [
    ...report.findings.map((finding) => ({ finding })),
    ...report.layers.flatMap((layer) => layer.findings.map((finding) => ({ finding, layer }))),
  ];
  const groups = new Map<string, { code: FindingCode; severity: Severity; items: FindingItem[] }>();
  for (const item of all) {
    const { code, severity } = item.finding;
    const group = groups.get(`${severity} ${code}`);
    if (group) group.items.push(item);
    else groups.set(`${severity} ${code}`, { code, severity, items: [item] });
  }
  return [...groups.values()].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}
