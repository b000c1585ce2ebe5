import { type GpuBuffer, MAX_PARAMETER_BYTES } from '../../core/linalg/gpu/gpuDevice.ts';
import type { DawnKernel } from './dawnKernel.ts';
import type { DawnLibrary, Pointer } from './dawnLibrary.ts';

export interface DawnBuffer extends GpuBuffer {
  readonly id: number;
  /** Null once destroyed. */
  pointer: Pointer | null;
}

interface CachedGroup {
  readonly pointer: Pointer;
  readonly buffers: readonly DawnBuffer[];
}

/** The bind groups of a device: a kernel's view of its buffers, each made once and kept while they live. */
export class DawnGroups {
  readonly #dawn: DawnLibrary;
  readonly #device: Pointer;
  readonly #groups = new Map<string, CachedGroup>();

  constructor(dawn: DawnLibrary, device: Pointer) {
    this.#dawn = dawn;
    this.#device = device;
  }

  /** `buffers` are those of the bindings in order; the first holds parameters and has a dynamic offset. */
  groupOf(kernel: DawnKernel, buffers: readonly DawnBuffer[]): Pointer {
    const key = [kernel.pipeline, ...buffers.map(({ id }) => id)].join(',');
    const known = this.#groups.get(key);
    if (known) return known.pointer;
    const entries = buffers.map(({ pointer, bytes }, binding) => ({
      next: null,
      binding,
      buffer: pointer,
      offset: 0,
      size: binding === 0 ? MAX_PARAMETER_BYTES : bytes,
      sampler: null,
      textureView: null,
    }));
    const pointer = this.#dawn.call.wgpuDeviceCreateBindGroup(this.#device, {
      next: null,
      label: { data: null, length: 0 },
      layout: kernel.layout,
      count: entries.length,
      entries,
    }) as Pointer;
    this.#groups.set(key, { pointer, buffers });
    return pointer;
  }

  /** Releases the groups with this buffer. */
  forget(buffer: DawnBuffer): void {
    for (const [key, { pointer, buffers }] of this.#groups) {
      if (!buffers.includes(buffer)) continue;
      this.#groups.delete(key);
      this.#dawn.call.wgpuBindGroupRelease(pointer);
    }
  }

  /** Releases all groups. */
  clear(): void {
    for (const { pointer } of this.#groups.values()) this.#dawn.call.wgpuBindGroupRelease(pointer);
    this.#groups.clear();
  }
}
