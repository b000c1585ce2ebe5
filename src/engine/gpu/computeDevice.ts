import type { ComputeSelfTest } from '../../core/linalg/gpu/adapterAcceptance.ts';
import type { Precision } from '../../core/linalg/singularValues.ts';
import type { DeviceChoice } from '../deviceChoice.ts';
import type { GpuQueue } from './gpuQueue.ts';
import { GpuShare } from './gpuShare.ts';

/** What an analysis computes on besides the pool, and why. */
export interface ComputeDevice {
  /** Undefined where the pool does all. */
  readonly share: GpuShare | undefined;
  /** Of the adapter; empty where none was looked for or found. */
  readonly adapter: string;
  /** A sentence; empty where nobody asked for a GPU. */
  readonly reason: string;
}

const POOL_ALONE: ComputeDevice = { share: undefined, adapter: '', reason: '' };

/**
 * The device of an engine: opened and tested when it is first wanted, kept as long as it is sound. What was
 * refused is not tried again until another is asked for.
 */
export class ComputeDevices {
  private current: { readonly adapterName: string; readonly queue: GpuQueue } | undefined;

  constructor(private readonly open: (adapterName: string) => GpuQueue) {}

  async of(device: DeviceChoice, precision: Precision): Promise<ComputeDevice> {
    if (device === 'cpu' || precision === 'exact') return POOL_ALONE;
    const queue = this.queueOf(device);
    const { adapter, reason } = await queue.selfTest;
    const accepted = await queue.accepted();
    return {
      share: accepted && new GpuShare(queue, accepted),
      adapter: adapter?.name ?? '',
      reason,
    };
  }

  /** What there is to say of the device that such a choice means. */
  selfTest(device: DeviceChoice): Promise<ComputeSelfTest> {
    return this.queueOf(device).selfTest;
  }

  close(): void {
    this.current?.queue.close();
    this.current = undefined;
  }

  private queueOf(device: DeviceChoice): GpuQueue {
    const adapterName = ['auto', 'cpu', 'gpu'].includes(device) ? '' : device;
    const { current } = this;
    if (current?.adapterName === adapterName && current.queue.isSound) return current.queue;
    current?.queue.close();
    const queue = this.open(adapterName);
    this.current = { adapterName, queue };
    return queue;
  }
}
