/** What the driver says of the adapter. Every text comes from the driver: shown, never interpreted. */
export interface GpuAdapter {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Driver and its version. */
  readonly driver: string;
  /** Vulkan, Metal, D3D12, ... */
  readonly backend: string;
  readonly type: 'discrete' | 'integrated' | 'cpu' | 'unknown';
  /** Bytes of the largest memory heap that is local to the device; null where the driver does not say. */
  readonly memoryBytes: number | null;
}

/** The limits that were asked for and granted: all that the adapter has. */
export interface GpuLimits {
  readonly maxBufferBytes: number;
  /** Bytes of one buffer that a kernel can see. */
  readonly maxBindingBytes: number;
  readonly maxStorageBuffers: number;
  readonly maxWorkgroupBytes: number;
  readonly maxWorkgroupInvocations: number;
  /** Workgroups in each dimension of a dispatch. */
  readonly maxWorkgroups: number;
}

/** Memory on the device. Its contents are zero until written. */
export interface GpuBuffer {
  readonly bytes: number;
  /** Gives the memory back. Idempotent. What was submitted before still runs. */
  destroy(): void;
}

/** A compiled compute program. */
export interface GpuKernel {
  readonly name: string;
}

export interface KernelSource {
  readonly name: string;
  /**
   * WGSL with the entry point `main`. `@group(0) @binding(0)` is `var<uniform>`, the parameters of a
   * dispatch; bindings 1, 2, ... are its buffers.
   */
  readonly wgsl: string;
  /** Access to each buffer, in the order of its binding. */
  readonly buffers: readonly ('read' | 'read-write')[];
}

/** Most bytes of parameters that a dispatch can have. */
export const MAX_PARAMETER_BYTES = 256;

/** One run of a kernel over a grid of workgroups. */
export interface Dispatch {
  readonly kernel: GpuKernel;
  readonly buffers: readonly GpuBuffer[];
  /** At most MAX_PARAMETER_BYTES. */
  readonly parameters: Uint32Array;
  readonly groups: readonly [x: number, y: number, z: number];
  /** Floating-point operations of the whole grid: what progress, the watchdog's limit and the counters go by. */
  readonly flops: number;
}

export interface GpuLoss {
  readonly reason: string;
}

/**
 * A device that runs compute kernels. Commands run in the order in which they were given. Every method
 * but `destroy` throws (or rejects with) a GpuError `lost` once the device is lost; none blocks the event
 * loop while the device works.
 */
export interface GpuDevice {
  readonly adapter: GpuAdapter;
  readonly limits: GpuLimits;
  /** Resolves when the device is lost; never rejects. */
  readonly lost: Promise<GpuLoss>;
  /** @throws GpuError `out-of-memory` where the device has not so much, `too-large` above its limits. */
  createBuffer(bytes: number): Promise<GpuBuffer>;
  /** Compiles a kernel; a text that was compiled before costs nothing. @throws GpuError `invalid` with the compiler's message. */
  createKernel(source: KernelSource): Promise<GpuKernel>;
  /** Copies `data` into the buffer from byte `offset` on; both multiples of 4. The caller may reuse `data` at once. */
  write(buffer: GpuBuffer, offset: number, data: Float32Array | Uint32Array): void;
  /** Queues the dispatches as one piece of work; a driver's watchdog looks at such a piece. */
  submit(dispatches: readonly Dispatch[]): void;
  /** Resolves when all that was submitted so far has run. @throws GpuError `invalid` where a command was refused. */
  finished(): Promise<void>;
  /** Copies `count` float32s from byte `offset` on, after all that was submitted before, into memory of JavaScript's own. */
  read(buffer: GpuBuffer, offset: number, count: number): Promise<Float32Array>;
  /** Ends the device; idempotent. `lost` resolves. */
  destroy(): void;
}
