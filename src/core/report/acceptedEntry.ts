import type { Acceptance } from './acceptance.ts';
import type { ReportFinding } from './report.ts';

/**
 * The entry that accepts one finding of the layer with that id, or for an empty id one of the model as a
 * whole. What a glob would take for its own separator is written as `?`, any one character; the ends of a
 * glob are trimmed, so a blank there is written so too.
 */
export function acceptedEntry(
  layer: string,
  code: ReportFinding['code'],
  reason: string,
): Acceptance['accepted'][number] {
  const glob = layer.replace(/,|^\s+|\s+$/g, (part) => '?'.repeat(part.length));
  return { layer: glob === '' ? '*' : glob, code, reason };
}
