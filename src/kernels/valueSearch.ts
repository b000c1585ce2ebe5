import { COUNTS, laguerreSums, POINTS, SQUARE_SUMS, SUMS } from './laguerre';
import { at } from './vectors';

/** Half a unit in the last place of 1. */
const ROUNDING: f64 = 1.1102230246251565e-16;

/** Values below it count as zero: fourth powers of larger ones are within float64. */
const NEGLIGIBLE: f64 = 1e-75;

/** Shares of the bound of all values that are tried first, POINTS of them: halves take long to small values. */
const FIRST: usize = memory.data<f64>([
  1e-75, 1e-50, 1e-30, 1e-20, 1e-16, 1e-13, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.25,
  0.5,
]);

/** An interval whose ends have a larger ratio is cut at their geometric mean. */
const WIDE: f64 = 8;

/** After so many steps towards a value its interval is halved once, so that the search ends in any case. */
const STEPS_TO_HALVING: i32 = 4;

/** Values number `below` to `upTo` - 1, ascending, lie between `lo` and `hi`; `point` is tried next. */
@unmanaged
class Interval {
  lo: f64;
  hi: f64;
  point: f64;
  below: i32;
  upTo: i32;
  /** What the interval was when it came to hold one value, and the steps towards that since. */
  low: f64;
  high: f64;
  /** The point that was tried before, and the sum of squares there; 0 at first. */
  tried: f64;
  squareSum: f64;
  steps: i32;
}

/** Float64s of an interval. */
const INTERVAL: i32 = 9;

/** The search on one matrix. Its arrays follow it in memory. */
@unmanaged
class Search {
  size: i32;
  /** Intervals that are left, a stack. */
  open: i32;
  tolerance: f64;
  values: usize;
  squares: usize;
  points: usize;
  /** The intervals that the points are of. */
  batch: usize;
  intervals: usize;
}

/** Float64s of a search before its arrays. */
const HEADER: i32 = 8;

/** Float64s of the state of a search of n values. */
export function valueSearchSize(n: i32): i32 {
  return HEADER + (4 + INTERVAL) * POINTS + (2 + INTERVAL) * n;
}

/**
 * Begins the search for the singular values of an upper bidiagonal matrix of magnitude near 1 at most:
 * diagonal d[n], superdiagonal e[n - 1] without zeros. They are to go to `values`, ascending.
 *
 * @param tolerance how far off a value may be, whatever its size; with 0 they are what float64 gives, and
 * small ones have full relative accuracy.
 */
export function startValueSearch(
  d: usize,
  e: usize,
  n: i32,
  tolerance: f64,
  state: usize,
  values: usize,
): void {
  const search = changetype<Search>(state);
  search.size = n;
  search.open = 0;
  search.tolerance = tolerance;
  search.values = values;
  search.points = at(state, HEADER);
  search.batch = at(search.points, 4 * POINTS);
  search.squares = at(search.batch, INTERVAL * POINTS);
  search.intervals = at(search.squares, 2 * n);
  const bound = storeSquares(d, e, n, search.squares);
  if (!(bound > NEGLIGIBLE)) {
    settle(search, 0, 0, n);
    return;
  }
  for (let k = 0; k < POINTS; k++) setPoint(search, k, firstPoint(bound, k));
  laguerreSums(search.squares, n, search.points);
  let lo: f64 = 0;
  let below = 0;
  for (let k = 0; k < POINTS; k++) {
    const point = firstPoint(bound, k);
    const next = max(below, min(n, countBelow(search, k)));
    addInterval(search, lo, point, below, next);
    lo = point;
    below = next;
  }
  addInterval(search, lo, bound, below, n);
}

function firstPoint(bound: f64, k: i32): f64 {
  return Math.max(NEGLIGIBLE, bound * load<f64>(at(FIRST, k)));
}

/** Returns a bound of the singular values. */
function storeSquares(d: usize, e: usize, n: i32, squares: usize): f64 {
  let bound: f64 = 0;
  let left: f64 = 0;
  for (let i = 0; i < n; i++) {
    const q = Math.abs(load<f64>(at(d, i)));
    const right = i + 1 < n ? Math.abs(load<f64>(at(e, i))) : 0;
    bound = Math.max(bound, q + Math.max(left, right));
    store<f64>(at(squares, 2 * i), q * q);
    store<f64>(at(squares, 2 * i + 1), right * right);
    left = right;
  }
  return bound * (1 + 8 * ROUNDING);
}

/**
 * Singular values as roots of eigenvalues of B^T B, which is never formed. Intervals are cut by counting the
 * eigenvalues below points until each holds one value, to which Laguerre's iteration then leads, or is so
 * narrow that all values in it are the same. Li, Zeng, "The Laguerre iteration in solving the symmetric
 * tridiagonal eigenproblem, revisited", 1994. It always ends.
 *
 * Stops after about `budget` elements. Returns how many intervals are left for further calls. The values do
 * not depend on the budget.
 */
export function searchValues(state: usize, budget: i32): i32 {
  const search = changetype<Search>(state);
  const cost = POINTS * search.size;
  for (let spent = 0; search.open > 0 && spent < budget; spent += cost) {
    const count = min(POINTS, search.open);
    search.open -= count;
    // What comes of one may take the place of the next.
    const taken = at(search.intervals, INTERVAL * search.open);
    memory.copy(search.batch, taken, at(0, INTERVAL * count));
    for (let k = 0; k < POINTS; k++) setPoint(search, k, ofBatch(search, min(k, count - 1)).point);
    laguerreSums(search.squares, search.size, search.points);
    for (let k = 0; k < count; k++) {
      const each = ofBatch(search, k);
      const below = max(each.below, min(each.upTo, countBelow(search, k)));
      if (each.upTo - each.below == 1) {
        approach(search, each, k, below == each.below);
      } else {
        addInterval(search, each.lo, each.point, each.below, below);
        addInterval(search, each.point, each.hi, below, each.upTo);
      }
    }
  }
  return search.open;
}

