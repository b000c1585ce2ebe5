import type { Blas3 } from './blas3.ts';
import type { Kernels } from './kernels.ts';

/** What every stage of a solve is given. */
export interface SolverContext {
  readonly kernels: Kernels;
  readonly blas: Blas3;
  /** GEMM_SCRATCH float64s that hold nothing between two products; absent where there are none to spare. */
  readonly scratch?: number;
  /** Called between panels. @throws LinalgError `cancelled` where the caller no longer wants the result. */
  readonly throwIfCancelled: () => void;
}
