import { describe, expect, it } from 'vitest';

const load = (name: string): Promise<unknown> =>
  import(new URL(`../../../scripts/${name}.mjs`, import.meta.url).href);

const { nativePackages, PLATFORMS } = (await load('nativePackages')) as {
  readonly PLATFORMS: Readonly<Record<string, unknown>>;
  readonly nativePackages: (
    platform: string,
  ) => readonly { readonly name: string; readonly files: readonly string[] }[];
};
const { checkPlatform, nativeFiles } = (await load('nativeFiles')) as {
  readonly nativeFiles: (platform: string) => ReadonlyMap<string, Buffer>;
  readonly checkPlatform: (files: ReadonlyMap<string, Buffer>, platform: string) => void;
};
const { binaryPlatform } = (await load('binaryPlatform')) as {
  readonly binaryPlatform: (bytes: Buffer) => string | undefined;
};
const { nativeNotices } = (await load('nativeNotices')) as {
  readonly nativeNotices: (
    manifests: readonly { readonly name: string; readonly version: string }[],
  ) => string;
};

const isBinary = (file: string): boolean => /\.(node|so(\.\d+)?|dylib|dll)$/.test(file);

/** The binaries that a platform's extension asks for, as `package: file`. */
function binaries(platform: string): string[] {
  return nativePackages(platform).flatMap(({ name, files }) =>
    files.filter(isBinary).map((file) => `${name}: ${file}`),
  );
}

describe('the native files of a platform', () => {
  it.each([
    [
      'linux-x64',
      [
        'onnxruntime-node: bin/napi-v6/linux/x64/libonnxruntime.so.1',
        'onnxruntime-node: bin/napi-v6/linux/x64/onnxruntime_binding.node',
        '@koromix/koffi-linux-x64: linux_x64/koffi.node',
        'bun-webgpu-linux-x64: libwebgpu_wrapper.so',
      ],
    ],
    [
      'linux-arm64',
      [
        'onnxruntime-node: bin/napi-v6/linux/arm64/libonnxruntime.so.1',
        'onnxruntime-node: bin/napi-v6/linux/arm64/onnxruntime_binding.node',
      ],
    ],
    [
      'darwin-arm64',
      [
        'onnxruntime-node: bin/napi-v6/darwin/arm64/libonnxruntime.1.dylib',
        'onnxruntime-node: bin/napi-v6/darwin/arm64/onnxruntime_binding.node',
        '@koromix/koffi-darwin-arm64: darwin_arm64/koffi.node',
        'bun-webgpu-darwin-arm64: libwebgpu_wrapper.dylib',
      ],
    ],
    [
      'win32-x64',
      [
        'onnxruntime-node: bin/napi-v6/win32/x64/onnxruntime.dll',
        'onnxruntime-node: bin/napi-v6/win32/x64/onnxruntime_binding.node',
        '@koromix/koffi-win32-x64: win32_x64/koffi.node',
        'bun-webgpu-win32-x64: webgpu_wrapper.dll',
      ],
    ],
  ])('%s are these and no others', (platform, expected) => {
    expect(binaries(platform)).toEqual(expected);
  });

  it('are listed for four platforms, and refused for any other by name', () => {
    expect(Object.keys(PLATFORMS)).toHaveLength(4);
    expect(() => nativePackages('darwin-x64')).toThrow(
      "There is no extension for the platform 'darwin-x64'; there is linux-x64, linux-arm64, darwin-arm64, win32-x64.",
    );
  });

  it('come from the installed packages, whole, with their licences, each made for that platform', () => {
    const files = nativeFiles('linux-arm64');
    const names = [...files.keys()];
    expect(names.filter(isBinary)).toHaveLength(binaries('linux-arm64').length);
    for (const file of names) expect(file).toMatch(/^dist\/native\/(NOTICES\.txt$|node_modules\/)/);
    for (const file of names.filter(isBinary))
      expect(binaryPlatform(files.get(file)!)).toBe('linux-arm64');
    const notices = files.get('dist/native/NOTICES.txt')!.toString();
    expect(notices).toMatch(/^onnxruntime-node 1\.\d+\.\d+ \(MIT\)$/m);
    expect(notices).toContain('Copyright (c) Microsoft Corporation');
  });

  it('are refused where one is made for another platform', () => {
    const files = new Map([
      ['a/library.so', elf(0x3e)],
      ['b/library.so', elf(0xb7)],
      ['c/index.js', Buffer.from("'use strict';")],
    ]);
    expect(() => checkPlatform(files, 'linux-x64')).toThrow(
      'Not for linux-x64: b/library.so (linux-arm64).',
    );
    expect(() => checkPlatform(files, 'win32-x64')).toThrow(/a\/library\.so .*b\/library\.so/);
  });

  it('are not packed without a licence that is known', () => {
    expect(() => nativeNotices([{ name: 'someone', version: '1.0.0' }])).toThrow(
      'does not know whose someone is',
    );
  });
});

function header(magic: readonly number[], at: number, machine: readonly number[]): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.set(magic, 0);
  bytes.set(machine, at);
  return bytes;
}

function elf(machine: number): Buffer {
  return header([0x7f, 0x45, 0x4c, 0x46], 18, [machine, 0]);
}

function pe(machine: readonly number[]): Buffer {
  const bytes = header([0x4d, 0x5a], 60, [128, 0, 0, 0]);
  bytes.write('PE\0\0', 128, 'latin1');
  bytes.set(machine, 132);
  return bytes;
}

const machO = (processor: number): Buffer =>
  header([0xcf, 0xfa, 0xed, 0xfe], 4, [processor, 0, 0, 1]);

describe('the platform of a binary', () => {
  it.each([
    ['an ELF file for x86-64', elf(0x3e), 'linux-x64'],
    ['an ELF file for arm64', elf(0xb7), 'linux-arm64'],
    ['an ELF file for another processor', elf(0x28), 'linux-unknown'],
    ['a Mach-O file for arm64', machO(12), 'darwin-arm64'],
    ['a Mach-O file for x86-64', machO(7), 'darwin-x64'],
    ['a Mach-O file for several', header([0xca, 0xfe, 0xba, 0xbe], 4, []), 'darwin-unknown'],
    ['a PE file for x86-64', pe([0x64, 0x86]), 'win32-x64'],
    ['a PE file for arm64', pe([0x64, 0xaa]), 'win32-arm64'],
    ['a PE file whose header lies outside', header([0x4d, 0x5a], 60, [0, 0, 1, 0]), undefined],
    ['WebAssembly', header([0, 0x61, 0x73, 0x6d], 4, [1]), undefined],
    ['a few bytes', Buffer.from('MZ'), undefined],
  ])('%s', (_, bytes, expected) => {
    expect(binaryPlatform(bytes)).toBe(expected);
  });
});
