/**
 * What multiplies matrices: the kernels' plain build, the one with fused multiply-add, and ONNX Runtime
 * beside either. A name fixes every bit of the figures.
 */
export const BACKENDS = ['wasm', 'wasm-fma', 'ort', 'ort-fma'] as const;
export type BackendName = (typeof BACKENDS)[number];
export type BackendChoice = 'auto' | BackendName;
