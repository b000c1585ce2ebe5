import type { GpuAdapter, GpuKernel, KernelSource } from '../../core/linalg/gpu/gpuDevice.ts';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import type { DawnEvents } from './dawnEvents.ts';
import type { DawnLibrary, Pointer } from './dawnLibrary.ts';

const NO_TEXT = { data: null, length: 0 };
const SUCCESS = 1;
const NO_ERROR = 1;
const VALIDATION = 1;
const WGSL_SOURCE = 2;
const COMPUTE_STAGE = 4;
const BINDING = { uniform: 2, readWrite: 3, read: 4 };

export interface DawnKernel extends GpuKernel {
  readonly pipeline: Pointer;
  readonly layout: Pointer;
}

interface KernelMaker {
  readonly dawn: DawnLibrary;
  readonly events: DawnEvents;
  readonly device: Pointer;
  readonly adapter: GpuAdapter;
}

/**
 * Compiles a kernel off this thread. `untilLost` rejects a reply that will never come.
 *
 * @throws GpuError `invalid` with the compiler's message.
 */
export async function compileKernel(
  { dawn, events, device, adapter }: KernelMaker,
  { name, wgsl, buffers }: KernelSource,
  untilLost: <T>(reply: Promise<T>) => Promise<T>,
): Promise<DawnKernel> {
  const { call } = dawn;
  call.wgpuDevicePushErrorScope(device, VALIDATION);
  const source = { next: null, type: WGSL_SOURCE, code: sourceText(wgsl) };
  const module = call.wgpuDeviceCreateShaderModule(device, {
    next: source,
    label: NO_TEXT,
  }) as Pointer;
  const layout = createLayout(dawn, device, buffers);
  const pipelineLayout = call.wgpuDeviceCreatePipelineLayout(device, {
    next: null,
    label: NO_TEXT,
    count: 1,
    layouts: [layout],
    immediateBytes: 0,
  }) as Pointer;
  const scope = events.request('scope', (info) => call.wgpuDevicePopErrorScope(device, info));
  const compute = {
    next: null,
    module,
    entry: sourceText('main'),
    constantCount: 0,
    constants: null,
  };
  const descriptor = { next: null, label: NO_TEXT, layout: pipelineLayout, compute };
  const made = events.request('pipeline', (info) =>
    call.wgpuDeviceCreateComputePipelineAsync(device, descriptor, info),
  );
  const [refused, { status, object, message }] = await Promise.all([
    untilLost(scope),
    untilLost(made),
  ]);
  call.wgpuShaderModuleRelease(module);
  call.wgpuPipelineLayoutRelease(pipelineLayout);
  if (refused.type > NO_ERROR || status !== SUCCESS || !object) {
    throw new GpuError(
      'invalid',
      `${adapter.name} refused the kernel ${name}: ${refused.message || message}`,
    );
  }
  return { name, pipeline: object, layout };
}

function createLayout(
  dawn: DawnLibrary,
  device: Pointer,
  buffers: KernelSource['buffers'],
): Pointer {
  const entry = (binding: number, type: number): object => ({
    next: null,
    binding,
    visibility: COMPUTE_STAGE,
    arraySize: 0,
    buffer: { next: null, type, dynamic: binding === 0 ? 1 : 0, minBytes: 0 },
    sampler: { next: null, type: 0 },
    texture: { next: null, type: 0, dimension: 0, multi: 0 },
    storageTexture: { next: null, access: 0, format: 0, dimension: 0 },
  });
  const entries = [
    entry(0, BINDING.uniform),
    ...buffers.map((access, i) =>
      entry(i + 1, access === 'read' ? BINDING.read : BINDING.readWrite),
    ),
  ];
  return dawn.call.wgpuDeviceCreateBindGroupLayout(device, {
    next: null,
    label: NO_TEXT,
    count: entries.length,
    entries,
  }) as Pointer;
}

function sourceText(text: string): { readonly data: string; readonly length: number } {
  return { data: text, length: Buffer.byteLength(text) };
}
