import * as fs from 'node:fs';
import * as path from 'node:path';
import { canFuse } from '../core/linalg/fusedKernels.ts';
import type { BackendChoice, BackendName } from './backendName.ts';

export interface Backend {
  readonly name: BackendName;
  /** Why not a faster one; empty where there is none. */
  readonly reason: string;
}

/** The faster build that this process can run, or the one that was asked for. */
export interface KernelBuild {
  readonly name: 'wasm' | 'wasm-fma';
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly reason: string;
}

/** @param dist folder of the compiled kernels */
export function kernelBuild(dist: string, choice: BackendChoice): KernelBuild {
  const plain = (reason: string): KernelBuild => ({
    name: 'wasm',
    wasm: fs.readFileSync(path.join(dist, 'kernels.wasm')),
    reason,
  });
  if (choice === 'wasm' || choice === 'ort') return plain('');
  const wasm = fs.readFileSync(path.join(dist, 'kernels-fma.wasm'));
  if (canFuse(wasm)) return { name: 'wasm-fma', wasm, reason: '' };
  return plain('this Node or processor has no fused multiply-add for WebAssembly');
}

export function usesOrt(name: BackendChoice): boolean {
  return name.startsWith('ort');
}
