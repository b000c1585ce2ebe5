import { dot } from './orthonormalRows.ts';

/** Cosines below this count as orthogonal. */
const ORTHOGONAL = 1e-11;

/** Rows this much shorter than the longest are rounding noise, and stay as they are. */
const NEGLIGIBLE = 1e-17;

/** It has never been seen to take more than 12 sweeps. */
const MOST_SWEEPS = 40;

/**
 * Rotates rows against each other until all are orthogonal: the rows of S X^T where the matrix is Z S X^T.
 * Returns the rows themselves, changed in place, longest first. One-sided Jacobi, accurate for small
 * singular values too (Demmel, Veselic, "Jacobi's method is more accurate than QR", 1992), rows sorted
 * as by de Rijke (1989).
 */
export function jacobiRows(
  rows: readonly Float64Array[],
  throwIfCancelled: () => void,
): readonly Float64Array[] {
  const sorted = [...rows];
  const squares = new Map(sorted.map((row) => [row, dot(row, row)]));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    sorted.sort((a, b) => squares.get(b)! - squares.get(a)!);
    const least = NEGLIGIBLE ** 2 * (squares.get(sorted[0]!) ?? 0);
    let rotations = 0;
    for (let i = 0; i < sorted.length - 1; i++) {
      throwIfCancelled();
      const upper = sorted[i]!;
      let long = dot(upper, upper);
      for (let j = i + 1; j < sorted.length; j++) {
        const lower = sorted[j]!;
        const short = squares.get(lower)!;
        if (short <= least) continue;
        const cross = dot(upper, lower);
        if (Math.abs(cross) <= ORTHOGONAL * Math.sqrt(long) * Math.sqrt(short)) continue;
        rotations++;
        const tangent = rotationTangent(long, short, cross);
        rotate(upper, lower, tangent);
        long += tangent * cross;
        squares.set(lower, dot(lower, lower));
      }
      squares.set(upper, dot(upper, upper));
    }
    if (rotations === 0) break;
  }
  return sorted.sort((a, b) => squares.get(b)! - squares.get(a)!);
}

/** Of the angle that makes two rows orthogonal, the smaller of both; the first row stays the longer. */
function rotationTangent(upper: number, lower: number, cross: number): number {
  const ratio = (upper - lower) / (2 * cross);
  const size = Math.abs(ratio);
  return (ratio < 0 ? -1 : 1) / (size + Math.hypot(1, size));
}

function rotate(upper: Float64Array, lower: Float64Array, tangent: number): void {
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = tangent * cosine;
  for (let i = 0; i < upper.length; i++) {
    const [u, l] = [upper[i]!, lower[i]!];
    upper[i] = cosine * u + sine * l;
    lower[i] = cosine * l - sine * u;
  }
}
