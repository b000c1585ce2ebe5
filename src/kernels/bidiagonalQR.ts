import { rotate, rotationCosine, rotationNorm, rotationSine } from './rotation';
import { largerOf2x2, singularValues2x2, smallerOf2x2 } from './triangle2x2';
import { at } from './vectors';

/** Unit roundoff of float64. */
const EPSILON: f64 = 1.1102230246251565e-16;

/** Relative accuracy asked of each singular value: LAPACK's choice, EPSILON^(7/8). */
const TOLERANCE: f64 = 98.7 * EPSILON;

/** Couplings below this are dropped: the matrix is scaled to a largest entry near 1. */
const NEGLIGIBLE: f64 = 1e-140;

let steps: i32 = 0;

/** Rotation pairs spent by the last call of `bidiagonalQR`. */
export function stepsOfLastQR(): i32 {
  return steps;
}

/**
 * Singular values of an upper bidiagonal matrix (diagonal d[n], superdiagonal e[n - 1]), in place and
 * unordered, by implicit-shift QR; the zero-shift sweep keeps small values to full relative accuracy.
 * Demmel, Kahan, "Accurate singular values of bidiagonal matrices", 1990; LAPACK's dbdsqr.
 *
 * Stops after about `budget` rotation pairs, so that the caller can look whether it is still wanted:
 * returns true when every value has converged, false when it is to be called again.
 */
export function bidiagonalQR(d: usize, e: usize, n: i32, budget: i32): bool {
  const threshold = deflationThreshold(d, e, n);
  let previousTop = -1;
  let previousBottom = -1;
  let bottom = n - 1;
  steps = 0;
  while (bottom > 0) {
    if (steps > budget) return false;

    let top = bottom;
    let largest = Math.abs(load<f64>(at(d, bottom)));
    while (top > 0) {
      const coupling = Math.abs(load<f64>(at(e, top - 1)));
      if (coupling <= threshold) {
        store<f64>(at(e, top - 1), 0);
        break;
      }
      top--;
      largest = Math.max(largest, Math.max(coupling, Math.abs(load<f64>(at(d, top)))));
    }
    if (top == bottom) {
      bottom--;
      continue;
    }
    if (top == bottom - 1) {
      const upper = at(d, top);
      singularValues2x2(load<f64>(upper), load<f64>(at(e, top)), load<f64>(upper, 8));
      store<f64>(upper, largerOf2x2);
      store<f64>(upper, smallerOf2x2, 8);
      store<f64>(at(e, top), 0);
      bottom -= 2;
      continue;
    }

    // A fresh block is turned so that it is graded from large to small, the order in which QR converges.
    if (top > previousBottom || bottom < previousTop) {
      if (Math.abs(load<f64>(at(d, top))) < Math.abs(load<f64>(at(d, bottom)))) {
        reverse(at(d, top), bottom - top + 1);
        reverse(at(e, top), bottom - top);
      }
    }
    previousTop = top;
    previousBottom = bottom;

    const smallest = deflateOrBound(d, e, top, bottom);
    if (smallest < 0) continue;
    const shift = chooseShift(d, e, top, bottom, n, smallest, largest);
    if (shift == 0) zeroShiftSweep(d, e, top, bottom);
    else shiftedSweep(d, e, top, bottom, shift);
    steps += bottom - top;
    const last = at(e, bottom - 1);
    if (Math.abs(load<f64>(last)) <= threshold) store<f64>(last, 0);
  }
  for (let i = 0; i < n; i++) store<f64>(at(d, i), Math.abs(load<f64>(at(d, i))));
  return true;
}

/** Below it a superdiagonal element changes no singular value by more than TOLERANCE of itself. */
function deflationThreshold(d: usize, e: usize, n: i32): f64 {
  let smallest = Math.abs(load<f64>(d));
  let mu = smallest;
  for (let i = 1; i < n && smallest > 0; i++) {
    mu = Math.abs(load<f64>(at(d, i))) * (mu / (mu + Math.abs(load<f64>(at(e, i - 1)))));
    smallest = Math.min(smallest, mu);
  }
  return Math.max((TOLERANCE * smallest) / Math.sqrt(<f64>n), NEGLIGIBLE);
}

