import { type Block, bytesOf, newBlock, paddedBlock, subBlock } from './block.ts';
import type { Kernels } from './kernels.ts';

export { type Block, newBlock, paddedBlock, subBlock };

/** Which operands are transposed: `TN` is op(A) = A^T, op(B) = B. */
export type Transposition = 'NN' | 'NT' | 'TN' | 'TT';

/**
 * The one operation that carries the solver's work, so that another library can carry it: every operand
 * is a block of the kernels' memory.
 */
export interface Blas3 {
  /** Whether what lies between the rows of a large matrix costs as much as the matrix. */
  readonly multipliesGaps: boolean;
  /**
   * C = alpha op(A) op(B) + beta C with op(A) [m, k], op(B) [k, n], C [m, n]; beta is 0 or 1. All three
   * are of one element type, in which it is computed.
   */
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
  /**
   * C = C - U^T V, where there is such an update, and then W = -N C^T: U `[depth, count]`, V `[depth, length]`, C
   * `[count, length]`, N `[size, length]`, W `[size, count]`. Depth and size are at most 64, length at most 512.
   */
  updateAndMultiply(
    update: BlockUpdate | undefined,
    c: Block,
    count: number,
    length: number,
    n: Block,
    size: number,
    w: Block,
  ): void;
}

/** U^T V, which is to be subtracted from a block. */
export interface BlockUpdate {
  readonly u: Block;
  readonly v: Block;
  readonly depth: number;
}

/** Float64s of scratch memory that the kernels' gemm needs; equal to `gemmScratchBytes() / 8`. */
export const GEMM_SCRATCH = 256 * 512 + 96 * 256 + 32;

/** The kernels' own gemm. `scratch` is the address of GEMM_SCRATCH float64s. */
export function wasmBlas3(kernels: Kernels, scratch: number): Blas3 {
  return {
    multipliesGaps: false,
    gemm(transposition, m, n, k, alpha, a, b, beta, c) {
      const multiply = c.element === 'float64' ? kernels.gemm : kernels.gemmFloat32;
      multiply(
        transposition.startsWith('T') ? 1 : 0,
        transposition.endsWith('T') ? 1 : 0,
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
    updateAndMultiply(update, c, count, length, n, size, w) {
      const { u, v, depth } = update ?? { u: c, v: c, depth: 0 };
      kernels.updateAndMultiply(
        ...([bytesOf(c.element), depth, u.address, u.stride, v.address, v.stride] as const),
        ...([size, n.address, n.stride, count, length, c.address, c.stride] as const),
        ...([w.address, w.stride, scratch] as const),
      );
    },
  };
}
