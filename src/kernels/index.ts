/*
 * The numeric kernels of the exact solver, float64 with 128-bit SIMD. All arguments that name arrays
 * are byte addresses in the imported memory; the caller owns its layout, and nothing here allocates.
 */
export { gemm, gemmScratchBytes } from './gemm';
export { panelQR, stackedPanelQR, triangularFactor } from './panelQR';
export { copyBlock, subtractBlock, transposeBlock } from './blocks';
export { directBidiagonal, directBidiagonalScratch } from './directBidiagonal';
export { chaseBulges, readBidiagonal } from './bulgeChase';
export { bidiagonalQR, stepsOfLastQR } from './bidiagonalQR';
export { dqds, startDqds } from './dqds';
