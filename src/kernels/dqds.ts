import { advanceFour, advanceOne, advanceTwo, Transform } from './dqdsTransform';
import { largerOf2x2, singularValues2x2, smallerOf2x2 } from './triangle2x2';
import { at } from './vectors';

/**
 * A coupling e is dropped below this multiple of the q beside it: its square root, 3e-15, bounds the
 * relative change of each singular value.
 */
const DEFLATION: f64 = 1e-29;

/** Up to this weight of the other components the bottom vector says something about the least value. */
const ASYMPTOTIC: f64 = 0.5;

/** Sweeps without a value converging after which the iteration is given up. */
const PATIENCE: i32 = 100;

/** Entries below it count as zero: the matrix is scaled to a largest entry near 1, and squares underflow. */
const NEGLIGIBLE: f64 = 1e-140;

/** Float64s of an iteration before its arrays. */
const HEADER: i32 = 32;

/** The iteration on one matrix, with the transform under trial. Its arrays follow it in memory. */
@unmanaged
class Iteration extends Transform {
  /** Values to be found; 0 at the end, -1 where it has given up. */
  remaining: i32;
  /** Elements transformed by this call. */
  steps: i32;
  /** Where the values go, unordered. */
  values: usize;
  /** The squares q, e of the bidiagonal in pairs, and the same for the transform under trial. */
  state: usize;
  trial: usize;
  /** For each row the shift, with its rounding error, that has been taken from the block ending there. */
  shifts: usize;
  /** The block that is worked on, and the shift taken from it. */
  lo: i32;
  hi: i32;
  sigma: f64;
  sigmaLow: f64;
  /** Of the elements of the block when it was begun. */
  largest: f64;
  /** The smallest pivots of the last transform: of all rows, all but the last, all but the last two. */
  least: f64;
  leastButOne: f64;
  leastButTwo: f64;
  /** Share of the least pivot that is tried as a shift. */
  fraction: f64;
  /** Whether the block has been transformed, so that the least pivots are its own. */
  known: bool;
  /** Transforms since a value was found, and failures of the present one. */
  idle: i32;
  failures: i32;
}

/** Float64s of the state of an iteration on n values. */
export function dqdsStateSize(n: i32): i32 {
  return HEADER + 6 * n;
}

/**
 * Fills the state from an upper bidiagonal matrix: diagonal d[n], superdiagonal e[n - 1]. Its singular
 * values are to go, unordered, to `values`.
 */
export function startDqds(d: usize, e: usize, n: i32, state: usize, values: usize): void {
  const it = changetype<Iteration>(state);
  it.state = at(state, HEADER);
  it.trial = at(it.state, 2 * n);
  it.shifts = at(it.trial, 2 * n);
  it.values = values;
  it.remaining = n;
  for (let i = 0; i < n; i++) {
    store<f64>(at(it.state, 2 * i), square(load<f64>(at(d, i))));
    const coupling = i + 1 < n ? load<f64>(at(e, i)) : 0;
    store<f64>(at(it.state, 2 * i + 1), square(coupling));
  }
  memory.fill(it.shifts, 0, at(0, 2 * n));
  if (n > 0) beginBlock(it, n - 1);
}

