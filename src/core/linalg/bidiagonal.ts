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
  /** Working memory of the stage that makes the matrix. */
  readonly scratch: number;
  /** Of the stage that solves it; those of the matrices that are solved together follow each other. */
  readonly state: number;
}

/** How many bidiagonals dqds can take together: each waits for its divisions meanwhile the others go on. */
export const DQDS_LANES = 4;

/** Float64s of the state of dqds; equal to the kernels' `dqdsStateSize`. */
function stateSize(size: number): number {
  return 32 + 6 * size;
}

/** `scratch` float64s of working memory for the stage that makes the matrix. */
export function planBidiagonal(arena: Arena, size: number, scratch: number): Bidiagonal {
  return planBidiagonals(arena, size, scratch, 1)[0]!;
}

/** Of `count` matrices, at most DQDS_LANES, that are solved together. */
export function planBidiagonals(
  arena: Arena,
  size: number,
  scratch: number,
  count: number,
): readonly Bidiagonal[] {
  const shared = arena.float64(scratch);
  const states = arena.float64(count * stateSize(size));
  return Array.from({ length: count }, (_, k) => ({
    size,
    diagonal: arena.float64(size),
    superdiagonal: arena.float64(size),
    values: arena.float64(size),
    scratch: shared,
    state: states + 8 * k * stateSize(size),
  }));
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
  return valuesOfBidiagonals(context, [bidiagonal])[0]!;
}

/**
 * As `bidiagonalValues`, of the first of the matrices that were planned together: four take hardly longer
 * than one, and each has the values that it would have alone.
 */
export function valuesOfBidiagonals(
  context: SolverContext,
  bidiagonals: readonly Bidiagonal[],
): Float64Array[] {
  const { kernels, throwIfCancelled } = context;
  const [first] = bidiagonals;
  if (!first) return [];
  for (const { diagonal, superdiagonal, size, state, values } of bidiagonals)
    kernels.startDqds(diagonal, superdiagonal, size, state, values);
  do throwIfCancelled();
  while (kernels.dqds(first.state, bidiagonals.length, first.size, stepsPerCall(first.size)) > 0);
  return bidiagonals.map((each) => {
    const isSolved = kernels.dqdsRemaining(each.state) === 0;
    const address = isSolved ? each.values : valuesByQR(context, each);
    return float64View(kernels, address, each.size).slice().sort().reverse();
  });
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
