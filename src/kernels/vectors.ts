import { IS_WIDE } from './registers';

/** Address of the float64 at `index` in the array at `base`. */
export function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 3);
}

/** Address of the element at `index` in an array of T at `base`. */
export function nth<T>(base: usize, index: i32): usize {
  return base + <usize>index * sizeof<T>();
}

/** Two float64 lanes of `sum + a * b`: as `mulAddOf`. */
export function mulAdd(sum: v128, a: v128, b: v128): v128 {
  return mulAddOf<f64>(sum, a, b);
}

/**
 * All lanes of `sum + a * b`: rounded twice in the plain build of the kernels, once in the fused build,
 * whose loader makes sure that the machine does fuse. What V8 14 makes of two joined ones overwrites their sums,
 * also where these are needed again: so load a sum that is to be kept anew.
 */
export function mulAddOf<T>(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, sum);
  return v128.add<T>(sum, v128.mul<T>(a, b));
}

/** Two float64 lanes of `sum - a * b`, rounded as by `mulAddOf`. */
export function mulSubtract(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<f64>(a, b, sum);
  return f64x2.sub(sum, f64x2.mul(a, b));
}

/** Both lanes added. */
export function laneSum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** Sums of lanes pass through here, each through a slot of its own. */
const LANES: usize = memory.data(128, 64);

/**
 * The lanes of a and b added, and those of c and d. V8 joins pairs of vectors only where they are stored side
 * by side: so they are, in two slots, where that is meant.
 */
export function sumsOfPairs(a: v128, b: v128, c: v128, d: v128, slot: usize): v128 {
  let first = f64x2.add(a, b);
  let second = f64x2.add(c, d);
  if (IS_WIDE) {
    const lanes = LANES + (slot << 5);
    v128.store(lanes, a);
    v128.store(lanes, b, 16);
    v128.store(lanes, c, 32);
    v128.store(lanes, d, 48);
    first = f64x2.add(v128.load(lanes), v128.load(lanes, 16));
    second = f64x2.add(v128.load(lanes, 32), v128.load(lanes, 48));
  }
  return f64x2.add(v128.shuffle<f64>(first, second, 0, 2), v128.shuffle<f64>(first, second, 1, 3));
}

/** Inner product of two contiguous vectors. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const p = at(x, i);
    const q = at(y, i);
    s0 = mulAdd(s0, v128.load(p), v128.load(q));
    s1 = mulAdd(s1, v128.load(p, 16), v128.load(q, 16));
    s2 = mulAdd(s2, v128.load(p, 32), v128.load(q, 32));
    s3 = mulAdd(s3, v128.load(p, 48), v128.load(q, 48));
  }
  let sum = laneSum(sumsOfPairs(s0, s1, s2, s3, 0));
  for (; i < n; i++) sum += load<f64>(at(x, i)) * load<f64>(at(y, i));
  return sum;
}

/** y += alpha x. */
export function axpy(alpha: f64, x: usize, y: usize, n: i32): void {
  const a = f64x2.splat(alpha);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = at(x, i);
    const q = at(y, i);
    const low = mulAdd(v128.load(q), a, v128.load(p));
    const high = mulAdd(v128.load(q, 16), a, v128.load(p, 16));
    v128.store(q, low);
    v128.store(q, high, 16);
  }
  for (; i < n; i++) store<f64>(at(y, i), load<f64>(at(y, i)) + alpha * load<f64>(at(x, i)));
}

/** x *= alpha. */
export function scale(alpha: f64, x: usize, n: i32): void {
  const a = f64x2.splat(alpha);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = at(x, i);
    const low = f64x2.mul(a, v128.load(p));
    const high = f64x2.mul(a, v128.load(p, 16));
    v128.store(p, low);
    v128.store(p, high, 16);
  }
  for (; i < n; i++) store<f64>(at(x, i), alpha * load<f64>(at(x, i)));
}

/** x[0..n) = 0. */
export function clear(x: usize, n: i32): void {
  memory.fill(x, 0, (<usize>n) << 3);
}
