import type { AnalyzeProgress } from '../../engine/engineApi.ts';
import type { Translate } from './translate.ts';

const MOST_NAMES = 2;
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Work done, 0 to 100, whole; 100 only when all of it is. */
export function percentDone(progress: AnalyzeProgress): number {
  if (progress.total <= 0) return 0;
  return Math.max(0, Math.min(100, Math.floor((100 * progress.done) / progress.total)));
}

/** Time left in words; seconds in steps of 5 so that the line does not flicker. */
export function timeLeft(seconds: number, t: Translate): string {
  if (seconds < 5) return t('a few seconds left');
  if (seconds < 2 * MINUTE) return t('about {0} s left', Math.ceil(seconds / 5) * 5);
  if (seconds < 2 * HOUR) return t('about {0} min left', Math.round(seconds / MINUTE));
  return t('about {0} h left', Math.round(seconds / HOUR));
}

/** One line: percent, layers done, time left, and what is being solved now. */
export function progressLine(progress: AnalyzeProgress, t: Translate): string {
  const parts = [
    t('{0} %', percentDone(progress)),
    t('{0} of {1} layers', progress.layersDone, progress.layersTotal),
  ];
  if (progress.secondsLeft !== null) parts.push(timeLeft(progress.secondsLeft, t));
  const names = progress.running.slice(0, MOST_NAMES);
  const more = progress.running.length - names.length;
  if (names.length > 0)
    parts.push(more > 0 ? t('{0} and {1} more', names.join(', '), more) : names.join(', '));
  return parts.join(' · ');
}
