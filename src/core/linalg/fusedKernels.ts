import * as v8 from 'node:v8';
import { loadKernels } from './kernels.ts';

/**
 * Whether this process can run the kernels' build that needs relaxed SIMD, and the machine does fuse
 * multiplication and addition. Node has had it since 22; Node 20 has it behind a flag of V8, which is set
 * here, for the whole process and so for worker threads that start later.
 *
 * @param wasm the bytes of kernels-fma.wasm
 */
export function canFuse(wasm: Uint8Array): boolean {
  const bytes = wasm as Uint8Array<ArrayBuffer>;
  if (!WebAssembly.validate(bytes)) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(bytes) && loadKernels(wasm).fuses() === 1;
}
