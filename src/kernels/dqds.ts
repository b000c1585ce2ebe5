import { largerOf2x2, singularValues2x2, smallerOf2x2 } from './triangle2x2';
import { at } from './vectors';

/*
 * State of the iteration, 6n float64s: the squares q, e of the bidiagonal in pairs (2n), the same for
 * the transform under trial (2n), and for each row the shift, with its rounding error, that has been
 * taken from the block ending there (2n).
 */

/**
 * A coupling e is dropped below this multiple of the q beside it: its square root, 3e-15, bounds the
 * relative change of each singular value.
 */
const DEFLATION: f64 = 1e-29;

/** Up to this weight of the other components the bottom vector says something about the least value. */
const ASYMPTOTIC: f64 = 0.5;

/** Sweeps without a value converging after which the iteration is given up. */
const PATIENCE: i32 = 100;

/** Elements transformed by this call. */
let steps: i32 = 0;

// The smallest pivots of the last transform: of all rows, all but the last, all but the last two.
let least: f64 = 0;
let leastButOne: f64 = 0;
let leastButTwo: f64 = 0;

/** The last pivot of the last transform: negative where it, and no other, failed; 0 where one before did. */
let lastPivot: f64 = 0;

let leastCoupling: f64 = 0;

/** Entries below it count as zero: the matrix is scaled to a largest entry near 1, and squares underflow. */
const NEGLIGIBLE: f64 = 1e-140;

/** Fills the state from an upper bidiagonal matrix: diagonal d[n], superdiagonal e[n - 1]. */
export function startDqds(d: usize, e: usize, n: i32, state: usize): void {
  for (let i = 0; i < n; i++) {
    store<f64>(at(state, 2 * i), square(load<f64>(at(d, i))));
    const coupling = i + 1 < n ? load<f64>(at(e, i)) : 0;
    store<f64>(at(state, 2 * i + 1), square(coupling));
  }
  memory.fill(at(state, 4 * n), 0, at(0, 2 * n));
}

function square(x: f64): f64 {
  return Math.abs(x) < NEGLIGIBLE ? 0 : x * x;
}

function q(state: usize, i: i32): f64 {
  return load<f64>(at(state, 2 * i));
}

function e(state: usize, i: i32): f64 {
  return load<f64>(at(state, 2 * i + 1));
}

/**
 * One dqds transform of rows lo..hi, at least three, into `trial`: from B^T B - shift I = B'^T B'. False
 * where a pivot is negative, that is where the shift is above the least eigenvalue.
 */
function transform(state: usize, trial: usize, lo: i32, hi: i32, shift: f64): bool {
  let pivot = q(state, lo) - shift;
  let smallest = pivot;
  let coupled = Infinity;
  leastButTwo = pivot;
  leastButOne = pivot;
  lastPivot = 0;
  for (let i = lo; i < hi; i++) {
    if (!(pivot >= 0)) {
      steps += i - lo;
      return false;
    }
    const row = at(state, 2 * i);
    const coupling = load<f64>(row, 8);
    const sum = pivot + coupling;
    const ratio = load<f64>(row, 16) / sum;
    const turned = coupling * ratio;
    pivot = pivot * ratio - shift;
    store<f64>(at(trial, 2 * i), sum);
    store<f64>(at(trial, 2 * i), turned, 8);
    coupled = Math.min(coupled, turned);
    leastButTwo = leastButOne;
    leastButOne = smallest;
    smallest = Math.min(smallest, pivot);
  }
  steps += hi - lo;
  least = smallest;
  leastCoupling = coupled;
  lastPivot = pivot;
  store<f64>(at(trial, 2 * hi), pivot);
  store<f64>(at(trial, 2 * hi + 1), e(state, hi));
  return pivot >= 0 && pivot < Infinity;
}

/**
 * A shift that is probably a little below the least eigenvalue of rows lo..hi. With z the solution of
 * B^T B z = q[hi] (0, ..., 0, 1), whose components are products of e / q, its Rayleigh quotient less the
 * residual, or the residual's square over the gap, bounds the eigenvalue. Where the least pivot is elsewhere, or z is not
 * concentrated at the bottom yet, a fraction of the least pivot, which no eigenvalue exceeds by much. Parlett, Marques, "An implementation of
 * the dqds algorithm (positive case)", 2000.
 */
function chooseShift(state: usize, lo: i32, hi: i32, fraction: f64): f64 {
  if (q(state, hi) > least) return fraction * least;
  let weight: f64 = 1;
  let total: f64 = 0;
  for (let i = hi - 1; i >= lo && total <= ASYMPTOTIC; i--) {
    weight *= e(state, i) / q(state, i);
    total += weight;
    if (weight < 0.01 * total) {
      total *= 1.02;
      break;
    }
  }
  if (!(total <= ASYMPTOTIC)) return fraction * least;
  const quotient = q(state, hi) / (1 + total);
  let residual = quotient * Math.sqrt(total);
  const gap = 0.75 * leastButOne - quotient;
  if (gap > residual) residual *= residual / gap;
  return Math.max(quotient - residual, 0);
}

