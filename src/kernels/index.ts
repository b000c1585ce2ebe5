/*
 * The numeric kernels of the solver, with 128-bit SIMD: float64, but for a gemm in float32 as well. All arguments that name arrays
 * are byte addresses in the imported memory; the caller owns its layout, and nothing here allocates.
 */
export { gemm, gemmFloat32, gemmScratchBytes } from './gemm';
export { updateAndMultiply } from './updateAndMultiply';
export { fuses } from './fusion';
export { panelQR, stackedPanelQR, triangularFactor } from './panelQR';
export {
  copyBlock,
  copyBlockFloat32,
  narrowBlock,
  scaleBlock,
  subtractBlock,
  transposeBlock,
  transposeBlockFloat32,
  widenBlock,
} from './blocks';
export { panelTimesSlabsTurned, updateSlabsAndMultiply } from './slabProducts';
export { columnsOfSlabs, rowsOfSlabs, slabHeight, slabsFromRows } from './slabs';
export { mixColumns, mixRows } from './mixing';
export { directBidiagonal, directBidiagonalScratch } from './directBidiagonal';
export { chaseBulges, readBidiagonal } from './bulgeChase';
export { searchValues, startValueSearch, valueSearchSize } from './valueSearch';
