import type { Arena } from './arena.ts';
import type { BandReduction } from './band.ts';
import type { SolverContext } from './solverContext.ts';

/** An upper bidiagonal matrix in the kernels' memory: diagonal and superdiagonal. */
export interface Bidiagonal {
  readonly size: number;
  readonly diagonal: number;
  readonly superdiagonal: number;
  readonly values: number;
  /** Working memory of the stage that makes the matrix. */
  readonly scratch: number;
  /** Of the search for its values. */
  readonly search: number;
}

/** Float64s of the state of a search; equal to the kernels' `valueSearchSize`. */
export function valueSearchSize(size: number): number {
  return 216 + 11 * size;
}

/** `scratch` float64s of working memory for the stage that makes the matrix. */
export function planBidiagonal(arena: Arena, size: number, scratch: number): Bidiagonal {
  return {
    size,
    diagonal: arena.float64(size),
    superdiagonal: arena.float64(size),
    values: arena.float64(size),
    scratch: arena.float64(scratch),
    search: arena.float64(valueSearchSize(size)),
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
