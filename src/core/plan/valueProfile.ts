import type { QuantBits } from './action.ts';

/** What pruning and quantising do to the values of one weight. Squared errors are relative to its energy. */
export interface ValueProfile {
  /**
   * Squared error where the smallest magnitudes are zeroed, at `PRUNING_STEPS + 1` equally spaced shares of
   * the values from none to all of them.
   */
  readonly pruning: Float64Array;
  readonly patterns: readonly PatternError[];
  readonly levels: readonly LevelError[];
}

/** Intervals of the pruning curve: a straight line within one is off by less than 1 % above 1 % of zeros. */
export const PRUNING_STEPS = 1024;

/** `kept` of every `of` neighbours along the input dimension stay, those of the largest magnitude. */
export interface PatternError {
  readonly kept: number;
  readonly of: number;
  readonly error: number;
}

/** One way in which the weight can be stored quantised. */
export interface QuantLevel {
  readonly bits: QuantBits;
  /** Values along the input dimension that share a scale; 0 for one scale for each output channel. */
  readonly block: number;
  /** Of codes, with their padding, and scales. */
  readonly bytes: number;
}

export interface LevelError extends QuantLevel {
  /** Of values that are quantised and taken back. */
  readonly error: number;
}

/** The squared error where `count` of `parameters` values are zeroed, those of the smallest magnitude. */
export function pruningError({ pruning }: ValueProfile, count: number, parameters: number): number {
  const place = (PRUNING_STEPS * count) / parameters;
  const below = Math.min(PRUNING_STEPS - 1, Math.floor(place));
  const [from, to] = [pruning[below]!, pruning[below + 1]!];
  return from + (place - below) * (to - from);
}
