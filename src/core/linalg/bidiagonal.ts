import { type Arena, float64View } from './arena.ts';
import type { BandReduction } from './band.ts';
import { LinalgError } from './linalgError.ts';
import type { SolverContext } from './solverContext.ts';

/** An upper bidiagonal matrix in the kernels' memory: diagonal and superdiagonal. */
export interface Bidiagonal {
  readonly size: number;
  readonly diagonal: number;
  readonly superdiagonal: number;
  readonly scratch: number;
}

/** `scratch` float64s of working memory beside it. */
export function planBidiagonal(arena: Arena, size: number, scratch: number): Bidiagonal {
  return {
    size,
    diagonal: arena.float64(size),
    superdiagonal: arena.float64(size),
    scratch: arena.float64(scratch),
  };
}

/** Sweeps of the bulge chase that share the cache. */
const SWEEPS = 8;

/** Reduces the band to the bidiagonal; the band is destroyed. */
export function chaseBandToBidiagonal(
  context: SolverContext,
  { band, cols, width }: BandReduction,
  { diagonal, superdiagonal, scratch }: Bidiagonal,
): void {
  const { kernels } = context;
  for (let sweep = 0; sweep < cols - 1; sweep += SWEEPS) {
    context.throwIfCancelled();
    kernels.chaseBulges(band, cols, width, sweep, SWEEPS, scratch);
  }
  kernels.readBidiagonal(band, cols, width, diagonal, superdiagonal);
}

/** Rotation pairs between two looks at the cancellation flag: about 50 ms. */
const STEPS_PER_CALL = 2_000_000;

/**
 * Singular values of the bidiagonal, descending. The bidiagonal is destroyed.
 *
 * @throws LinalgError `no-convergence`; it has never been seen to on finite values.
 */
export function bidiagonalValues(
  context: SolverContext,
  { size, diagonal, superdiagonal }: Bidiagonal,
): Float64Array {
  const { kernels } = context;
  // LAPACK's limit. A value takes about two sweeps of at most `size` steps.
  const limit = 6 * size * size;
  let steps = 0;
  while (kernels.bidiagonalQR(diagonal, superdiagonal, size, STEPS_PER_CALL) === 0) {
    context.throwIfCancelled();
    steps += kernels.stepsOfLastQR();
    if (steps > limit) {
      throw new LinalgError(
        'no-convergence',
        `The singular values of the matrix (${size} of them) did not converge within ${limit} steps.`,
      );
    }
  }
  return float64View(kernels, diagonal, size).slice().sort().reverse();
}
