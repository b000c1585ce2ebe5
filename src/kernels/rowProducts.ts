import { at, dot, mulAdd, sumsOfPairs } from './vectors';

/** x = A u for rows of A `lda` elements apart, four of them at a time. */
export function multiplyRows(a: usize, lda: i32, rows: i32, cols: i32, u: usize, x: usize): void {
  const whole = cols & ~3;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let r0 = at(a, i * lda);
    let r1 = at(r0, lda);
    let r2 = at(r1, lda);
    let r3 = at(r2, lda);
    let a0 = f64x2.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let p = u;
    const end = at(u, whole);
    for (; p < end; p += 32, r0 += 32, r1 += 32, r2 += 32, r3 += 32) {
      const low = v128.load(p);
      const high = v128.load(p, 16);
      a0 = mulAdd(a0, low, v128.load(r0));
      a1 = mulAdd(a1, low, v128.load(r1));
      a2 = mulAdd(a2, low, v128.load(r2));
      a3 = mulAdd(a3, low, v128.load(r3));
      b0 = mulAdd(b0, high, v128.load(r0, 16));
      b1 = mulAdd(b1, high, v128.load(r1, 16));
      b2 = mulAdd(b2, high, v128.load(r2, 16));
      b3 = mulAdd(b3, high, v128.load(r3, 16));
    }
    const upper = sumsOfPairs(a0, b0, a1, b1, 0);
    const lower = sumsOfPairs(a2, b2, a3, b3, 2);
    let s0 = f64x2.extract_lane(upper, 0);
    let s1 = f64x2.extract_lane(upper, 1);
    let s2 = f64x2.extract_lane(lower, 0);
    let s3 = f64x2.extract_lane(lower, 1);
    for (let c = whole; c < cols; c++) {
      const q = load<f64>(p);
      s0 += q * load<f64>(r0);
      s1 += q * load<f64>(r1);
      s2 += q * load<f64>(r2);
      s3 += q * load<f64>(r3);
      p += 8;
      r0 += 8;
      r1 += 8;
      r2 += 8;
      r3 += 8;
    }
    store<f64>(at(x, i), s0);
    store<f64>(at(x, i), s1, 8);
    store<f64>(at(x, i), s2, 16);
    store<f64>(at(x, i), s3, 24);
  }
  for (; i < rows; i++) store<f64>(at(x, i), dot(at(a, i * lda), u, cols));
}
