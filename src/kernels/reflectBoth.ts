import { at, dot, mulAdd, mulSubtract } from './vectors';

/**
 * A <- (I - tau v v^T) (A - p u^T) for a block A of n rows, `stride` bytes apart, and `cols` columns, a multiple
 * of eight: a reflection from the right, of which p is known, and one from the left, with one pass that writes.
 */
export function reflectBoth(
  v: usize,
  tau: f64,
  p: usize,
  u: usize,
  block: usize,
  stride: usize,
  n: i32,
  cols: i32,
): void {
  const along = dot(v, p, n);
  let c = 0;
  for (; c + 16 <= cols; c += 16) {
    reflectSixteen(v, tau, along, p, at(u, c), at(block, c), stride, n);
  }
  for (; c < cols; c += 8) reflectEight(v, tau, along, p, at(u, c), at(block, c), stride, n);
}

function reflectSixteen(
  v: usize,
  tau: f64,
  along: f64,
  p: usize,
  u: usize,
  block: usize,
  stride: usize,
  n: i32,
): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let row = block;
  const end = at(v, n);
  for (let q = v; q < end; q += 8, row += stride) {
    const x = v128.load64_splat(q);
    s0 = mulAdd(s0, x, v128.load(row));
    s1 = mulAdd(s1, x, v128.load(row, 16));
    s2 = mulAdd(s2, x, v128.load(row, 32));
    s3 = mulAdd(s3, x, v128.load(row, 48));
    s4 = mulAdd(s4, x, v128.load(row, 64));
    s5 = mulAdd(s5, x, v128.load(row, 80));
    s6 = mulAdd(s6, x, v128.load(row, 96));
    s7 = mulAdd(s7, x, v128.load(row, 112));
  }
  const factor = f64x2.splat(-tau);
  const share = f64x2.splat(along);
  s0 = f64x2.mul(factor, mulSubtract(s0, share, v128.load(u)));
  s1 = f64x2.mul(factor, mulSubtract(s1, share, v128.load(u, 16)));
  s2 = f64x2.mul(factor, mulSubtract(s2, share, v128.load(u, 32)));
  s3 = f64x2.mul(factor, mulSubtract(s3, share, v128.load(u, 48)));
  s4 = f64x2.mul(factor, mulSubtract(s4, share, v128.load(u, 64)));
  s5 = f64x2.mul(factor, mulSubtract(s5, share, v128.load(u, 80)));
  s6 = f64x2.mul(factor, mulSubtract(s6, share, v128.load(u, 96)));
  s7 = f64x2.mul(factor, mulSubtract(s7, share, v128.load(u, 112)));
  row = block;
  let r = p;
  for (let q = v; q < end; q += 8, r += 8, row += stride) {
    const x = v128.load64_splat(q);
    const y = v128.load64_splat(r);
    updatePair(row, x, s0, s1, y, u);
    updatePair(row + 32, x, s2, s3, y, u + 32);
    updatePair(row + 64, x, s4, s5, y, u + 64);
    updatePair(row + 96, x, s6, s7, y, u + 96);
  }
}

function reflectEight(
  v: usize,
  tau: f64,
  along: f64,
  p: usize,
  u: usize,
  block: usize,
  stride: usize,
  n: i32,
): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let row = block;
  const end = at(v, n);
  for (let q = v; q < end; q += 8, row += stride) {
    const x = v128.load64_splat(q);
    s0 = mulAdd(s0, x, v128.load(row));
    s1 = mulAdd(s1, x, v128.load(row, 16));
    s2 = mulAdd(s2, x, v128.load(row, 32));
    s3 = mulAdd(s3, x, v128.load(row, 48));
  }
  const factor = f64x2.splat(-tau);
  const share = f64x2.splat(along);
  s0 = f64x2.mul(factor, mulSubtract(s0, share, v128.load(u)));
  s1 = f64x2.mul(factor, mulSubtract(s1, share, v128.load(u, 16)));
  s2 = f64x2.mul(factor, mulSubtract(s2, share, v128.load(u, 32)));
  s3 = f64x2.mul(factor, mulSubtract(s3, share, v128.load(u, 48)));
  row = block;
  let r = p;
  for (let q = v; q < end; q += 8, r += 8, row += stride) {
    const x = v128.load64_splat(q);
    const y = v128.load64_splat(r);
    updatePair(row, x, s0, s1, y, u);
    updatePair(row + 32, x, s2, s3, y, u + 32);
  }
}

/** Two neighbouring vectors at q += x (low, high) - y (two neighbouring vectors at u). */
function updatePair(q: usize, x: v128, low: v128, high: v128, y: v128, u: usize): void {
  const first = mulAdd(mulSubtract(v128.load(q), y, v128.load(u)), x, low);
  const second = mulAdd(mulSubtract(v128.load(q, 16), y, v128.load(u, 16)), x, high);
  v128.store(q, first);
  v128.store(q, second, 16);
}
