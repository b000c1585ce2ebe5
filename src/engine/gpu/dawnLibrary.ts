import { createRequire } from 'node:module';
import * as path from 'node:path';
import type * as Koffi from 'koffi';
import { GpuError } from '../../core/linalg/gpu/gpuError.ts';
import { nativeParts } from '../nativeParts.ts';
import {
  CALLBACKS,
  CHAIN,
  type DawnCallback,
  type DawnFunction,
  FUNCTIONS,
  LIMIT_MEMBERS,
  type LimitName,
  STRUCTS,
} from './dawnSignatures.ts';

/** An address in native memory; koffi hands pointers over as these. */
export type Pointer = bigint;

/** A string of the library, by value: address and bytes. */
export interface StringView {
  readonly data: Pointer | string | null;
  readonly length: number | bigint;
}

type Native = (...args: unknown[]) => unknown;

/** Dawn's C interface, ready to be called. */
export interface DawnLibrary {
  readonly koffi: typeof Koffi;
  /** Calls a function of the library. */
  readonly call: Readonly<Record<DawnFunction, Native>>;
  readonly callbacks: Readonly<Record<DawnCallback, Koffi.TypeObject>>;
  readonly limitsLayout: Readonly<Record<LimitName, { offset: number; bytes: 4 | 8 }>>;
  readonly limitsBytes: number;
}

/** Where the library lies and what it needs first. */
export interface DawnFiles {
  /** Folder in and above which `koffi` and the library's package are looked for. */
  readonly from: string;
  /**
   * Libraries to load before, such as a Vulkan loader outside the system's search path. Dawn finds what is
   * already loaded by its name.
   */
  readonly preload?: readonly string[];
}

const LIBRARY_NAMES: Readonly<Record<string, string>> = {
  linux: 'libwebgpu_wrapper.so',
  darwin: 'libwebgpu_wrapper.dylib',
  win32: 'webgpu_wrapper.dll',
};

let loaded: DawnLibrary | undefined;

/**
 * Loads koffi and Dawn, once for the process; neither is touched before.
 *
 * @throws GpuError `unavailable` where a package is absent or does not load, with the reason.
 */
export function loadDawn({ from, preload = [] }: DawnFiles): DawnLibrary {
  if (loaded) return loaded;
  const platform = `${process.platform}-${process.arch}`;
  const require = createRequire(nativeParts(from));
  let koffi: typeof Koffi;
  let library: string;
  try {
    koffi = require('koffi') as typeof Koffi;
  } catch (cause) {
    throw new GpuError(
      'unavailable',
      'This installation has no native part for the GPU (the package koffi does not load here), so everything is computed on the CPU.',
      { cause },
    );
  }
  try {
    const folder = path.dirname(require.resolve(`bun-webgpu-${platform}/package.json`));
    library = path.join(folder, LIBRARY_NAMES[process.platform] ?? '');
  } catch (cause) {
    throw new GpuError(
      'unavailable',
      `This installation has no WebGPU library for ${platform} (the package bun-webgpu-${platform}), so everything is computed on the CPU.`,
      { cause },
    );
  }
  try {
    for (const file of preload) koffi.load(file);
    loaded = bind(koffi, koffi.load(library));
    return loaded;
  } catch (cause) {
    throw new GpuError(
      'unavailable',
      `The WebGPU library ${library} does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

function bind(koffi: typeof Koffi, library: Koffi.LibraryHandle): DawnLibrary {
  for (const [name, members] of STRUCTS) koffi.struct(name, members);
  const limits = koffi.struct('GpuLimits', {
    next: CHAIN,
    ...Object.fromEntries(
      LIMIT_MEMBERS.map((member) => [bare(member), member.endsWith(':8') ? 'uint64' : 'uint32']),
    ),
  });
  const call = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [result, ...args]]) => [
      name,
      library.func(name, result, [...args]) as Native,
    ]),
  ) as Record<DawnFunction, Native>;
  const callbacks = Object.fromEntries(
    Object.entries(CALLBACKS).map(([name, args]) => [
      name,
      koffi.pointer(koffi.proto(`GpuCallback_${name}`, 'void', [...args])),
    ]),
  ) as Record<DawnCallback, Koffi.TypeObject>;
  const limitsLayout = Object.fromEntries(
    LIMIT_MEMBERS.map((member) => [
      bare(member),
      { offset: koffi.offsetof(limits, bare(member)), bytes: member.endsWith(':8') ? 8 : 4 },
    ]),
  ) as DawnLibrary['limitsLayout'];
  return { koffi, call, callbacks, limitsLayout, limitsBytes: koffi.sizeof(limits) };
}

function bare(member: string): LimitName {
  return member.replace(':8', '') as LimitName;
}
