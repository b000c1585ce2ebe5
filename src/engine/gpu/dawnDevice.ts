import type {
  Dispatch,
  GpuAdapter,
  GpuBuffer,
  GpuDevice,
  GpuKernel,
  GpuLimits,
  GpuLoss,
  KernelSource,
} from '../../core/linalg/gpu/gpuDevice.ts';
import { MAX_PARAMETER_BYTES } from '../../core/linalg/gpu/gpuDevice.ts';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import type { DawnEvents } from './dawnEvents.ts';
import { type DawnBuffer, DawnGroups } from './dawnGroups.ts';
import { compileKernel, type DawnKernel } from './dawnKernel.ts';
import type { DawnLibrary, Pointer } from './dawnLibrary.ts';

const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 };
const SUCCESS = 1;
const ERROR_TYPE = { none: 1, outOfMemory: 3 };
const FILTER = { validation: 1, outOfMemory: 2 };
const NO_TEXT = { data: null, length: 0 };

/** Dispatches whose parameters fit the parameter buffer, and so into one submission. */
const MAX_DISPATCHES = 1024;

/** Bytes written or read at once, between which the event loop gets its turn. */
const TRANSFER_BYTES = 64 * 2 ** 20;

/** What an opened device of Dawn consists of. */
export interface DawnParts {
  readonly dawn: DawnLibrary;
  readonly events: DawnEvents;
  readonly device: Pointer;
  readonly adapter: GpuAdapter;
  readonly limits: GpuLimits;
  /** Ends what was opened around the device. */
  readonly close: () => void;
}

/**
 * The GpuDevice on Dawn's C library by koffi. Results are copied into memory of JavaScript's own by
 * wgpuBufferReadMappedRange, and no ArrayBuffer is ever laid over native memory: hosts with a V8 sandbox
 * (Electron) refuse those.
 */
export class DawnDevice implements GpuDevice {
  readonly adapter: GpuAdapter;
  readonly limits: GpuLimits;
  readonly lost: Promise<GpuLoss>;
  readonly #parts: DawnParts;
  readonly #queue: Pointer;
  readonly #buffers = new Set<DawnBuffer>();
  readonly #kernels: DawnKernel[] = [];
  readonly #compiled = new Map<string, Promise<DawnKernel>>();
  readonly #groups: DawnGroups;
  #parameters: DawnBuffer | undefined;
  #nextId = 1;
  #loss: GpuLoss | undefined;
  #tellLoss: (loss: GpuLoss) => void = () => undefined;
  /** The first refusal that no scope caught, until somebody waits for the work. */
  #refusal: string | undefined;
  #closed = false;

  constructor(parts: DawnParts) {
    this.#parts = parts;
    this.adapter = parts.adapter;
    this.limits = parts.limits;
    this.#groups = new DawnGroups(parts.dawn, parts.device);
    this.lost = new Promise((resolve) => {
      this.#tellLoss = resolve;
    });
    this.#queue = this.#call('wgpuDeviceGetQueue', parts.device) as Pointer;
    parts.events.onDevice = ({ kind, message }) => {
      if (kind === 'error') this.#refusal ??= message;
      else this.#lose(message);
    };
  }

  async createBuffer(bytes: number): Promise<GpuBuffer> {
    this.#requireAlive();
    if (bytes > this.limits.maxBufferBytes) {
      throw new GpuError(
        'too-large',
        `A buffer of ${bytes} bytes is above the ${this.limits.maxBufferBytes} bytes that ${this.adapter.name} allows.`,
      );
    }
    return this.#newBuffer(bytes, USAGE.storage | USAGE.copySource | USAGE.copyTarget);
  }

  async createKernel(source: KernelSource): Promise<GpuKernel> {
    this.#requireAlive();
    const known = this.#compiled.get(source.wgsl);
    if (known) return known;
    const compiled = compileKernel(this.#parts, source, (reply) => this.#untilLost(reply));
    this.#compiled.set(source.wgsl, compiled);
    // A refusal is told to whoever waits now; the next one tries again.
    compiled.then(
      (kernel) => this.#kernels.push(kernel),
      () => this.#compiled.delete(source.wgsl),
    );
    return compiled;
  }

  write(buffer: GpuBuffer, offset: number, data: Float32Array | Uint32Array): void {
    this.#requireAlive();
    const pointer = this.#pointerOf(buffer);
    const step = TRANSFER_BYTES / 4;
    for (let at = 0; at < data.length; at += step) {
      const part = data.subarray(at, at + step);
      this.#call(
        'wgpuQueueWriteBuffer',
        this.#queue,
        pointer,
        offset + 4 * at,
        part,
        part.byteLength,
      );
    }
  }

