import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';

/** Which operands are transposed: `TN` is op(A) = A^T, op(B) = B. */
export type Transposition = 'NN' | 'NT' | 'TN' | 'TT';

/** A row-major block in the kernels' memory: byte address and float64s from one row to the next. */
export interface Block {
  readonly address: number;
  readonly stride: number;
}

/**
 * The one operation that carries the solver's work, so that another library can carry it: every operand
 * is a block of the kernels' memory.
 */
export interface Blas3 {
  /** C = alpha op(A) op(B) + beta C with op(A) [m, k], op(B) [k, n], C [m, n]; beta is 0 or 1. */
  gemm(
    transposition: Transposition,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Block,
    b: Block,
    beta: 0 | 1,
    c: Block,
  ): void;
}

/** Float64s of scratch memory that the kernels' gemm needs; equal to `gemmScratchBytes() / 8`. */
export const GEMM_SCRATCH = 256 * 512 + 96 * 256 + 16;

/** The kernels' own gemm. `scratch` is the address of GEMM_SCRATCH float64s. */
export function wasmBlas3(kernels: Kernels, scratch: number): Blas3 {
  return {
    gemm(transposition, m, n, k, alpha, a, b, beta, c) {
      const transA = transposition.startsWith('T') ? 1 : 0;
      const transB = transposition.endsWith('T') ? 1 : 0;
      kernels.gemm(
        transA,
        transB,
        m,
        n,
        k,
        alpha,
        a.address,
        a.stride,
        b.address,
        b.stride,
        beta,
        c.address,
        c.stride,
        scratch,
      );
    },
  };
}

/** A new block of rows x cols. */
export function newBlock(arena: Arena, rows: number, cols: number): Block {
  return { address: arena.float64(rows * cols), stride: cols };
}

/** The part of a block that starts at (row, col). */
export function subBlock(block: Block, row: number, col: number): Block {
  return { address: block.address + 8 * (row * block.stride + col), stride: block.stride };
}

/**
 * As `newBlock`, for large blocks: rows start on a cache line, and consecutive rows fall on different
 * cache sets, which they would not where their distance is a multiple of 512 bytes.
 */
export function paddedBlock(arena: Arena, rows: number, cols: number): Block {
  const stride = Math.ceil(cols / 8) * 8;
  const padded = stride >= 64 && stride % 64 === 0 ? stride + 8 : stride;
  return { address: arena.float64(rows * padded), stride: padded };
}