/**
 * Sets one negligible superdiagonal element of the block to zero and returns -1; or, where there is
 * none, returns a lower bound of the block's smallest singular value. Demmel, Kahan, section 2.
 */
function deflateOrBound(d: usize, e: usize, top: i32, bottom: i32): f64 {
  const last = at(e, bottom - 1);
  if (Math.abs(load<f64>(last)) <= TOLERANCE * Math.abs(load<f64>(at(d, bottom)))) {
    store<f64>(last, 0);
    return -1;
  }
  let mu = Math.abs(load<f64>(at(d, top)));
  let smallest = mu;
  for (let i = top; i < bottom; i++) {
    const coupling = Math.abs(load<f64>(at(e, i)));
    if (coupling <= TOLERANCE * mu) {
      store<f64>(at(e, i), 0);
      return -1;
    }
    mu = Math.abs(load<f64>(at(d, i + 1))) * (mu / (mu + coupling));
    smallest = Math.min(smallest, mu);
  }
  return smallest;
}

/** The smaller singular value of the trailing 2 x 2; 0 where a shift would cost relative accuracy. */
function chooseShift(
  d: usize,
  e: usize,
  top: i32,
  bottom: i32,
  n: i32,
  smallest: f64,
  largest: f64,
): f64 {
  if (<f64>n * TOLERANCE * (smallest / largest) <= Math.max(EPSILON, 0.01 * TOLERANCE)) return 0;
  const corner = at(d, bottom - 1);
  singularValues2x2(load<f64>(corner), load<f64>(at(e, bottom - 1)), load<f64>(corner, 8));
  const ratio = smallerOf2x2 / Math.abs(load<f64>(at(d, top)));
  return ratio * ratio < EPSILON ? 0 : smallerOf2x2;
}

function zeroShiftSweep(d: usize, e: usize, top: i32, bottom: i32): void {
  let cosine: f64 = 1;
  let oldCosine: f64 = 1;
  let oldSine: f64 = 0;
  for (let i = top; i < bottom; i++) {
    rotate(load<f64>(at(d, i)) * cosine, load<f64>(at(e, i)));
    cosine = rotationCosine;
    const sine = rotationSine;
    if (i > top) store<f64>(at(e, i - 1), oldSine * rotationNorm);
    rotate(oldCosine * rotationNorm, load<f64>(at(d, i + 1)) * sine);
    oldCosine = rotationCosine;
    oldSine = rotationSine;
    store<f64>(at(d, i), rotationNorm);
  }
  const tail = load<f64>(at(d, bottom)) * cosine;
  store<f64>(at(d, bottom), tail * oldCosine);
  store<f64>(at(e, bottom - 1), tail * oldSine);
}

function shiftedSweep(d: usize, e: usize, top: i32, bottom: i32, shift: f64): void {
  const head = load<f64>(at(d, top));
  let f = (Math.abs(head) - shift) * ((head >= 0 ? 1.0 : -1.0) + shift / head);
  let g = load<f64>(at(e, top));
  for (let i = top; i < bottom; i++) {
    rotate(f, g);
    if (i > top) store<f64>(at(e, i - 1), rotationNorm);
    const di = load<f64>(at(d, i));
    const ei = load<f64>(at(e, i));
    const next = load<f64>(at(d, i + 1));
    f = rotationCosine * di + rotationSine * ei;
    const eTurned = rotationCosine * ei - rotationSine * di;
    const nextTurned = rotationCosine * next;
    rotate(f, rotationSine * next);
    store<f64>(at(d, i), rotationNorm);
    f = rotationCosine * eTurned + rotationSine * nextTurned;
    store<f64>(at(d, i + 1), rotationCosine * nextTurned - rotationSine * eTurned);
    if (i + 1 < bottom) {
      const beyond = load<f64>(at(e, i + 1));
      g = rotationSine * beyond;
      store<f64>(at(e, i + 1), rotationCosine * beyond);
    }
  }
  store<f64>(at(e, bottom - 1), f);
}

function reverse(x: usize, n: i32): void {
  for (let i = 0, j = n - 1; i < j; i++, j--) {
    const kept = load<f64>(at(x, i));
    store<f64>(at(x, i), load<f64>(at(x, j)));
    store<f64>(at(x, j), kept);
  }
}
