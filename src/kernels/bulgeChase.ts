import { makeReflector, reflectColumns, reflectedHead, reflectRows } from './householder';
import { at } from './vectors';

/*
 * An upper band matrix with b superdiagonals, stored by rows: element (i, c) is at
 * band[i * 3b + c + b], which leaves room for the bulge: b - 1 diagonals below, 2b - 1 above.
 */

/**
 * How many steps a sweep stays behind the one before it. Step q of a sweep reads rows from
 * (q - 1) b on, and step q' of the next one writes rows up to (q' + 1) b: three steps keep them apart.
 */
const LAG: i32 = 3;

/**
 * Sweeps first..first + count of the reduction to bidiagonal form; sweep s clears row s beyond its first
 * superdiagonal and chases the bulge off the end. The sweeps advance together as a wavefront, so that
 * the rows they share are still in the cache. Bischof, Lang, Sun, "A framework for symmetric band
 * reduction", 2000; Lang, "Parallel reduction of banded matrices to bidiagonal form", 1996.
 *
 * scratch: 2b float64s.
 */
export function chaseBulges(
  band: usize,
  n: i32,
  b: i32,
  first: i32,
  count: i32,
  scratch: usize,
): void {
  const sweeps = min(count, n - 1 - first);
  let alive = true;
  for (let time = 0; alive; time++) {
    alive = false;
    for (let s = 0; s < sweeps; s++) {
      const step = time - s * LAG;
      if (step < 0) {
        alive = true;
        break;
      }
      if (chaseStep(band, n, b, first + s, step, scratch)) alive = true;
    }
  }
}

/** Step q of sweep s; false where the sweep has already left the matrix. */
function chaseStep(band: usize, n: i32, b: i32, s: i32, q: i32, scratch: usize): bool {
  const corner = s + 1 + q * b;
  if (corner >= n) return false;
  const length = min(b, n - corner);
  if (length == 1) return true;
  const width = 3 * b;
  const stride = at(0, width);

  // From the right: the row left over from the step before keeps one element beyond the band's edge.
  const row = q == 0 ? s : corner - b;
  const overhang = at(band, row * width + corner + b);
  // Loops, not memory.copy and memory.fill: a call out of WebAssembly takes longer than so few elements.
  for (let i = 0; i < length; i++) {
    store<f64>(at(scratch, i), load<f64>(at(overhang, i)));
    store<f64>(at(overhang, i), 0);
  }
  const tauRight = makeReflector(scratch, length);
  store<f64>(overhang, reflectedHead);
  if (tauRight != 0) {
    const rows = corner + length - 1 - row;
    reflectRows(scratch, tauRight, overhang + stride, stride, rows, length);
  }

  // From the left: that filled the block below the diagonal; its first column is cleared.
  const diagonal = at(band, corner * width + corner + b);
  for (let i = 0; i < length; i++) {
    const below = diagonal + <usize>i * stride;
    store<f64>(at(scratch, i), load<f64>(below));
    store<f64>(below, 0);
  }
  const tauLeft = makeReflector(scratch, length);
  store<f64>(diagonal, reflectedHead);
  if (tauLeft != 0) {
    const cols = min(2 * b, n - corner) - 1;
    reflectColumns(scratch, tauLeft, diagonal + 8, stride, length, cols);
  }
  return true;
}

/** Diagonal to d[n] and superdiagonal to e[n - 1] of a band that the sweeps have reduced. */
export function readBidiagonal(band: usize, n: i32, b: i32, d: usize, e: usize): void {
  for (let i = 0; i < n; i++) {
    const diagonal = at(band, i * 3 * b + i + b);
    store<f64>(at(d, i), load<f64>(diagonal));
    if (i + 1 < n) store<f64>(at(e, i), load<f64>(diagonal, 8));
  }
}
