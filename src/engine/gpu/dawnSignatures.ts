/**
 * Dawn's C interface as far as it is used here: functions, structs and callbacks as koffi's type names.
 * Structs are laid out as in the Dawn of bun-webgpu-<platform> 0.1.7, which package.json pins exactly.
 */

/** Result, then arguments. */
export const FUNCTIONS = {
  wgpuCreateInstance: ['void *', 'void *'],
  wgpuInstanceRelease: ['void', 'void *'],
  wgpuInstanceProcessEvents: ['void', 'void *'],
  wgpuInstanceRequestAdapter: ['uint64', 'void *', 'GpuAdapterOptions *', 'GpuCallbackInfo'],
  wgpuAdapterGetInfo: ['uint32', 'void *', 'void *'],
  wgpuAdapterGetLimits: ['uint32', 'void *', 'void *'],
  wgpuAdapterCreateDevice: ['void *', 'void *', 'GpuDeviceDescriptor *'],
  wgpuAdapterRelease: ['void', 'void *'],
  wgpuDeviceGetQueue: ['void *', 'void *'],
  wgpuDeviceDestroy: ['void', 'void *'],
  wgpuDeviceRelease: ['void', 'void *'],
  wgpuDeviceForceLoss: ['void', 'void *', 'uint32', 'GpuStringView'],
  wgpuDevicePushErrorScope: ['void', 'void *', 'uint32'],
  wgpuDevicePopErrorScope: ['uint64', 'void *', 'GpuCallbackInfo'],
  wgpuDeviceCreateBuffer: ['void *', 'void *', 'GpuBufferDescriptor *'],
  wgpuDeviceCreateShaderModule: ['void *', 'void *', 'GpuShaderDescriptor *'],
  wgpuDeviceCreateBindGroupLayout: ['void *', 'void *', 'GpuGroupLayoutDescriptor *'],
  wgpuDeviceCreatePipelineLayout: ['void *', 'void *', 'GpuPipelineLayoutDescriptor *'],
  wgpuDeviceCreateComputePipelineAsync: [
    'uint64',
    'void *',
    'GpuPipelineDescriptor *',
    'GpuCallbackInfo',
  ],
  wgpuDeviceCreateBindGroup: ['void *', 'void *', 'GpuGroupDescriptor *'],
  wgpuDeviceCreateCommandEncoder: ['void *', 'void *', 'void *'],
  wgpuCommandEncoderBeginComputePass: ['void *', 'void *', 'void *'],
  wgpuCommandEncoderCopyBufferToBuffer: [
    'void',
    'void *',
    'void *',
    'uint64',
    'void *',
    'uint64',
    'uint64',
  ],
  wgpuCommandEncoderFinish: ['void *', 'void *', 'void *'],
  wgpuCommandEncoderRelease: ['void', 'void *'],
  wgpuCommandBufferRelease: ['void', 'void *'],
  wgpuComputePassEncoderSetPipeline: ['void', 'void *', 'void *'],
  wgpuComputePassEncoderSetBindGroup: [
    'void',
    'void *',
    'uint32',
    'void *',
    'size_t',
    'const uint32 *',
  ],
  wgpuComputePassEncoderDispatchWorkgroups: ['void', 'void *', 'uint32', 'uint32', 'uint32'],
  wgpuComputePassEncoderEnd: ['void', 'void *'],
  wgpuComputePassEncoderRelease: ['void', 'void *'],
  wgpuQueueSubmit: ['void', 'void *', 'size_t', 'void **'],
  wgpuQueueWriteBuffer: ['void', 'void *', 'void *', 'uint64', 'const void *', 'size_t'],
  wgpuQueueOnSubmittedWorkDone: ['uint64', 'void *', 'GpuCallbackInfo'],
  wgpuBufferMapAsync: ['uint64', 'void *', 'uint64', 'size_t', 'size_t', 'GpuCallbackInfo'],
  wgpuBufferReadMappedRange: ['uint32', 'void *', 'size_t', 'void *', 'size_t'],
  wgpuBufferUnmap: ['void', 'void *'],
  wgpuBufferDestroy: ['void', 'void *'],
  wgpuBufferRelease: ['void', 'void *'],
  wgpuBindGroupRelease: ['void', 'void *'],
  wgpuBindGroupLayoutRelease: ['void', 'void *'],
  wgpuPipelineLayoutRelease: ['void', 'void *'],
  wgpuShaderModuleRelease: ['void', 'void *'],
  wgpuComputePipelineRelease: ['void', 'void *'],
  wgpuQueueRelease: ['void', 'void *'],
} as const;

export type DawnFunction = keyof typeof FUNCTIONS;

/** Members of WGPULimits, in its order; those of 8 bytes are marked. */
export const LIMIT_MEMBERS = [
  'maxTextureDimension1D',
  'maxTextureDimension2D',
  'maxTextureDimension3D',
  'maxTextureArrayLayers',
  'maxBindGroups',
  'maxBindGroupsPlusVertexBuffers',
  'maxBindingsPerBindGroup',
  'maxDynamicUniformBuffersPerPipelineLayout',
  'maxDynamicStorageBuffersPerPipelineLayout',
  'maxSampledTexturesPerShaderStage',
  'maxSamplersPerShaderStage',
  'maxStorageBuffersPerShaderStage',
  'maxStorageTexturesPerShaderStage',
  'maxUniformBuffersPerShaderStage',
  'maxUniformBufferBindingSize:8',
  'maxStorageBufferBindingSize:8',
  'minUniformBufferOffsetAlignment',
  'minStorageBufferOffsetAlignment',
  'maxVertexBuffers',
  'maxBufferSize:8',
  'maxVertexAttributes',
  'maxVertexBufferArrayStride',
  'maxInterStageShaderVariables',
  'maxColorAttachments',
  'maxColorAttachmentBytesPerSample',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'maxImmediateSize',
  'maxStorageBuffersInVertexStage',
  'maxStorageTexturesInVertexStage',
  'maxStorageBuffersInFragmentStage',
  'maxStorageTexturesInFragmentStage',
] as const;

