import type { EntryProfile } from '../core/spectrum/entryProfile.ts';
import type { CacheRecord } from './cacheRecord.ts';

/** A profile as a record's one array: the mean, then the largest magnitudes. */
export function profileArray({ mean, largest }: EntryProfile): Float64Array {
  return Float64Array.from([mean, ...largest]);
}

export function profileOf({ spectra }: CacheRecord): EntryProfile {
  const [mean] = spectra[0]!;
  return { mean: mean!, largest: spectra[0]!.subarray(1) };
}
