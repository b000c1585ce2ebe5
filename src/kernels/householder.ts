import { addPair } from './pairs';
import { at, axpy, dot, mulAdd, scale, sumsOfPairs } from './vectors';

/**
 * Below this sum of squares a vector counts as zero. Matrices arrive scaled to a largest entry near 1,
 * so what is dropped is under 1e-135 of it; kept, its norm would be made of denormal squares, and a
 * reflector built on an inexact norm is not orthogonal.
 */
const NEGLIGIBLE_SQUARE: f64 = 1e-270;

/** The value to which the last `makeReflector` reduced its vector: the second result of that call. */
export let reflectedHead: f64 = 0;

/**
 * Householder reflector H = I - tau v v^T with H x = (reflectedHead, 0, ..., 0). Overwrites x by v, with
 * v[0] = 1, and returns tau (0 where H is the identity). Golub, Van Loan, "Matrix Computations", 5.1.
 */
export function makeReflector(x: usize, n: i32): f64 {
  const head = load<f64>(x);
  const square = n > 1 ? dot(x + 8, x + 8, n - 1) : 0;
  store<f64>(x, 1);
  if (square == 0 || square + head * head < NEGLIGIBLE_SQUARE) {
    reflectedHead = head;
    if (n > 1) memory.fill(x + 8, 0, (<usize>(n - 1)) << 3);
    return 0;
  }
  const norm = Math.sqrt(head * head + square);
  const beta = head >= 0 ? -norm : norm;
  scale(1 / (head - beta), x + 8, n - 1);
  reflectedHead = beta;
  return (beta - head) / beta;
}

/** Applies I - tau v v^T to `count` contiguous vectors of length n, `stride` bytes apart. */
export function reflectRows(
  v: usize,
  tau: f64,
  rows: usize,
  stride: usize,
  count: i32,
  n: i32,
): void {
  let row = rows;
  let i = 0;
  for (; i + 4 <= count; i += 4, row += stride << 2) reflectFour(v, tau, row, stride, n);
  for (; i < count; i++, row += stride) axpy(-tau * dot(v, row, n), v, row, n);
}

/** Four vectors at once: each element of v is loaded once for all of them. */
function reflectFour(v: usize, tau: f64, r0: usize, stride: usize, n: i32): void {
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o = at(0, i);
    const x = v128.load(v + o);
    const y = v128.load(v + o, 16);
    a0 = mulAdd(a0, x, v128.load(r0 + o));
    a1 = mulAdd(a1, x, v128.load(r1 + o));
    a2 = mulAdd(a2, x, v128.load(r2 + o));
    a3 = mulAdd(a3, x, v128.load(r3 + o));
    b0 = mulAdd(b0, y, v128.load(r0 + o, 16));
    b1 = mulAdd(b1, y, v128.load(r1 + o, 16));
    b2 = mulAdd(b2, y, v128.load(r2 + o, 16));
    b3 = mulAdd(b3, y, v128.load(r3 + o, 16));
  }
  let low = sumsOfPairs(a0, b0, a1, b1, 0);
  let high = sumsOfPairs(a2, b2, a3, b3, 2);
  const whole = i;
  for (; i < n; i++) {
    const o = at(0, i);
    const x = v128.load64_splat(v + o);
    low = mulAdd(low, x, twoOf(r0 + o, r1 + o));
    high = mulAdd(high, x, twoOf(r2 + o, r3 + o));
  }
  const factor = f64x2.splat(-tau);
  low = f64x2.mul(low, factor);
  high = f64x2.mul(high, factor);
  const s0 = f64x2.extract_lane(low, 0);
  const s1 = f64x2.extract_lane(low, 1);
  const s2 = f64x2.extract_lane(high, 0);
  const s3 = f64x2.extract_lane(high, 1);
  const c0 = f64x2.splat(s0);
  const c1 = f64x2.splat(s1);
  const c2 = f64x2.splat(s2);
  const c3 = f64x2.splat(s3);
  for (i = 0; i < whole; i += 4) {
    const o = at(0, i);
    const x = v128.load(v + o);
    const y = v128.load(v + o, 16);
    addPair(r0 + o, c0, x, y);
    addPair(r1 + o, c1, x, y);
    addPair(r2 + o, c2, x, y);
    addPair(r3 + o, c3, x, y);
  }
  for (; i < n; i++) {
    const o = at(0, i);
    const x = load<f64>(v + o);
    store<f64>(r0 + o, load<f64>(r0 + o) + s0 * x);
    store<f64>(r1 + o, load<f64>(r1 + o) + s1 * x);
    store<f64>(r2 + o, load<f64>(r2 + o) + s2 * x);
    store<f64>(r3 + o, load<f64>(r3 + o) + s3 * x);
  }
}

