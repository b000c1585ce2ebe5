import { type Arena, float64View } from './arena.ts';
import type { BandReduction } from './band.ts';
import { LinalgError } from './linalgError.ts';
import type { SolverContext } from './solverContext.ts';

/** An upper bidiagonal matrix in the kernels' memory: diagonal and superdiagonal. */
export interface Bidiagonal {
  readonly size: number;
  readonly diagonal: number;
  readonly superdiagonal: number;
  readonly values: number;
  /** Working memory of the stage that makes the matrix, then of the one that solves it. */
  readonly scratch: number;
}

/** `scratch` float64s of working memory for the stage that makes the matrix. */
export function planBidiagonal(arena: Arena, size: number, scratch: number): Bidiagonal {
  return {
    size,
    diagonal: arena.float64(size),
    superdiagonal: arena.float64(size),
    values: arena.float64(size),
    scratch: arena.float64(Math.max(scratch, 6 * size)),
  };
}

/** Sweeps of the bulge chase that share the cache. */
const SWEEPS = 8;

/** Reduces the band to the bidiagonal; the band is destroyed. */
export function chaseBandToBidiagonal(
  context: SolverContext,
  { band, cols, width }: Pick<BandReduction, 'band' | 'cols' | 'width'>,
  { diagonal, superdiagonal, scratch }: Bidiagonal,
): void {
  const { kernels } = context;
  for (let sweep = 0; sweep < cols - 1; sweep += SWEEPS) {
    context.throwIfCancelled();
    kernels.chaseBulges(band, cols, width, sweep, SWEEPS, scratch);
  }
  kernels.readBidiagonal(band, cols, width, diagonal, superdiagonal);
}

/**
 * Elements passed between two looks at the cancellation flag: 20 to 100 ms. At least 500 times the
 * size, so that every call of dqds either finds a value or comes to its own decision to give up.
 */
function stepsPerCall(size: number): number {
  return Math.max(2_000_000, 500 * size);
}

/**
 * Singular values of the bidiagonal, descending, by dqds; where that gives up, by implicit-shift QR,
 * which takes twice the time and always ends. The bidiagonal is destroyed.
 *
 * @throws LinalgError `no-convergence`; it has never been seen to on finite values.
 */
export function bidiagonalValues(context: SolverContext, bidiagonal: Bidiagonal): Float64Array {
  const { kernels } = context;
  const address = valuesByDqds(context, bidiagonal) ?? valuesByQR(context, bidiagonal);
  return float64View(kernels, address, bidiagonal.size).slice().sort().reverse();
}

/** Address of the values; undefined where dqds gives up. */
function valuesByDqds(
  { kernels, throwIfCancelled }: SolverContext,
  { size, diagonal, superdiagonal, values, scratch }: Bidiagonal,
): number | undefined {
  kernels.startDqds(diagonal, superdiagonal, size, scratch);
  let remaining = size;
  while (remaining > 0) {
    throwIfCancelled();
    remaining = kernels.dqds(scratch, size, values, remaining, stepsPerCall(size));
  }
  return remaining === 0 ? values : undefined;
}

/** Address of the values. */
function valuesByQR(
  { kernels, throwIfCancelled }: SolverContext,
  { size, diagonal, superdiagonal }: Bidiagonal,
): number {
  // LAPACK's limit. A value takes about two sweeps of at most `size` steps.
  const limit = 6 * size * size;
  let steps = 0;
  while (kernels.bidiagonalQR(diagonal, superdiagonal, size, stepsPerCall(size)) === 0) {
    throwIfCancelled();
    steps += kernels.stepsOfLastQR();
    if (steps > limit) {
      throw new LinalgError(
        'no-convergence',
        `The singular values of the matrix (${size} of them) did not converge within ${limit} steps.`,
      );
    }
  }
  return diagonal;
}
