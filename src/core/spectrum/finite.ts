import type { Figure } from './figures.ts';

/** The value, or null where it is NaN or infinite: no other kind of number enters a report. */
export function finite(value: number): Figure {
  return Number.isFinite(value) ? value : null;
}
