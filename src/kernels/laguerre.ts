import { IS_WIDE } from './registers';
import { at, mulAdd } from './vectors';

/** Points that are taken in one call. */
export const POINTS: i32 = 16;

/** Of these at once: each waits for one division after the other, meanwhile the rest go on. */
const TOGETHER: i32 = IS_WIDE ? 16 : 8;

/** Bytes between the points, the counts and the two sums of each. */
export const COUNTS: usize = 8 * POINTS;
export const SUMS: usize = 2 * COUNTS;
export const SQUARE_SUMS: usize = 3 * COUNTS;

/** A pivot of zero makes the next one infinite; from here on z / (z - q) is one, as it should be then. */
const FAR: usize = memory.data<f64>([1e300]);

/** In memory, since V8 makes a constant of 256 bits anew wherever it is used. */
const ONE: usize = memory.data<f64>([1]);

/**
 * For POINTS points x > 0, which are at `points`, what Laguerre's iteration needs: as 64-bit integers how many
 * eigenvalues y of B^T B are below x, and as float64s the sums over all of them of x / (y - x) and of its
 * square. B is upper bidiagonal, n by n, and given by its squares in pairs: q of the diagonal, e of the
 * superdiagonal, the last of which is zero.
 *
 * Counted are the negative pivots p = q - z of B^T B - x I, by the differential stationary qd transform, whose
 * pivots are those of a matrix with entries wrong by some units in the last place. The sums are logarithmic
 * derivatives of the product of the pivots, from derivatives u = x z', v = x^2 z'' whose terms have one sign.
 * Where a pivot is nearly zero the sums may not be finite. Parlett, Dhillon, "Relatively robust
 * representations of symmetric tridiagonals", 2000.
 */
export function laguerreSums(squares: usize, n: i32, points: usize): void {
  for (let first = 0; first < POINTS; first += TOGETHER) sumsOf(squares, n, at(points, first));
}

