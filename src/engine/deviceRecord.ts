import type { Report } from '../core/report/report.ts';
import { nameOf, type Entry } from './entries.ts';
import type { ComputeDevice } from './gpu/computeDevice.ts';

/** Names in a note, of layers that met the same. */
const MOST_NAMES = 5;

/** What a report says of the device: which it was and why, and of every layer that had to be solved elsewhere. */
export function deviceRecord(
  { share, adapter, reason }: ComputeDevice,
  entries: readonly Entry[],
): Pick<Report['compute'], 'device' | 'notes'> {
  if (reason === '') return {};
  const device = { adapter, layers: share?.counts.gpu ?? 0, reason };
  const names = new Map(entries.map((entry) => [entry.id, nameOf(entry)]));
  const byReason = new Map<string, string[]>();
  for (const { id, reason: why } of share?.refusals ?? []) {
    const layers = byReason.get(why) ?? [];
    layers.push(names.get(id)!);
    byReason.set(why, layers);
  }
  const notes = [...byReason].map(([why, layers]) => {
    const rest = layers.length - MOST_NAMES;
    const named = layers.slice(0, MOST_NAMES).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    return `${why} Solved on the CPU instead: ${named}.`;
  });
  return notes.length === 0 ? { device } : { device, notes };
}