function ofBatch(search: Search, k: i32): Interval {
  return changetype<Interval>(at(search.batch, INTERVAL * k));
}

function setPoint(search: Search, k: i32, point: f64): void {
  store<f64>(at(search.points, k), point * point);
}

function countBelow(search: Search, k: i32): i32 {
  return <i32>load<i64>(at(search.points, k), COUNTS);
}

/** Rounding may make a count a little too high or low near a value, so there may be none in it. */
function addInterval(search: Search, lo: f64, hi: f64, below: i32, upTo: i32): void {
  if (lo == 0) {
    settle(search, 0, below, upTo);
  } else if (isNarrow(search, lo, hi)) {
    settle(search, 0.5 * (lo + hi), below, upTo);
  } else if (below < upTo) {
    const each = push(search);
    each.lo = lo;
    each.hi = hi;
    each.point = middle(lo, hi);
    each.below = below;
    each.upTo = upTo;
    each.low = lo;
    each.high = hi;
    each.tried = 0;
    each.steps = 0;
  }
}

function push(search: Search): Interval {
  return changetype<Interval>(at(search.intervals, INTERVAL * search.open++));
}

function settle(search: Search, value: f64, below: i32, upTo: i32): void {
  for (let i = below; i < upTo; i++) store<f64>(at(search.values, i), value);
}

/** Also where there is no point between, whatever the ends are. */
function isNarrow(search: Search, lo: f64, hi: f64): bool {
  const point = middle(lo, hi);
  if (!(point > lo && point < hi)) return true;
  return hi - lo <= Math.max(2 * search.tolerance, 4 * ROUNDING * hi);
}

function middle(lo: f64, hi: f64): f64 {
  return hi > WIDE * lo ? Math.sqrt(lo * hi) : 0.5 * (lo + hi);
}

/** A step from point k of the interval towards its one value, which is at the point or above where `isUp`. */
function approach(search: Search, each: Interval, k: i32, isUp: bool): void {
  const point = each.point;
  const lo = isUp ? point : each.lo;
  const hi = isUp ? each.hi : point;
  if (isNarrow(search, lo, hi)) {
    settle(search, 0.5 * (lo + hi), each.below, each.upTo);
    return;
  }
  const step = laguerreStep(search, k, isUp);
  const next = point * Math.sqrt(1 + step);
  // Not so where the sums are not finite, or the value lies among others that rounding cannot tell apart.
  const isWithin = next >= lo && next <= hi;
  if (isWithin) {
    const error = 0.5 * next * remainder(each, step, search.size);
    if (error <= Math.max(search.tolerance, ROUNDING * next)) {
      settle(search, next, each.below, each.upTo);
      return;
    }
  }
  const left = push(search);
  memory.copy(changetype<usize>(left), changetype<usize>(each), at(0, INTERVAL));
  left.lo = lo;
  left.hi = hi;
  left.steps++;
  left.point = isWithin && left.steps % STEPS_TO_HALVING != 0 ? next : middle(lo, hi);
  left.tried = point;
  left.squareSum = load<f64>(at(search.points, k), SQUARE_SUMS);
}

/** From point x to the next root y of a polynomial with real roots: (y - x) / x in their squares, or less. */
function laguerreStep(search: Search, k: i32, isUp: bool): f64 {
  const n = <f64>search.size;
  const sum = load<f64>(at(search.points, k), SUMS);
  const squareSum = load<f64>(at(search.points, k), SQUARE_SUMS);
  const spread = Math.sqrt(Math.max(0, (n - 1) * (n * squareSum - sum * sum)));
  return isUp ? n / (spread + sum) : -n / (spread - sum);
}

/**
 * Bound of what is left after a step s from x, relative as the step is. The step does not go too far, and
 * 1 / s^2 is at most the sum over all roots of 1 / (root - x)^2. So where the other roots add no more than c
 * to that, the root is at s / sqrt(1 - c s^2) or nearer.
 */
function remainder(each: Interval, step: f64, n: i32): f64 {
  const length = Math.abs(step);
  if (length <= 4 * ROUNDING) return 0;
  const share = others(each, n) * length * length;
  return share < 1 ? length * (1 / Math.sqrt(1 - share) - 1) : Infinity;
}

/**
 * Bound of the sum over the other roots of 1 / (root - x)^2, relative to x. All of them are beyond the interval;
 * from the point that was tried before they were farther by a factor than from x at most.
 */
function others(each: Interval, n: i32): f64 {
  const distance = distanceFrom(each, each.point);
  const byDistance = <f64>(n - 1) / (distance * distance);
  if (each.tried == 0) return byDistance;
  const ratio = each.point / each.tried;
  const moved = Math.abs(ratio * ratio - 1) / distanceFrom(each, each.tried);
  // Not where x is farther off than the others may have been.
  if (!(moved < 1)) return byDistance;
  const scaled = (ratio * ratio) / (1 - moved);
  return Math.min(byDistance, each.squareSum * scaled * scaled);
}

/** From the square of a point to the squares of the nearer end of the interval, relative. */
function distanceFrom(each: Interval, point: f64): f64 {
  const low = each.low / point;
  const high = each.high / point;
  return Math.min(1 - low * low, high * high - 1);
}