/** Of TOGETHER points. What is added to is loaded anew: V8's joined multiply-add destroys its sum. */
function sumsOf(squares: usize, n: i32, points: usize): void {
  const zero = f64x2.splat(0);
  let z0 = v128.load(points);
  let z1 = v128.load(points, 16);
  let z2 = v128.load(points, 32);
  let z3 = v128.load(points, 48);
  let u0 = z0;
  let u1 = z1;
  let u2 = z2;
  let u3 = z3;
  let v0 = zero;
  let v1 = zero;
  let v2 = zero;
  let v3 = zero;
  let f0 = zero;
  let f1 = zero;
  let f2 = zero;
  let f3 = zero;
  let g0 = zero;
  let g1 = zero;
  let g2 = zero;
  let g3 = zero;
  let k0 = zero;
  let k1 = zero;
  let k2 = zero;
  let k3 = zero;
  let z4 = IS_WIDE ? v128.load(points, 64) : zero;
  let z5 = IS_WIDE ? v128.load(points, 80) : zero;
  let z6 = IS_WIDE ? v128.load(points, 96) : zero;
  let z7 = IS_WIDE ? v128.load(points, 112) : zero;
  let u4 = z4;
  let u5 = z5;
  let u6 = z6;
  let u7 = z7;
  let v4 = zero;
  let v5 = zero;
  let v6 = zero;
  let v7 = zero;
  let f4 = zero;
  let f5 = zero;
  let f6 = zero;
  let f7 = zero;
  let g4 = zero;
  let g5 = zero;
  let g6 = zero;
  let g7 = zero;
  let k4 = zero;
  let k5 = zero;
  let k6 = zero;
  let k7 = zero;
  const end = at(squares, 2 * n);
  for (let pair = squares; pair < end; pair += 16) {
    const one = v128.load64_splat(ONE);
    const far = v128.load64_splat(FAR);
    const q = v128.load64_splat(pair);
    const e = v128.load64_splat(pair, 8);
    const p0 = f64x2.sub(q, z0);
    const p1 = f64x2.sub(q, z1);
    const p2 = f64x2.sub(q, z2);
    const p3 = f64x2.sub(q, z3);
    const w0 = f64x2.mul(e, z0);
    const w1 = f64x2.mul(e, z1);
    const w2 = f64x2.mul(e, z2);
    const w3 = f64x2.mul(e, z3);
    const r0 = f64x2.div(one, p0);
    const r1 = f64x2.div(one, p1);
    const r2 = f64x2.div(one, p2);
    const r3 = f64x2.div(one, p3);
    z0 = f64x2.pmin(far, mulAdd(v128.load(points), w0, r0));
    z1 = f64x2.pmin(far, mulAdd(v128.load(points, 16), w1, r1));
    z2 = f64x2.pmin(far, mulAdd(v128.load(points, 32), w2, r2));
    z3 = f64x2.pmin(far, mulAdd(v128.load(points, 48), w3, r3));
    k0 = i64x2.sub(k0, f64x2.lt(p0, zero));
    k1 = i64x2.sub(k1, f64x2.lt(p1, zero));
    k2 = i64x2.sub(k2, f64x2.lt(p2, zero));
    k3 = i64x2.sub(k3, f64x2.lt(p3, zero));
    const c0 = f64x2.mul(f64x2.mul(e, r0), f64x2.mul(q, r0));
    const c1 = f64x2.mul(f64x2.mul(e, r1), f64x2.mul(q, r1));
    const c2 = f64x2.mul(f64x2.mul(e, r2), f64x2.mul(q, r2));
    const c3 = f64x2.mul(f64x2.mul(e, r3), f64x2.mul(q, r3));
    const y0 = f64x2.mul(u0, r0);
    const y1 = f64x2.mul(u1, r1);
    const y2 = f64x2.mul(u2, r2);
    const y3 = f64x2.mul(u3, r3);
    f0 = f64x2.add(f0, y0);
    f1 = f64x2.add(f1, y1);
    f2 = f64x2.add(f2, y2);
    f3 = f64x2.add(f3, y3);
    g0 = mulAdd(mulAdd(g0, v0, r0), y0, y0);
    g1 = mulAdd(mulAdd(g1, v1, r1), y1, y1);
    g2 = mulAdd(mulAdd(g2, v2, r2), y2, y2);
    g3 = mulAdd(mulAdd(g3, v3, r3), y3, y3);
    v0 = f64x2.mul(c0, mulAdd(v0, f64x2.add(u0, u0), y0));
    v1 = f64x2.mul(c1, mulAdd(v1, f64x2.add(u1, u1), y1));
    v2 = f64x2.mul(c2, mulAdd(v2, f64x2.add(u2, u2), y2));
    v3 = f64x2.mul(c3, mulAdd(v3, f64x2.add(u3, u3), y3));
    u0 = mulAdd(v128.load(points), c0, u0);
    u1 = mulAdd(v128.load(points, 16), c1, u1);
    u2 = mulAdd(v128.load(points, 32), c2, u2);
    u3 = mulAdd(v128.load(points, 48), c3, u3);
    if (IS_WIDE) {
      const p4 = f64x2.sub(q, z4);
      const p5 = f64x2.sub(q, z5);
      const p6 = f64x2.sub(q, z6);
      const p7 = f64x2.sub(q, z7);
      const w4 = f64x2.mul(e, z4);
      const w5 = f64x2.mul(e, z5);
      const w6 = f64x2.mul(e, z6);
      const w7 = f64x2.mul(e, z7);
      const r4 = f64x2.div(one, p4);
      const r5 = f64x2.div(one, p5);
      const r6 = f64x2.div(one, p6);
      const r7 = f64x2.div(one, p7);
      z4 = f64x2.pmin(far, mulAdd(v128.load(points, 64), w4, r4));
      z5 = f64x2.pmin(far, mulAdd(v128.load(points, 80), w5, r5));
      z6 = f64x2.pmin(far, mulAdd(v128.load(points, 96), w6, r6));
      z7 = f64x2.pmin(far, mulAdd(v128.load(points, 112), w7, r7));
      k4 = i64x2.sub(k4, f64x2.lt(p4, zero));
      k5 = i64x2.sub(k5, f64x2.lt(p5, zero));
      k6 = i64x2.sub(k6, f64x2.lt(p6, zero));
      k7 = i64x2.sub(k7, f64x2.lt(p7, zero));
      const c4 = f64x2.mul(f64x2.mul(e, r4), f64x2.mul(q, r4));
      const c5 = f64x2.mul(f64x2.mul(e, r5), f64x2.mul(q, r5));
      const c6 = f64x2.mul(f64x2.mul(e, r6), f64x2.mul(q, r6));
      const c7 = f64x2.mul(f64x2.mul(e, r7), f64x2.mul(q, r7));
      const y4 = f64x2.mul(u4, r4);
      const y5 = f64x2.mul(u5, r5);
      const y6 = f64x2.mul(u6, r6);
      const y7 = f64x2.mul(u7, r7);
      f4 = f64x2.add(f4, y4);
      f5 = f64x2.add(f5, y5);
      f6 = f64x2.add(f6, y6);
      f7 = f64x2.add(f7, y7);
      g4 = mulAdd(mulAdd(g4, v4, r4), y4, y4);
      g5 = mulAdd(mulAdd(g5, v5, r5), y5, y5);
      g6 = mulAdd(mulAdd(g6, v6, r6), y6, y6);
      g7 = mulAdd(mulAdd(g7, v7, r7), y7, y7);
      v4 = f64x2.mul(c4, mulAdd(v4, f64x2.add(u4, u4), y4));
      v5 = f64x2.mul(c5, mulAdd(v5, f64x2.add(u5, u5), y5));
      v6 = f64x2.mul(c6, mulAdd(v6, f64x2.add(u6, u6), y6));
      v7 = f64x2.mul(c7, mulAdd(v7, f64x2.add(u7, u7), y7));
      u4 = mulAdd(v128.load(points, 64), c4, u4);
      u5 = mulAdd(v128.load(points, 80), c5, u5);
      u6 = mulAdd(v128.load(points, 96), c6, u6);
      u7 = mulAdd(v128.load(points, 112), c7, u7);
    }
  }
  v128.store(points, k0, COUNTS);
  v128.store(points, k1, COUNTS + 16);
  v128.store(points, k2, COUNTS + 32);
  v128.store(points, k3, COUNTS + 48);
  if (IS_WIDE) {
    v128.store(points, k4, COUNTS + 64);
    v128.store(points, k5, COUNTS + 80);
    v128.store(points, k6, COUNTS + 96);
    v128.store(points, k7, COUNTS + 112);
  }
  v128.store(points, f0, SUMS);
  v128.store(points, f1, SUMS + 16);
  v128.store(points, f2, SUMS + 32);
  v128.store(points, f3, SUMS + 48);
  if (IS_WIDE) {
    v128.store(points, f4, SUMS + 64);
    v128.store(points, f5, SUMS + 80);
    v128.store(points, f6, SUMS + 96);
    v128.store(points, f7, SUMS + 112);
  }
  v128.store(points, g0, SQUARE_SUMS);
  v128.store(points, g1, SQUARE_SUMS + 16);
  v128.store(points, g2, SQUARE_SUMS + 32);
  v128.store(points, g3, SQUARE_SUMS + 48);
  if (IS_WIDE) {
    v128.store(points, g4, SQUARE_SUMS + 64);
    v128.store(points, g5, SQUARE_SUMS + 80);
    v128.store(points, g6, SQUARE_SUMS + 96);
    v128.store(points, g7, SQUARE_SUMS + 112);
  }
}
