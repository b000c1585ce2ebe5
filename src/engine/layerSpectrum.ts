import type { EngineApi } from './engineApi.ts';
import { layerEntry } from './layerEntry.ts';
import type { WorkerPool } from './workerPool.ts';

/**
 * The full spectrum of the layer with that id, descending: from the cache where the layer has been
 * analyzed before, solved otherwise. Throws RangeError where the file has no such layer.
 */
export const layerSpectrum = async (
  { file, mode, id }: Parameters<EngineApi['spectrum']>[0],
  pool: WorkerPool,
  context: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly singularValues: readonly number[] }> => {
  const entry = layerEntry(file, mode, id);
  const outcome = await pool.run({
    task: {
      ...entry.task,
      shuffles: 0,
      compatSource: 'same',
      windows: 'none',
      windowShuffles: 0,
      wantEntries: false,
      heads: [],
    },
    flops: entry.flops,
    bytes: entry.bytes,
    signal: context.signal,
    onStart: () => undefined,
    onStep: () => undefined,
  });
  if (outcome.status === 'solved') return { singularValues: [...(outcome.singularValues ?? [])] };
  const reason = outcome.status === 'failed' ? outcome.reason : 'it has NaN or infinite entries';
  throw new Error(`The spectrum of ${entry.weight.name} in ${file} cannot be had: ${reason}.`);
};
