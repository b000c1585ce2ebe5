import { float64View } from './arena.ts';
import type { Bidiagonal } from './bidiagonal.ts';
import type { SolverContext } from './solverContext.ts';

/** How well values are to be known that come from float32, as a share: 200 times better than they are. */
export const FAST_TOLERANCE = 1e-8;

/**
 * A coupling is no more than rounding where its square is at most this share of the squares beside it; then
 * the matrix falls apart.
 */
const DECOUPLED = 2 ** -108;

/** Elements passed, by 16 points together each, between two looks at the cancellation flag: 20 ms. */
const STEPS = 20_000_000;

/**
 * Singular values of the bidiagonal, descending, block by block where couplings are zero.
 *
 * @param share tolerance of each value, as a share of the largest entry of the diagonal; 0 for what float64
 * gives.
 * @throws LinalgError `cancelled`.
 */
export function bidiagonalValues(
  { kernels, throwIfCancelled }: SolverContext,
  { size, diagonal, superdiagonal, search, values }: Bidiagonal,
  share = 0,
): Float64Array {
  const d = float64View(kernels, diagonal, size);
  const e = float64View(kernels, superdiagonal, size);
  const found = float64View(kernels, values, size);
  const tolerance = share * d.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (let from = 0; from < size;) {
    let upTo = from + 1;
    while (upTo < size && !isDecoupled(d[upTo - 1]!, e[upTo - 1]!, d[upTo]!)) upTo++;
    if (upTo - from === 1) {
      found[from] = Math.abs(d[from]!);
    } else {
      const [above, beside, target] = [diagonal, superdiagonal, values].map((at) => at + 8 * from);
      kernels.startValueSearch(above!, beside!, upTo - from, tolerance, search, target!);
      do throwIfCancelled();
      while (kernels.searchValues(search, STEPS) > 0);
    }
    from = upTo;
  }
  return found.slice().sort().reverse();
}

function isDecoupled(above: number, coupling: number, below: number): boolean {
  const square = coupling * coupling;
  return square === 0 || square <= DECOUPLED * Math.min(above * above, below * below);
}