/** The float64s at two addresses. */
function twoOf(p: usize, q: usize): v128 {
  return v128.load64_lane(q, v128.load64_zero(p), 1);
}

/**
 * Applies I - tau v v^T from the left to a block of n rows, `stride` bytes apart, and `cols` columns, a
 * multiple of eight, in column strips of 16 whose inner products stay in registers.
 */
export function reflectColumns(
  v: usize,
  tau: f64,
  block: usize,
  stride: usize,
  n: i32,
  cols: i32,
): void {
  let c = 0;
  for (; c + 16 <= cols; c += 16) reflectSixteen(v, tau, at(block, c), stride, n);
  for (; c < cols; c += 8) reflectEight(v, tau, at(block, c), stride, n);
}

function reflectSixteen(v: usize, tau: f64, block: usize, stride: usize, n: i32): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let p = block;
  const end = at(v, n);
  for (let q = v; q < end; q += 8, p += stride) {
    const x = v128.load64_splat(q);
    s0 = mulAdd(s0, x, v128.load(p));
    s1 = mulAdd(s1, x, v128.load(p, 16));
    s2 = mulAdd(s2, x, v128.load(p, 32));
    s3 = mulAdd(s3, x, v128.load(p, 48));
    s4 = mulAdd(s4, x, v128.load(p, 64));
    s5 = mulAdd(s5, x, v128.load(p, 80));
    s6 = mulAdd(s6, x, v128.load(p, 96));
    s7 = mulAdd(s7, x, v128.load(p, 112));
  }
  const factor = f64x2.splat(-tau);
  s0 = f64x2.mul(factor, s0);
  s1 = f64x2.mul(factor, s1);
  s2 = f64x2.mul(factor, s2);
  s3 = f64x2.mul(factor, s3);
  s4 = f64x2.mul(factor, s4);
  s5 = f64x2.mul(factor, s5);
  s6 = f64x2.mul(factor, s6);
  s7 = f64x2.mul(factor, s7);
  p = block;
  for (let q = v; q < end; q += 8, p += stride) {
    const x = v128.load64_splat(q);
    addPair(p, x, s0, s1);
    addPair(p + 32, x, s2, s3);
    addPair(p + 64, x, s4, s5);
    addPair(p + 96, x, s6, s7);
  }
}

function reflectEight(v: usize, tau: f64, block: usize, stride: usize, n: i32): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let p = block;
  const end = at(v, n);
  for (let q = v; q < end; q += 8, p += stride) {
    const x = v128.load64_splat(q);
    s0 = mulAdd(s0, x, v128.load(p));
    s1 = mulAdd(s1, x, v128.load(p, 16));
    s2 = mulAdd(s2, x, v128.load(p, 32));
    s3 = mulAdd(s3, x, v128.load(p, 48));
  }
  const factor = f64x2.splat(-tau);
  s0 = f64x2.mul(factor, s0);
  s1 = f64x2.mul(factor, s1);
  s2 = f64x2.mul(factor, s2);
  s3 = f64x2.mul(factor, s3);
  p = block;
  for (let q = v; q < end; q += 8, p += stride) {
    const x = v128.load64_splat(q);
    addPair(p, x, s0, s1);
    addPair(p + 32, x, s2, s3);
  }
}
