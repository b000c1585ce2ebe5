import type { Arena } from './arena.ts';
import { type Blas3, GEMM_SCRATCH, wasmBlas3 } from './blas3.ts';
import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';

/** What every stage of a solve is given. */
export interface SolverContext {
  readonly kernels: Kernels;
  readonly blas: Blas3;
  /** Address of GEMM_SCRATCH float64s that hold nothing between two products. */
  readonly scratch: number;
  /** Called between panels. @throws LinalgError `cancelled` where the caller no longer wants the result. */
  readonly throwIfCancelled: () => void;
}

/** Throws where a solve is no longer wanted. */
export function solveCancellation(cancelled: (() => boolean) | undefined): () => void {
  return () => {
    if (cancelled?.()) throw new LinalgError('cancelled', 'The solve of the matrix was cancelled.');
  };
}

/** In which the kernels multiply, with scratch memory of the arena. */
export function kernelContext(
  kernels: Kernels,
  arena: Arena,
  throwIfCancelled: () => void = () => undefined,
): SolverContext {
  const scratch = arena.float64(GEMM_SCRATCH);
  return { kernels, blas: wasmBlas3(kernels, scratch), scratch, throwIfCancelled };
}
