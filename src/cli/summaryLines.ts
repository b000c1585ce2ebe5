import type { FailOn, FailVerdict } from '../core/report/failOn.ts';
import type { Report, ReportFinding } from '../core/report/report.ts';
import { findingLines, layerTable } from './layerTable.ts';
import { printable } from './textTable.ts';
import { counted } from '../core/report/counted.ts';

/** Of one code: more would bury the others; the report has them all. */
const FINDINGS_SHOWN = 8;

/** What a person reads of the report of one model: table, findings, and the line of sums. */
export function summaryLines(
  report: Report,
  label: string,
  accepted: ReadonlyMap<ReportFinding, string>,
): string[] {
  const findings = findingLines(report, FINDINGS_SHOWN, accepted);
  return [
    ...(report.layers.length > 0 ? [...layerTable(report), ''] : []),
    ...findings,
    ...(findings.length > 0 ? [''] : []),
    `${sums(report, label)}.`,
    ...deviceLines(report),
  ];
}

/** What became of a GPU: why one that was asked for was not used, and which layers it has not solved. */
function deviceLines({ settings, compute: { device, notes = [] } }: Report): string[] {
  const isUnused = device !== undefined && device.layers === 0 && notes.length === 0;
  return [...(isUnused && settings.device !== 'auto' ? [device.reason] : []), ...notes].map(
    printable,
  );
}

/** The one line of a model among several: its sums, and how often each finding occurs. */
export function summaryLine(
  report: Report,
  label: string,
  accepted: ReadonlyMap<ReportFinding, string>,
): string {
  const counts = Object.entries(report.summary.findings).map(([code, n]) => `${n} ${code}`);
  const known = accepted.size > 0 ? ` (${accepted.size} accepted)` : '';
  const findings = counts.length > 0 ? counts.join(', ') + known : 'no findings';
  return `${sums(report, label)}; ${findings}.`;
}

function sums({ summary, compute, skipped }: Report, label: string): string {
  const failed = summary.failed > 0 ? `, ${summary.failed} not solved` : '';
  const cached = compute.cached > 0 ? ` (${compute.cached} from the cache)` : '';
  return `${printable(label)}: ${counted(summary.analyzed, 'matrix', 'matrices')} analyzed${failed}, ${counted(skipped.length, 'tensor')} skipped, ${compute.seconds.toFixed(1)} s on ${counted(compute.workers, 'worker')}${cached}${deviceText(compute)}`;
}

function deviceText({ device }: Report['compute']): string {
  if (device === undefined || device.layers === 0) return '';
  return `, ${device.layers} of them on ${printable(device.adapter)}`;
}

/** Whether the model fails, by which findings of which layers, and what did not count. */
export function verdictLines(
  { failing, inBaseline, accepted }: FailVerdict,
  label: string,
  failOn: readonly FailOn[],
): string[] {
  const aside = [
    ...(inBaseline > 0 ? [`${inBaseline} in the baseline`] : []),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
  ];
  const apart = aside.length > 0 ? ` (not counted: ${aside.join(', ')})` : '';
  const what = counted(failing.length, 'finding');
  const head = `eigenscope: ${printable(label)} ${failing.length > 0 ? 'fails' : 'passes'} --fail-on ${failOn.join(',')}: ${what}${apart}.`;
  const codes = [...new Set(failing.map(({ finding }) => finding.code))];
  return [
    head,
    ...codes.map((code) => {
      const places = failing.filter(({ finding }) => finding.code === code);
      const names = places.map(({ layer }) => (layer ? printable(layer.name) : 'the model'));
      return `  ${code}: ${names.join(', ')}`;
    }),
  ];
}
