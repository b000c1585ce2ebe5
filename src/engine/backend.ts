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

/** The fastest build that needs no trial. */
export function untriedBuild(dist: string): KernelBuild {
  const fused = readBuild(dist, 'wasm-fma');
  return canFuse(fused.wasm)
    ? fused
    : readBuild(dist, 'wasm', 'this Node or processor has no fused multiply-add for WebAssembly');
}

/**
 * @param dist folder of the compiled kernels
 * @param cacheDir where it is remembered what was tried; empty: nothing is
 */
export async function kernelBuild(
  dist: string,
  choice: BackendChoice,
  cacheDir: string,
): Promise<KernelBuild> {
  if (choice === 'wasm' || choice === 'ort') return readBuild(dist, 'wasm');
  const untried = untriedBuild(dist);
  if (untried.name === 'wasm' || choice === 'wasm-fma' || choice === 'ort-fma') return untried;
  const wide = readBuild(dist, 'wasm-wide');
  if (choice === 'auto') {
    const both = Buffer.concat([wide.wasm, untried.wasm]);
    const joined = await joinedVectors(dist, both, cacheDir);
    if (!joined.areUsed) return { ...untried, reason: joined.reason };
  }
  // Asked for by name it is used anyhow: with vectors that are not joined it is slower, with the same bits.
  letVectorsJoin();
  return wide;
}

function readBuild(dist: string, name: KernelBuild['name'], reason = ''): KernelBuild {
  return { name, wasm: fs.readFileSync(path.join(dist, FILES[name])), reason };
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
