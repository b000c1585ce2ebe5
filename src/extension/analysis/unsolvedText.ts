import type { Report } from '../../core/report/report.ts';
import type { Translate } from './translate.ts';

const MOST_LAYERS = 3;

/**
 * A sentence that names the layers the engine could not solve and why, or undefined where there is
 * none. A layer whose weights are not finite is a finding of the model and not counted.
 */
export function unsolvedText(report: Report, file: string, t: Translate): string | undefined {
  const unsolved = report.layers.filter((layer) =>
    layer.findings.some((finding) => finding.code === 'not-solved'),
  );
  const first = unsolved[0];
  if (!first) return undefined;
  const names = unsolved.slice(0, MOST_LAYERS).map((layer) => layer.name);
  const more = unsolved.length - names.length;
  const list = more > 0 ? t('{0} and {1} more', names.join(', '), more) : names.join(', ');
  return t('{0} is analyzed but for {1}: {2}.', file, list, first.reason);
}