  submit(dispatches: readonly Dispatch[]): void {
    this.#requireAlive();
    for (let at = 0; at < dispatches.length; at += MAX_DISPATCHES) {
      this.#submitPart(dispatches.slice(at, at + MAX_DISPATCHES));
    }
  }

  async finished(): Promise<void> {
    this.#requireAlive();
    const { status } = await this.#untilLost(
      this.#parts.events.request('workDone', (info) =>
        this.#call('wgpuQueueOnSubmittedWorkDone', this.#queue, info),
      ),
    );
    this.#requireAlive();
    this.#requireAccepted();
    if (status !== SUCCESS) {
      throw new GpuError('invalid', `${this.adapter.name} did not finish its work.`);
    }
  }

  async read(buffer: GpuBuffer, offset: number, count: number): Promise<Float32Array> {
    this.#requireAlive();
    const result = new Float32Array(count);
    const bytes = 4 * count;
    const staging = await this.#newBuffer(bytes, USAGE.mapRead | USAGE.copyTarget);
    try {
      const target = this.#pointerOf(staging);
      const encoder = this.#newEncoder();
      this.#call(
        'wgpuCommandEncoderCopyBufferToBuffer',
        encoder,
        this.#pointerOf(buffer),
        offset,
        target,
        0,
        bytes,
      );
      this.#finishAndSubmit(encoder);
      const { status, message } = await this.#untilLost(
        this.#parts.events.request('mapped', (info) =>
          this.#call('wgpuBufferMapAsync', target, USAGE.mapRead, 0, bytes, info),
        ),
      );
      this.#requireAlive();
      this.#requireAccepted();
      if (
        status !== SUCCESS ||
        this.#call('wgpuBufferReadMappedRange', target, 0, result, bytes) !== SUCCESS
      ) {
        throw new GpuError('invalid', `${this.adapter.name} did not give its result: ${message}`);
      }
      return result;
    } finally {
      staging.destroy();
    }
  }

  destroy(): void {
    if (this.#closed) return;
    this.#lose('The device was closed.');
    this.#closed = true;
    this.#groups.clear();
    for (const buffer of [...this.#buffers]) buffer.destroy();
    for (const { pipeline, layout } of this.#kernels) {
      this.#call('wgpuComputePipelineRelease', pipeline);
      this.#call('wgpuBindGroupLayoutRelease', layout);
    }
    this.#call('wgpuQueueRelease', this.#queue);
    this.#call('wgpuDeviceDestroy', this.#parts.device);
    this.#call('wgpuDeviceRelease', this.#parts.device);
    this.#parts.close();
  }

  /** Makes the driver lose the device, as a reset would: for tests of what happens then. */
  forceLoss(): void {
    const unknownReason = 1;
    this.#call('wgpuDeviceForceLoss', this.#parts.device, unknownReason, NO_TEXT);
    this.#parts.events.process();
  }

  #call(name: keyof DawnLibrary['call'], ...args: unknown[]): unknown {
    return this.#parts.dawn.call[name](...args);
  }

  #lose(reason: string): void {
    if (this.#loss) return;
    this.#loss = { reason };
    this.#tellLoss(this.#loss);
  }

  #requireAlive(): void {
    if (this.#loss) {
      throw new GpuError('lost', `${this.adapter.name} was lost: ${this.#loss.reason}`);
    }
  }

  #requireAccepted(): void {
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    this.#refusal = undefined;
    throw new GpuError('invalid', `${this.adapter.name} refused a command: ${refusal}`);
  }

  /** The reply, or GpuError `lost` where the device goes before it comes. */
  async #untilLost<T>(reply: Promise<T>): Promise<T> {
    const first = await Promise.race([reply, this.lost.then(() => undefined)]);
    if (first === undefined) this.#requireAlive();
    return first as T;
  }

  /** @throws GpuError `invalid` where the buffer was given back. */
  #alive(buffer: GpuBuffer): DawnBuffer {
    const dawnBuffer = buffer as DawnBuffer;
    if (dawnBuffer.pointer === null) {
      throw new GpuError('invalid', 'A buffer of the GPU was used after it was given back.');
    }
    return dawnBuffer;
  }

  #pointerOf(buffer: GpuBuffer): Pointer {
    return this.#alive(buffer).pointer!;
  }

  async #newBuffer(size: number, usage: number): Promise<DawnBuffer> {
    const { device, events } = this.#parts;
    this.#call('wgpuDevicePushErrorScope', device, FILTER.outOfMemory);
    this.#call('wgpuDevicePushErrorScope', device, FILTER.validation);
    const bytes = Math.ceil(Math.max(4, size) / 4) * 4;
    const pointer = this.#call('wgpuDeviceCreateBuffer', device, {
      next: null,
      label: NO_TEXT,
      usage,
      size: bytes,
      mapped: 0,
    }) as Pointer | null;
    const scopes = [1, 2].map(() =>
      events.request('scope', (info) => this.#call('wgpuDevicePopErrorScope', device, info)),
    );
    const replies = await this.#untilLost(Promise.all(scopes));
    const refusal = replies.find(({ type }) => type > ERROR_TYPE.none);
    if (refusal || pointer === null) {
      if (pointer !== null) this.#call('wgpuBufferRelease', pointer);
      const code = refusal?.type === ERROR_TYPE.outOfMemory ? 'out-of-memory' : 'invalid';
      throw new GpuError(
        code,
        `${this.adapter.name} did not give a buffer of ${bytes} bytes: ${refusal?.message ?? ''}`,
      );
    }
    const buffer: DawnBuffer = {
      id: this.#nextId++,
      pointer,
      bytes,
      destroy: () => this.#dropBuffer(buffer),
    };
    this.#buffers.add(buffer);
    return buffer;
  }

  #dropBuffer(buffer: DawnBuffer): void {
    if (buffer.pointer === null) return;
    this.#buffers.delete(buffer);
    this.#groups.forget(buffer);
    this.#call('wgpuBufferDestroy', buffer.pointer);
    this.#call('wgpuBufferRelease', buffer.pointer);
    buffer.pointer = null;
  }

  #submitPart(dispatches: readonly Dispatch[]): void {
    const parameters = this.#parameterBuffer();
    const words = MAX_PARAMETER_BYTES / 4;
    const values = new Uint32Array(dispatches.length * words);
    dispatches.forEach((dispatch, i) => values.set(dispatch.parameters, i * words));
    this.write(parameters, 0, values);
    const encoder = this.#newEncoder();
    const pass = this.#call('wgpuCommandEncoderBeginComputePass', encoder, null) as Pointer;
    const offset = new Uint32Array(1);
    let current: GpuKernel | undefined;
    for (const [i, { kernel, buffers, groups }] of dispatches.entries()) {
      const dawnKernel = kernel as DawnKernel;
      if (kernel !== current) {
        this.#call('wgpuComputePassEncoderSetPipeline', pass, dawnKernel.pipeline);
      }
      current = kernel;
      const group = this.#groups.groupOf(dawnKernel, [
        parameters,
        ...buffers.map((buffer) => this.#alive(buffer)),
      ]);
      offset[0] = i * MAX_PARAMETER_BYTES;
      this.#call('wgpuComputePassEncoderSetBindGroup', pass, 0, group, 1, offset);
      this.#call('wgpuComputePassEncoderDispatchWorkgroups', pass, ...groups);
    }
    this.#call('wgpuComputePassEncoderEnd', pass);
    this.#call('wgpuComputePassEncoderRelease', pass);
    this.#finishAndSubmit(encoder);
  }

  #parameterBuffer(): DawnBuffer {
    if (this.#parameters) return this.#parameters;
    const bytes = MAX_DISPATCHES * MAX_PARAMETER_BYTES;
    const usage = USAGE.uniform | USAGE.copyTarget;
    const descriptor = { next: null, label: NO_TEXT, usage, size: bytes, mapped: 0 };
    const pointer = this.#call('wgpuDeviceCreateBuffer', this.#parts.device, descriptor) as Pointer;
    const buffer: DawnBuffer = {
      id: this.#nextId++,
      pointer,
      bytes,
      destroy: () => this.#dropBuffer(buffer),
    };
    this.#buffers.add(buffer);
    this.#parameters = buffer;
    return buffer;
  }

  #newEncoder(): Pointer {
    return this.#call('wgpuDeviceCreateCommandEncoder', this.#parts.device, null) as Pointer;
  }

  #finishAndSubmit(encoder: Pointer): void {
    const commands = this.#call('wgpuCommandEncoderFinish', encoder, null) as Pointer;
    this.#call('wgpuQueueSubmit', this.#queue, 1, [commands]);
    this.#call('wgpuCommandBufferRelease', commands);
    this.#call('wgpuCommandEncoderRelease', encoder);
  }
}