/** How many values are left to be found; 0 at the end, -1 where the iteration has given up. */
export function dqdsRemaining(state: usize): i32 {
  return changetype<Iteration>(state).remaining;
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
 * Singular values by the differential quotient-difference algorithm with shifts, of `count` matrices, at
 * most four, of n values each, whose states follow each other. Every transform is accurate in each
 * element, so small values keep their relative accuracy although the state holds squares. Fernando,
 * Parlett, "Accurate singular values and differential qd algorithms", 1994.
 *
 * Stops each iteration after about `budget` elements. Returns how many of them are to be taken further;
 * an iteration gives up upon zeros and underflow that it has no answer to. The values of a matrix do not
 * depend on the budget, nor on what is solved beside it.
 */
export function dqds(states: usize, count: i32, n: i32, budget: i32): i32 {
  const step = at(0, dqdsStateSize(n));
  let active = 0;
  for (let k = 0; k < count; k++) {
    const it = changetype<Iteration>(states + <usize>k * step);
    it.steps = 0;
    if (it.remaining > 0 && beginTransform(it, budget)) setLane(active++, it);
  }
  while (active > 0) {
    advance(active);
    for (let k = active - 1; k >= 0; k--) {
      const it = lane(k);
      if (it.left > 0 && it.smallest >= 0) continue;
      if (!finishTransform(it) || beginTransform(it, budget)) continue;
      active--;
      setLane(k, lane(active));
    }
  }
  let unfinished = 0;
  for (let k = 0; k < count; k++) {
    if (dqdsRemaining(states + <usize>k * step) > 0) unfinished++;
  }
  return unfinished;
}

let lane0: usize = 0;
let lane1: usize = 0;
let lane2: usize = 0;
let lane3: usize = 0;

function lane(k: i32): Iteration {
  return changetype<Iteration>(k == 0 ? lane0 : k == 1 ? lane1 : k == 2 ? lane2 : lane3);
}

function setLane(k: i32, it: Iteration): void {
  const address = changetype<usize>(it);
  if (k == 0) lane0 = address;
  else if (k == 1) lane1 = address;
  else if (k == 2) lane2 = address;
  else lane3 = address;
}

/** Takes the transforms of the first lanes as far as the shortest of them goes. */
function advance(active: i32): void {
  let rows = lane(0).left;
  for (let k = 1; k < active; k++) rows = min(rows, lane(k).left);
  if (active == 4) {
    advanceFour(lane(0), lane(1), lane(2), lane(3), rows);
    return;
  }
  if (active >= 2) advanceTwo(lane(0), lane(1), rows);
  if (active != 2) advanceOne(lane(active - 1), rows);
}

/** The block that ends at row `hi`. */
function beginBlock(it: Iteration, hi: i32): void {
  const state = it.state;
  let lo = hi;
  let largest = q(state, hi);
  while (lo > 0 && e(state, lo - 1) > 0) {
    lo--;
    largest = Math.max(largest, Math.max(q(state, lo), e(state, lo)));
  }
  if (q(state, hi) > 1.5 * q(state, lo)) flip(state, lo, hi);
  it.lo = lo;
  it.hi = hi;
  it.sigma = q(it.shifts, hi);
  it.sigmaLow = e(it.shifts, hi);
  it.largest = largest;
  it.fraction = 0.25;
  it.known = false;
  it.idle = 0;
}

/**
 * Takes off the values that are free, and begins the next transform: false where there is none, since
 * all values are found, the budget is spent, or it has given up.
 */
function beginTransform(it: Iteration, budget: i32): bool {
  if (it.remaining < 0) return false;
  for (;;) {
    const state = it.state;
    const hi = it.hi;
    if (hi < it.lo) {
      it.remaining = hi + 1;
      if (hi < 0) return false;
      beginBlock(it, hi);
    } else if (hi == it.lo || bottomIsFree(state, hi, it.sigma)) {
      store<f64>(at(it.values, hi), Math.sqrt(q(state, hi) + it.sigmaLow + it.sigma));
      it.hi = hi - 1;
      it.least = it.leastButOne;
      it.leastButOne = it.leastButTwo;
      it.idle = 0;
    } else if (hi == it.lo + 1 || negligible(e(state, hi - 2), q(state, hi - 2), it.sigma)) {
      solvePair(it);
      it.hi = hi - 2;
      it.least = it.leastButTwo;
      it.leastButOne = it.leastButTwo;
      it.idle = 0;
    } else {
      break;
    }
  }
  it.remaining = it.hi + 1;
  if (it.steps > budget) return false;
  if (++it.idle > PATIENCE) {
    it.remaining = -1;
    return false;
  }
  it.failures = 0;
  tryShift(it, it.known ? chooseShift(it) : 0);
  return true;
}

/** Begins the transform of the block, at least three rows, with that shift. */
function tryShift(it: Iteration, shift: f64): void {
  const pivot = q(it.state, it.lo) - shift;
  it.source = at(it.state, 2 * it.lo);
  it.target = at(it.trial, 2 * it.lo);
  it.left = it.hi - it.lo - 2;
  it.shift = shift;
  it.pivot = pivot;
  it.smallest = pivot;
  it.coupled = Infinity;
  it.steps += it.hi - it.lo;
}

/**
 * The last two rows of a transform and what follows from it. False where a pivot is negative, that is
 * where the shift is above the least eigenvalue: then a smaller one is tried.
 */
function finishTransform(it: Iteration): bool {
  let last: f64 = 0;
  if (it.smallest >= 0) {
    it.leastButTwo = it.smallest;
    advanceOne(it, 1);
    it.leastButOne = it.smallest;
    if (it.smallest >= 0) {
      advanceOne(it, 1);
      last = it.pivot;
      if (last >= 0 && last < Infinity) {
        acceptTransform(it);
        return true;
      }
    }
  }
  if (it.shift == 0) {
    it.remaining = -1;
    return true;
  }
  it.failures++;
  it.fraction *= 0.5;
  // Where only the last pivot failed, adding it gives a very close lower bound (Rutishauser).
  const late = last < 0 ? it.shift + last : 0;
  if (it.failures > 2) tryShift(it, 0);
  else tryShift(it, late > 0.5 * it.shift ? late * (1 - 1e-15) : 0.25 * it.shift);
  return false;
}

/** The transform becomes the state; where it has come apart, the lowest block is worked on. */
function acceptTransform(it: Iteration): void {
  const lo = it.lo;
  const hi = it.hi;
  const trial = it.trial;
  store<f64>(at(trial, 2 * hi), it.pivot);
  store<f64>(at(trial, 2 * hi + 1), e(it.state, hi));
  if (it.failures == 0) it.fraction += (1 - it.fraction) / 3;
  it.known = true;
  it.least = it.smallest;
  if (lo == 0) {
    it.trial = it.state;
    it.state = trial;
  } else {
    memory.copy(at(it.state, 2 * lo), at(trial, 2 * lo), at(0, 2 * (hi - lo + 1)));
  }
  const state = it.state;
  const sum = it.sigma + it.shift;
  const taken = sum - it.sigma;
  it.sigmaLow += it.sigma - (sum - taken) + (it.shift - taken);
  it.sigma = sum;

  if (it.coupled > DEFLATION * (it.largest + sum)) return;
  let first = lo;
  for (let i = hi - 2; i >= lo; i--) {
    if (!negligible(e(state, i), q(state, i), sum)) continue;
    store<f64>(at(state, 2 * i + 1), 0);
    store<f64>(at(it.shifts, 2 * i), sum);
    store<f64>(at(it.shifts, 2 * i + 1), it.sigmaLow);
    if (first == lo) first = i + 1;
  }
  it.lo = first;
}

/**
 * A shift that is probably a little below the least eigenvalue of rows lo..hi. With z the solution of
 * B^T B z = q[hi] (0, ..., 0, 1), whose components are products of e / q, its Rayleigh quotient less the
 * residual, or the residual's square over the gap, bounds the eigenvalue. Where the least pivot is elsewhere, or z is not
 * concentrated at the bottom yet, a fraction of the least pivot, which no eigenvalue exceeds by much. Parlett, Marques, "An implementation of
 * the dqds algorithm (positive case)", 2000.
 */
function chooseShift(it: Iteration): f64 {
  const state = it.state;
  const lo = it.lo;
  const hi = it.hi;
  if (q(state, hi) > it.least) return it.fraction * it.least;
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
  if (!(total <= ASYMPTOTIC)) return it.fraction * it.least;
  const quotient = q(state, hi) / (1 + total);
  let residual = quotient * Math.sqrt(total);
  const gap = 0.75 * it.leastButOne - quotient;
  if (gap > residual) residual *= residual / gap;
  return Math.max(quotient - residual, 0);
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
function solvePair(it: Iteration): void {
  const state = it.state;
  const hi = it.hi;
  singularValues2x2(
    Math.sqrt(q(state, hi - 1)),
    Math.sqrt(e(state, hi - 1)),
    Math.sqrt(q(state, hi)),
  );
  const larger = largerOf2x2 * largerOf2x2 + it.sigmaLow + it.sigma;
  const smaller = smallerOf2x2 * smallerOf2x2 + it.sigmaLow + it.sigma;
  store<f64>(at(it.values, hi - 1), Math.sqrt(larger));
  store<f64>(at(it.values, hi), Math.sqrt(smaller));
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
