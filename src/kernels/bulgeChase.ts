import { makeReflector, reflectColumns, reflectedHead, reflectRows } from './householder';
import { reflectBoth } from './reflectBoth';
import { multiplyRows } from './rowProducts';
import { at, scale } from './vectors';

/*
 * An upper band matrix with b superdiagonals, stored by rows: element (i, c) is at
 * band[i * bandStride(b) + c + bandLead(b)]. That leaves room for the bulge, b - 1 diagonals below and
 * 2b - 1 above, and zeros beside it; the same column lies on the same place of a cache line in every row.
 */

/** Float64s of a cache line. */
const LINE: i32 = 8;

/** Float64s from an element to the one below it. */
export function bandStride(b: i32): i32 {
  return lines(3 * b) + 2 * LINE;
}

/** Float64s in front of the diagonal's first. */
export function bandLead(b: i32): i32 {
  return lines(b) + LINE;
}

function lines(count: i32): i32 {
  return (count + LINE - 1) & -LINE;
}

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
 * `band` starts on a cache line. scratch: 3b + 48 float64s.
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
  const width = bandStride(b);
  const lead = bandLead(b);
  const stride = at(0, width);
  // Vectors of 256 bits that straddle lines cost twice, so blocks begin where such a vector does, and end so:
  // what is beside the bulge is zero, or is multiplied by zero.
  const before = corner & 3;
  const start = corner - before;

  // Of the right reflector, zeros around it; what it takes from each row of the block below; the left reflector.
  const u = scratch;
  const p = at(u, lines(b + 2 * LINE));
  const v = at(p, lines(b));

  // From the right: the row left over from the step before keeps one element beyond the band's edge. It takes
  // part itself, though its outcome is known: so there are b rows, a whole number of groups.
  const row = q == 0 ? s : corner - b;
  const overhang = at(band, row * width + corner + lead);
  const span = lines(before + length);
  // Loops, not memory.copy and memory.fill: a call out of WebAssembly takes longer than so few elements.
  for (let i = 0; i < before; i++) store<f64>(at(u, i), 0);
  for (let i = 0; i < length; i++) store<f64>(at(u, before + i), load<f64>(at(overhang, i)));
  for (let i = before + length; i < span; i++) store<f64>(at(u, i), 0);
  const tauRight = makeReflector(at(u, before), length);
  if (tauRight != 0) {
    const rows = at(band, row * width + start + lead);
    reflectRows(u, tauRight, rows, stride, corner - row, (before + length + 3) & ~3);
  }
  store<f64>(overhang, reflectedHead);
  for (let i = 1; i < length; i++) store<f64>(at(overhang, i), 0);

  // That would fill the block below the diagonal, whose first column is cleared from the left: both at once, since
  // writing is what takes the time.
  const block = at(band, corner * width + start + lead);
  const diagonal = at(block, before);
  multiplyRows(block, width, length, (before + length + 3) & ~3, u, p);
  scale(tauRight, p, length);
  for (let i = 0; i < length; i++) {
    store<f64>(at(v, i), load<f64>(diagonal + <usize>i * stride) - load<f64>(at(p, i)));
  }
  const tauLeft = makeReflector(v, length);
  const head = reflectedHead;
  reflectBoth(v, tauLeft, p, u, block, stride, length, span);
  if (tauLeft != 0) {
    const cols = lines(before + min(2 * b, n - corner)) - span;
    reflectColumns(v, tauLeft, at(block, span), stride, length, cols);
  }
  store<f64>(diagonal, head);
  for (let i = 1; i < length; i++) store<f64>(diagonal + <usize>i * stride, 0);
  return true;
}

/** Diagonal to d[n] and superdiagonal to e[n - 1] of a band that the sweeps have reduced. */
export function readBidiagonal(band: usize, n: i32, b: i32, d: usize, e: usize): void {
  for (let i = 0; i < n; i++) {
    const diagonal = at(band, i * bandStride(b) + i + bandLead(b));
    store<f64>(at(d, i), load<f64>(diagonal));
    if (i + 1 < n) store<f64>(at(e, i), load<f64>(diagonal, 8));
  }
}
