import type { Layer, Report, ReportFinding } from '../../src/core/report/report.ts';
import { SEVERITIES, type FindingCode } from './findingLabels.ts';
import type { FindingFilter } from './panelModel.ts';

/** One finding of the report, of a layer or of the model as a whole. */
export interface FindingRow {
  readonly key: string;
  readonly finding: ReportFinding;
  readonly layer: Layer | undefined;
  /** Why it is accepted; undefined where it is not. */
  readonly accepted: string | undefined;
}

/** The sentence as it goes on from the name beside it, where it begins with that name. */
export function textUnderName(text: string, name: string): string {
  return text.startsWith(`${name} `) ? text.slice(name.length + 1) : text;
}

/** Every finding, the gravest first, then as the report has them. */
export function findingRows(
  report: Report,
  reasons: ReadonlyMap<ReportFinding, string>,
): readonly FindingRow[] {
  const row = (finding: ReportFinding, index: number, layer?: Layer): FindingRow => ({
    key: `${layer?.id ?? ''} ${index}`,
    finding,
    layer,
    accepted: reasons.get(finding),
  });
  const rank = ({ finding }: FindingRow): number => SEVERITIES.indexOf(finding.severity);
  return [
    ...report.findings.map((finding, index) => row(finding, index)),
    ...report.layers.flatMap((layer) =>
      layer.findings.map((finding, index) => row(finding, index, layer)),
    ),
  ].sort((a, b) => rank(a) - rank(b));
}

/** The findings that match every part of the filter; the text is looked for in names and in the sentence. */
export function filterFindings(
  rows: readonly FindingRow[],
  { text, severity, code, state }: FindingFilter,
): readonly FindingRow[] {
  const wanted = text.trim().toLowerCase();
  return rows.filter(
    ({ finding, layer, accepted }) =>
      (severity === '' || finding.severity === severity) &&
      (code === '' || finding.code === code) &&
      (state === '' || (state === 'accepted') === (accepted !== undefined)) &&
      (wanted === '' ||
        [finding.text, layer?.name ?? '', layer?.tensor ?? '', accepted ?? ''].some((field) =>
          field.toLowerCase().includes(wanted),
        )),
  );
}

/** The kinds of finding among these, the gravest first. */
export function codesOf(rows: readonly FindingRow[]): readonly FindingCode[] {
  return [...new Set(rows.map(({ finding }) => finding.code))];
}

/** The report without the findings that are accepted, for every view that counts or marks them. */
export function openReport(report: Report, reasons: ReadonlyMap<ReportFinding, string>): Report {
  if (reasons.size === 0) return report;
  const open = (findings: readonly ReportFinding[]): ReportFinding[] =>
    findings.filter((finding) => !reasons.has(finding));
  return {
    ...report,
    findings: open(report.findings),
    layers: report.layers.map((layer) =>
      layer.findings.some((finding) => reasons.has(finding))
        ? { ...layer, findings: open(layer.findings) }
        : layer,
    ),
  };
}
