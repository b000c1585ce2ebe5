import type { Estimate, EstimatedEntry } from '../../engine/engineApi.ts';
import { visibleName } from '../../core/report/visibleName.ts';
import type { Translate } from './translate.ts';

/** Matrices that a person chooses or leaves out together. */
export interface LayerChoice {
  /** Whether it is one that takes long, or the rest of a kind. */
  readonly kind: 'longest' | 'rest';
  readonly label: string;
  readonly description: string;
  readonly ids: readonly string[];
  /** Of one worker. */
  readonly seconds: number;
}

/** A matrix with at least this share of the work is a choice of its own. */
const LONG_SHARE = 0.03;
const MOST_LONGEST = 30;

/** How long matrices take together: they share the workers, but none is shared by two. */
export function secondsOf(
  entries: readonly { readonly seconds: number }[],
  workers: number,
): number {
  const total = entries.reduce((sum, { seconds }) => sum + seconds, 0);
  return entries.reduce((most, { seconds }) => Math.max(most, seconds), total / workers);
}

/** What can be left out: each of the matrices that take longest, and of the others all of a role at once. */
export function layerChoices({ entries, workers }: Estimate, t: Translate): readonly LayerChoice[] {
  const total = entries.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = entries
    .filter(({ seconds }) => seconds > 0 && seconds >= LONG_SHARE * total)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, MOST_LONGEST);
  const rest = entries.filter((entry) => !longest.includes(entry));
  const roles = [...new Set(rest.map(({ role }) => role))].sort();
  return [
    ...longest.map((entry): LayerChoice => {
      const size = `${entry.rows} × ${entry.cols}`;
      const shape = entry.matrices > 1 ? `${entry.matrices} × ${size}` : size;
      return {
        kind: 'longest',
        label: visibleName(entry.name),
        description: `${shape} · ${timeTaken(entry.seconds, t)}`,
        ids: [entry.id],
        seconds: entry.seconds,
      };
    }),
    ...roles.map((role) => restOf(role, rest, workers, t)),
  ];
}

function restOf(
  role: EstimatedEntry['role'],
  rest: readonly EstimatedEntry[],
  workers: number,
  t: Translate,
): LayerChoice {
  const members = rest.filter((entry) => entry.role === role);
  const count = members.length === 1 ? t('1 matrix') : t('{0} matrices', members.length);
  return {
    kind: 'rest',
    label: `${role}: ${count}`,
    description: timeTaken(secondsOf(members, workers), t),
    ids: members.map(({ id }) => id),
    seconds: members.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** The choices, shortest first, that are done together within so many seconds; at least one. */
export function withinSeconds(
  choices: readonly LayerChoice[],
  seconds: number,
  workers: number,
): readonly LayerChoice[] {
  const within: LayerChoice[] = [];
  for (const choice of [...choices].sort((a, b) => a.seconds - b.seconds)) {
    if (within.length > 0 && secondsTogether([...within, choice], workers) > seconds) break;
    within.push(choice);
  }
  return within;
}

/** How long the choices take together; the rest of a role is many small matrices and shared by the workers. */
export function secondsTogether(choices: readonly LayerChoice[], workers: number): number {
  const total = choices.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = choices.filter(({ kind }) => kind === 'longest');
  return longest.reduce((most, { seconds }) => Math.max(most, seconds), total / workers);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** A time in words, no finer than an estimate can be. */
export function timeTaken(seconds: number, t: Translate): string {
  if (seconds < 5) return t('a few seconds');
  if (seconds < 2 * MINUTE) return t('about {0} s', Math.ceil(seconds / 5) * 5);
  if (seconds < 2 * HOUR) return t('about {0} min', Math.round(seconds / MINUTE));
  return t('about {0} h', Math.round(seconds / HOUR));
}
