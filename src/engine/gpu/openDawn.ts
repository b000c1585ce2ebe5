import type { GpuAdapter, GpuLimits } from '../../core/linalg/gpu/gpuDevice.ts';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import { DawnDevice } from './dawnDevice.ts';
import { DawnEvents } from './dawnEvents.ts';
import { type DawnFiles, type DawnLibrary, loadDawn, type Pointer } from './dawnLibrary.ts';
import type { LimitName } from './dawnSignatures.ts';

const SUCCESS = 1;
const NO_TEXT = { data: null, length: 0 };
const CORE_FEATURES = 2;
const POWER: Readonly<Record<AdapterPreference, number>> = { fast: 2, frugal: 1, software: 0 };

/** WGPUSType_AdapterPropertiesMemoryHeaps: a chained struct that the adapter's description fills in. */
const MEMORY_HEAPS = 327699;
const DEVICE_LOCAL = 1n;

const BACKENDS = ['', 'null', 'WebGPU', 'D3D11', 'D3D12', 'Metal', 'Vulkan', 'OpenGL', 'OpenGL ES'];
/** Does nothing, and is offered where there is no other. */
const NULL_BACKEND = 1;
const NO_ADAPTER =
  'This machine has no GPU that WebGPU can use. Install or update the graphics driver.';

/** The one way to a GPU on Linux: where it is absent, Dawn says so on standard error, whoever asks. */
const VULKAN_LOADER = 'libvulkan.so.1';
const TYPES = ['unknown', 'discrete', 'integrated', 'cpu'] as const;

/** Which of a machine's adapters is meant: that for heavy work, that for little power, that of the CPU. */
export type AdapterPreference = 'fast' | 'frugal' | 'software';

/** A software adapter that the host has is not looked for unless the machine offers no other. */
export interface OpenOptions extends DawnFiles {
  /** Vulkan, D3D12, Metal: null for the platform's own. */
  readonly backend?: string;
  /** `fast` where absent. */
  readonly preference?: AdapterPreference;
}

/**
 * Opens the machine's adapter for heavy work, with all the limits that it has. Whether it is any good is
 * not looked at here.
 *
 * @throws GpuError `unavailable` where there is no library, no adapter, or none that opens.
 */
export async function openDawn(options: OpenOptions): Promise<DawnDevice> {
  const dawn = loadDawn(options);
  requireLoader(dawn);
  const { call } = dawn;
  const instance = call.wgpuCreateInstance(null) as Pointer | null;
  if (instance === null) {
    throw new GpuError('unavailable', 'The WebGPU library does not start on this machine.');
  }
  const events = new DawnEvents(dawn, instance);
  let adapter: Pointer | null = null;
  const close = (): void => {
    if (adapter !== null) call.wgpuAdapterRelease(adapter);
    // Its last act is to call back what was still awaited.
    call.wgpuInstanceRelease(instance);
    events.close();
  };
  try {
    const { status, object, message } = await events.request('adapter', (info) =>
      call.wgpuInstanceRequestAdapter(
        instance,
        {
          next: null,
          featureLevel: CORE_FEATURES,
          powerPreference: POWER[options.preference ?? 'fast'],
          forceFallback: Number(options.preference === 'software'),
          backend: Math.max(0, BACKENDS.indexOf(options.backend ?? '')),
          surface: null,
        },
        info,
      ),
    );
    if (status !== SUCCESS || object === null) {
      throw new GpuError(
        'unavailable',
        message ? `${NO_ADAPTER} WebGPU says: ${message}` : NO_ADAPTER,
      );
    }
    adapter = object;
    return openDevice(dawn, events, adapter, close);
  } catch (error) {
    close();
    throw error;
  }
}

function requireLoader({ koffi }: DawnLibrary): void {
  if (process.platform !== 'linux') return;
  try {
    koffi.load(VULKAN_LOADER);
  } catch (cause) {
    throw new GpuError('unavailable', `${NO_ADAPTER} It has no Vulkan loader (${VULKAN_LOADER}).`, {
      cause,
    });
  }
}

