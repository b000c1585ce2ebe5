/** What of the entries of a matrix tells where an eigenvalue comes from. */
export interface EntryProfile {
  readonly mean: number;
  /** The largest magnitudes, descending: at most {@link PROFILE_ENTRIES}. */
  readonly largest: Float64Array;
}

/** Enough for sixteen that stand apart and the beginning of the tail that they stand apart from. */
export const PROFILE_ENTRIES = 48;

/** Mean and largest magnitudes of finite entries, in one pass. */
export function entryProfile(values: Float64Array): EntryProfile {
  const largest = new Float64Array(Math.min(PROFILE_ENTRIES, values.length));
  const last = largest.length - 1;
  let sum = 0;
  for (const value of values) {
    sum += value;
    const size = Math.abs(value);
    if (!(size > largest[last]!)) continue;
    let at = last;
    for (; at > 0 && largest[at - 1]! < size; at--) largest[at] = largest[at - 1]!;
    largest[at] = size;
  }
  return { mean: values.length === 0 ? 0 : sum / values.length, largest };
}
