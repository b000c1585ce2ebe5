/**
 * What multiplies matrices: the kernels' plain build, the one with fused multiply-add, that one laid out for
 * vectors that V8 joins, and ONNX Runtime beside each. A name fixes every bit of the figures.
 */
export const BACKENDS = ['wasm', 'wasm-fma', 'wasm-wide', 'ort', 'ort-fma', 'ort-wide'] as const;
export type BackendName = (typeof BACKENDS)[number];
export type BackendChoice = 'auto' | BackendName;