function openDevice(
  dawn: DawnLibrary,
  events: DawnEvents,
  adapter: Pointer,
  close: () => void,
): DawnDevice {
  const rawLimits = new Uint8Array(dawn.limitsBytes);
  if (dawn.call.wgpuAdapterGetLimits(adapter, rawLimits) !== SUCCESS) {
    throw new GpuError('unavailable', 'The GPU driver does not tell its limits.');
  }
  const { lost, error } = events.deviceCallbacks;
  const device = dawn.call.wgpuAdapterCreateDevice(adapter, {
    next: null,
    label: NO_TEXT,
    featureCount: 0,
    features: null,
    limits: rawLimits,
    queue: { next: null, label: NO_TEXT },
    lost,
    error,
  }) as Pointer | null;
  const description = describeAdapter(dawn, events, adapter);
  if (description.backend === BACKENDS[NULL_BACKEND]) {
    throw new GpuError('unavailable', NO_ADAPTER);
  }
  if (device === null) {
    throw new GpuError('unavailable', `The GPU ${description.name} does not open.`);
  }
  return new DawnDevice({
    dawn,
    events,
    device,
    adapter: description,
    limits: limitsOf(dawn, rawLimits),
    close,
  });
}

function limitsOf(dawn: DawnLibrary, raw: Uint8Array): GpuLimits {
  const view = new DataView(raw.buffer);
  const limit = (name: LimitName): number => {
    const { offset, bytes } = dawn.limitsLayout[name];
    return bytes === 4 ? view.getUint32(offset, true) : Number(view.getBigUint64(offset, true));
  };
  return {
    maxBufferBytes: limit('maxBufferSize'),
    maxBindingBytes: limit('maxStorageBufferBindingSize'),
    maxStorageBuffers: limit('maxStorageBuffersPerShaderStage'),
    maxWorkgroupBytes: limit('maxComputeWorkgroupStorageSize'),
    maxWorkgroupInvocations: limit('maxComputeInvocationsPerWorkgroup'),
    maxWorkgroups: limit('maxComputeWorkgroupsPerDimension'),
  };
}

interface RawAdapterInfo {
  readonly vendor: RawText;
  readonly architecture: RawText;
  readonly device: RawText;
  readonly description: RawText;
  readonly backend: number;
  readonly type: number;
}

interface RawText {
  readonly data: Pointer | null;
  readonly length: number;
}

function describeAdapter(dawn: DawnLibrary, events: DawnEvents, adapter: Pointer): GpuAdapter {
  const { koffi, call } = dawn;
  const info = new Uint8Array(koffi.sizeof('GpuAdapterInfo'));
  // The chained struct: next, type, count and address of the heaps.
  const heaps = new Uint8Array(32);
  const heapsView = new DataView(heaps.buffer);
  heapsView.setUint32(8, MEMORY_HEAPS, true);
  new DataView(info.buffer).setBigUint64(0, koffi.address(heaps), true);
  const told = call.wgpuAdapterGetInfo(adapter, info) === SUCCESS;
  if (!told) {
    info.fill(0);
    call.wgpuAdapterGetInfo(adapter, info);
  }
  const raw = koffi.decode(koffi.address(info), 'GpuAdapterInfo') as RawAdapterInfo;
  return {
    name: events.text(raw.device) || 'unnamed GPU',
    vendor: events.text(raw.vendor),
    architecture: events.text(raw.architecture),
    driver: events.text(raw.description),
    backend: BACKENDS[raw.backend] ?? '',
    type: TYPES[raw.type] ?? 'unknown',
    memoryBytes: told ? largestLocalHeap(dawn, heapsView) : null,
  };
}

function largestLocalHeap({ koffi }: DawnLibrary, heaps: DataView): number | null {
  const count = Number(heaps.getBigUint64(16, true));
  const address = heaps.getBigUint64(24, true);
  if (count === 0 || address === 0n) return null;
  const values = koffi.decode(address, 'uint64', 2 * count) as BigUint64Array;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    if (values[2 * i]! & DEVICE_LOCAL) largest = Math.max(largest, Number(values[2 * i + 1]!));
  }
  return largest || null;
}
