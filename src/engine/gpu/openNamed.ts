import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import type { DawnDevice } from './dawnDevice.ts';
import type { GpuThreadStart } from './gpuMessages.ts';
import { type AdapterPreference, openDawn } from './openDawn.ts';

/** Every adapter that WebGPU lets be asked for: it has no list of them. */
const PREFERENCES: readonly AdapterPreference[] = ['fast', 'frugal', 'software'];

/**
 * The machine's adapter for heavy work, or the one whose name contains the text that was given.
 *
 * @throws GpuError `unavailable`; where no adapter has such a name, with the names that there are.
 */
export async function openNamed({
  dist,
  adapterName,
}: Pick<GpuThreadStart, 'dist' | 'adapterName'>): Promise<DawnDevice> {
  if (adapterName === '') return openDawn({ from: dist });
  const names: string[] = [];
  let fault: unknown;
  for (const preference of PREFERENCES) {
    try {
      const device = await openDawn({ from: dist, preference });
      const { name } = device.adapter;
      if (name.toLowerCase().includes(adapterName.toLowerCase())) return device;
      device.destroy();
      if (!names.includes(name)) names.push(name);
    } catch (error) {
      if (!(error instanceof GpuError)) throw error;
      fault ??= error;
    }
  }
  if (names.length === 0) throw fault;
  throw new GpuError(
    'unavailable',
    `No adapter of this machine is called '${adapterName}'; it has ${names.join(', ')}.`,
  );
}
