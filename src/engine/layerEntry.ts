import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import type { Mode } from '../core/spectrum/figures.ts';
import type { AnalyzeRequest } from './engineApi.ts';
import { planEntries, type Entry } from './entries.ts';

/** Of a request for one layer: no shuffles, no size filter beyond one eigenvalue. */
const PLAIN: Omit<AnalyzeRequest, 'file' | 'mode'> = {
  minEigenvalues: 1,
  seed: 0,
  layers: '',
  spectra: true,
  memoryLimit: 0,
  failed: {},
};

/**
 * The layer with that id, before it is solved. Throws RangeError where the file has no such layer,
 * CheckpointError for a file that cannot be read.
 */
export function layerEntry(file: string, mode: Mode, id: string): Entry {
  const { entries } = planEntries(openCheckpoint(file), { ...PLAIN, file, mode });
  const entry = entries.find((each) => each.id === id);
  if (!entry)
    throw new RangeError(`${file} has no layer with the id '${id}'; analyze the file again.`);
  return entry;
}
