import type { GpuDevice } from './gpuDevice.ts';

/** What was asked of a device. */
export interface GpuCounts {
  /** Floating-point operations of all dispatches. */
  flops: number;
  dispatches: number;
  submissions: number;
  /** float32s in each read-back, in order. */
  readonly reads: number[];
  /** `flops` at each read-back. */
  readonly flopsAtRead: number[];
}

/** The device, and what is asked of it from now on. */
export function countedGpu(device: GpuDevice): {
  readonly device: GpuDevice;
  readonly counts: GpuCounts;
} {
  const counts: GpuCounts = { flops: 0, dispatches: 0, submissions: 0, reads: [], flopsAtRead: [] };
  const counted: GpuDevice = {
    adapter: device.adapter,
    limits: device.limits,
    lost: device.lost,
    createBuffer: (bytes) => device.createBuffer(bytes),
    createKernel: (source) => device.createKernel(source),
    write: (buffer, offset, data) => device.write(buffer, offset, data),
    submit: (dispatches) => {
      counts.submissions++;
      counts.dispatches += dispatches.length;
      counts.flops += dispatches.reduce((sum, { flops }) => sum + flops, 0);
      device.submit(dispatches);
    },
    finished: () => device.finished(),
    read: (buffer, offset, count) => {
      counts.reads.push(count);
      counts.flopsAtRead.push(counts.flops);
      return device.read(buffer, offset, count);
    },
    destroy: () => device.destroy(),
  };
  return { device: counted, counts };
}
