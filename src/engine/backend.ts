import * as fs from 'node:fs';
import * as path from 'node:path';
import { canFuse } from '../core/linalg/fusedKernels.ts';
import { letVectorsJoin } from '../core/linalg/joinedVectors.ts';
import type { BackendChoice, BackendName } from './backendName.ts';
import { joinedVectors } from './wideKernels.ts';

export interface Backend {
  readonly name: BackendName;
  /** Why not a faster one; empty where there is none. */
  readonly reason: string;
}

/** The fastest build that this process can run, or the one that was asked for. */
export interface KernelBuild {
  readonly name: 'wasm' | 'wasm-fma' | 'wasm-wide';
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly reason: string;
}

/**
 * @param dist folder of the compiled kernels
 * @param cacheDir where it is remembered what was tried; undefined: joined vectors are not tried
 */
export function kernelBuild(
  dist: string,
  choice: BackendChoice,
  cacheDir: string | undefined,
): KernelBuild {
  const build = (name: KernelBuild['name'], reason: string): KernelBuild => ({
    name,
    wasm: fs.readFileSync(path.join(dist, FILES[name])),
    reason,
  });
  if (choice === 'wasm' || choice === 'ort') return build('wasm', '');
  const fused = build('wasm-fma', '');
  if (!canFuse(fused.wasm))
    return build('wasm', 'this Node or processor has no fused multiply-add for WebAssembly');
  if (choice === 'wasm-fma' || choice === 'ort-fma') return fused;
  const wide = build('wasm-wide', '');
  if (choice === 'auto') {
    if (cacheDir === undefined) return fused;
    const both = Buffer.concat([wide.wasm, fused.wasm]);
    const joined = joinedVectors(dist, both, cacheDir);
    if (!joined.areUsed) return { ...fused, reason: joined.reason };
  }
  // Asked for by name it is used anyhow: with vectors that are not joined it is slower, with the same bits.
  letVectorsJoin();
  return wide;
}

const FILES = {
  wasm: 'kernels.wasm',
  'wasm-fma': 'kernels-fma.wasm',
  'wasm-wide': 'kernels-wide.wasm',
} as const;

export function usesOrt(name: BackendChoice): boolean {
  return name.startsWith('ort');
}

/** The same kernels with ONNX Runtime beside them. */
export function withOrt(name: KernelBuild['name']): BackendName {
  return ({ wasm: 'ort', 'wasm-fma': 'ort-fma', 'wasm-wide': 'ort-wide' } as const)[name];
}