type Bare<T extends string> = T extends `${infer Name}:8` ? Name : T;
export type LimitName = Bare<(typeof LIMIT_MEMBERS)[number]>;

/** `nextInChain`. */
export const CHAIN = 'void *';

/** The structs that functions take, each after those it contains. */
export const STRUCTS = [
  // A source text is passed as a JavaScript string, which koffi encodes for the time of the call.
  ['GpuSource', { data: 'const char *', length: 'size_t' }],
  ['GpuStringView', { data: 'void *', length: 'size_t' }],
  [
    'GpuCallbackInfo',
    { next: CHAIN, mode: 'uint32', callback: 'void *', user1: 'uintptr', user2: 'uintptr' },
  ],
  ['GpuErrorCallbackInfo', { next: CHAIN, callback: 'void *', user1: 'uintptr', user2: 'uintptr' }],
  [
    'GpuAdapterOptions',
    {
      next: CHAIN,
      featureLevel: 'uint32',
      powerPreference: 'uint32',
      forceFallback: 'uint32',
      backend: 'uint32',
      surface: 'void *',
    },
  ],
  [
    'GpuAdapterInfo',
    {
      next: CHAIN,
      vendor: 'GpuStringView',
      architecture: 'GpuStringView',
      device: 'GpuStringView',
      description: 'GpuStringView',
      backend: 'uint32',
      type: 'uint32',
      vendorId: 'uint32',
      deviceId: 'uint32',
      subgroupMin: 'uint32',
      subgroupMax: 'uint32',
    },
  ],
  ['GpuQueueDescriptor', { next: CHAIN, label: 'GpuStringView' }],
  [
    'GpuDeviceDescriptor',
    {
      next: CHAIN,
      label: 'GpuStringView',
      featureCount: 'size_t',
      features: 'void *',
      limits: 'void *',
      queue: 'GpuQueueDescriptor',
      lost: 'GpuCallbackInfo',
      error: 'GpuErrorCallbackInfo',
    },
  ],
  [
    'GpuBufferDescriptor',
    { next: CHAIN, label: 'GpuStringView', usage: 'uint64', size: 'uint64', mapped: 'uint32' },
  ],
  ['GpuWgsl', { next: CHAIN, type: 'uint32', code: 'GpuSource' }],
  ['GpuShaderDescriptor', { next: 'GpuWgsl *', label: 'GpuStringView' }],
  ['GpuBufferBinding', { next: CHAIN, type: 'uint32', dynamic: 'uint32', minBytes: 'uint64' }],
  ['GpuSamplerBinding', { next: CHAIN, type: 'uint32' }],
  ['GpuTextureBinding', { next: CHAIN, type: 'uint32', dimension: 'uint32', multi: 'uint32' }],
  ['GpuStorageTexture', { next: CHAIN, access: 'uint32', format: 'uint32', dimension: 'uint32' }],
  [
    'GpuGroupLayoutEntry',
    {
      next: CHAIN,
      binding: 'uint32',
      visibility: 'uint64',
      arraySize: 'uint32',
      buffer: 'GpuBufferBinding',
      sampler: 'GpuSamplerBinding',
      texture: 'GpuTextureBinding',
      storageTexture: 'GpuStorageTexture',
    },
  ],
  [
    'GpuGroupLayoutDescriptor',
    { next: CHAIN, label: 'GpuStringView', count: 'size_t', entries: 'GpuGroupLayoutEntry *' },
  ],
  [
    'GpuPipelineLayoutDescriptor',
    {
      next: CHAIN,
      label: 'GpuStringView',
      count: 'size_t',
      layouts: 'void **',
      immediateBytes: 'uint32',
    },
  ],
  [
    'GpuComputeState',
    {
      next: CHAIN,
      module: 'void *',
      entry: 'GpuSource',
      constantCount: 'size_t',
      constants: 'void *',
    },
  ],
  [
    'GpuPipelineDescriptor',
    { next: CHAIN, label: 'GpuStringView', layout: 'void *', compute: 'GpuComputeState' },
  ],
  [
    'GpuGroupEntry',
    {
      next: CHAIN,
      binding: 'uint32',
      buffer: 'void *',
      offset: 'uint64',
      size: 'uint64',
      sampler: 'void *',
      textureView: 'void *',
    },
  ],
  [
    'GpuGroupDescriptor',
    {
      next: CHAIN,
      label: 'GpuStringView',
      layout: 'void *',
      count: 'size_t',
      entries: 'GpuGroupEntry *',
    },
  ],
] as const;

export const CALLBACKS = {
  adapter: ['uint32', 'void *', 'GpuStringView', 'uintptr', 'uintptr'],
  pipeline: ['uint32', 'void *', 'GpuStringView', 'uintptr', 'uintptr'],
  mapped: ['uint32', 'GpuStringView', 'uintptr', 'uintptr'],
  workDone: ['uint32', 'GpuStringView', 'uintptr', 'uintptr'],
  scope: ['uint32', 'uint32', 'GpuStringView', 'uintptr', 'uintptr'],
  device: ['void *', 'uint32', 'GpuStringView', 'uintptr', 'uintptr'],
} as const;

export type DawnCallback = keyof typeof CALLBACKS;