/**
 * Singular values by the differential quotient-difference algorithm with shifts, in place of rows
 * 0..remaining of the state; they go, unordered, to d. Every transform is accurate in each element, so
 * small values keep their relative accuracy although the state holds squares. Fernando, Parlett,
 * "Accurate singular values and differential qd algorithms", 1994.
 *
 * Stops after about `budget` elements. Returns how many values remain to be found by further calls, 0
 * at the end; or -1 where it gives up, upon zeros and underflow that it has no answer to.
 */
export function dqds(state: usize, n: i32, d: usize, remaining: i32, budget: i32): i32 {
  const trial = at(state, 2 * n);
  const shifts = at(state, 4 * n);
  let hi = remaining - 1;
  steps = 0;
  while (hi >= 0) {
    let sigma = q(shifts, hi);
    let sigmaLow = e(shifts, hi);
    let lo = hi;
    let largest = q(state, hi);
    while (lo > 0 && e(state, lo - 1) > 0) {
      lo--;
      largest = Math.max(largest, Math.max(q(state, lo), e(state, lo)));
    }
    if (q(state, hi) > 1.5 * q(state, lo)) flip(state, lo, hi);

    let fraction: f64 = 0.25;
    let known = false;
    let idle = 0;
    while (hi >= lo) {
      if (hi == lo || bottomIsFree(state, hi, sigma)) {
        store<f64>(at(d, hi), Math.sqrt(q(state, hi) + sigmaLow + sigma));
        hi--;
        least = leastButOne;
        leastButOne = leastButTwo;
        idle = 0;
        continue;
      }
      if (hi == lo + 1 || negligible(e(state, hi - 2), q(state, hi - 2), sigma)) {
        solvePair(state, d, hi, sigma, sigmaLow);
        hi -= 2;
        least = leastButTwo;
        leastButOne = leastButTwo;
        idle = 0;
        continue;
      }
      if (steps > budget) {
        store<f64>(at(shifts, 2 * hi), sigma);
        store<f64>(at(shifts, 2 * hi + 1), sigmaLow);
        return hi + 1;
      }
      if (++idle > PATIENCE) return -1;

      let shift: f64 = known ? chooseShift(state, lo, hi, fraction) : 0;
      let failures = 0;
      while (!transform(state, trial, lo, hi, shift)) {
        if (shift == 0) return -1;
        failures++;
        fraction *= 0.5;
        // Where only the last pivot failed, adding it gives a very close lower bound (Rutishauser).
        const late = lastPivot < 0 ? shift + lastPivot : 0;
        if (failures > 2) shift = 0;
        else shift = late > 0.5 * shift ? late * (1 - 1e-15) : 0.25 * shift;
      }
      if (failures == 0) fraction += (1 - fraction) / 3;
      known = true;
      memory.copy(at(state, 2 * lo), at(trial, 2 * lo), at(0, 2 * (hi - lo + 1)));
      const sum = sigma + shift;
      const taken = sum - sigma;
      sigmaLow += sigma - (sum - taken) + (shift - taken);
      sigma = sum;

      if (leastCoupling > DEFLATION * (largest + sigma)) continue;
      let first = lo;
      for (let i = hi - 2; i >= lo; i--) {
        if (!negligible(e(state, i), q(state, i), sigma)) continue;
        store<f64>(at(state, 2 * i + 1), 0);
        store<f64>(at(shifts, 2 * i), sigma);
        store<f64>(at(shifts, 2 * i + 1), sigmaLow);
        if (first == lo) first = i + 1;
      }
      lo = first;
    }
  }
  return 0;
}

function negligible(coupling: f64, above: f64, sigma: f64): bool {
  return coupling <= DEFLATION * sigma || coupling <= DEFLATION * above;
}

/** Whether the last row is coupled to nothing that could change its value. */
function bottomIsFree(state: usize, hi: i32, sigma: f64): bool {
  const coupling = e(state, hi - 1);
  return coupling <= DEFLATION * (sigma + q(state, hi)) || coupling <= DEFLATION * q(state, hi - 1);
}

/** The last two rows, free of the rest, solved directly. */
function solvePair(state: usize, d: usize, hi: i32, sigma: f64, sigmaLow: f64): void {
  singularValues2x2(
    Math.sqrt(q(state, hi - 1)),
    Math.sqrt(e(state, hi - 1)),
    Math.sqrt(q(state, hi)),
  );
  const larger = largerOf2x2 * largerOf2x2 + sigmaLow + sigma;
  const smaller = smallerOf2x2 * smallerOf2x2 + sigmaLow + sigma;
  store<f64>(at(d, hi - 1), Math.sqrt(larger));
  store<f64>(at(d, hi), Math.sqrt(smaller));
}

/** Rows lo..hi in reverse: the same singular values, graded the other way. */
function flip(state: usize, lo: i32, hi: i32): void {
  const x = at(state, 2 * lo);
  // Pairs q, e from q[lo] to q[hi], of which e[hi] is no part, are one palindrome of odd length.
  for (let i = 0, j = 2 * (hi - lo); i < j; i++, j--) {
    const kept = load<f64>(at(x, i));
    store<f64>(at(x, i), load<f64>(at(x, j)));
    store<f64>(at(x, j), kept);
  }
}
