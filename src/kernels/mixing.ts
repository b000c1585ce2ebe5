import { copyBlock } from './blocks';
import { at, scale } from './vectors';

/*
 * A seeded random orthogonal transform of vectors of any length n: signs at random, the Walsh-Hadamard
 * transform of the first 2^k elements, 2^k <= n < 2^(k+1), signs again, that of the last 2^k. Of a matrix
 * whose entries hang together it makes one whose entries look like independent noise, so that rounding
 * errors no longer add up. Ailon, Chazelle, "The fast Johnson-Lindenstrauss transform", 2009.
 */

/** Columns that are transformed together: two cache lines, and n rows of them fit the second-level cache. */
const STRIP: i32 = 16;

/** Transforms each row of a block of float64s, in place. scratch: 2 cols float64s. */
export function mixRows(a: usize, lda: i32, rows: i32, cols: i32, seed: i32, scratch: usize): void {
  const size = powerBelow(cols);
  const signs = scratch;
  const others = at(scratch, cols);
  makeSigns(seed, signs, cols);
  if (size < cols) makeSigns(~seed, others, cols);
  for (let r = 0; r < rows; r++) {
    const row = at(a, r * lda);
    multiplyBy(signs, row, cols);
    transformRow(row, size);
    if (size == cols) continue;
    multiplyBy(others, row, cols);
    transformRow(at(row, cols - size), size);
  }
}

/**
 * Transforms each column of a block of float64s, in place. Where the `size` float64s of `scratch` hold a strip
 * of columns it goes there meanwhile: each step of the transform passes all its rows, which in the matrix lie
 * on a page each.
 */
export function mixColumns(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  seed: i32,
  scratch: usize,
  size: i32,
): void {
  const fits = rows * STRIP <= size;
  for (let c = 0; c < cols; c += STRIP) {
    const strip = at(a, c);
    const width = min(STRIP, cols - c);
    if (fits) {
      copyBlock(strip, lda, rows, width, scratch, STRIP);
      mixStrip(scratch, STRIP, rows, width, seed);
      copyBlock(scratch, STRIP, rows, width, strip, lda);
    } else {
      mixStrip(strip, lda, rows, width, seed);
    }
  }
}

function mixStrip(strip: usize, lda: i32, rows: i32, width: i32, seed: i32): void {
  const size = powerBelow(rows);
  flipRowSigns(strip, lda, rows, width, seed);
  transformColumns(strip, lda, size, width);
  if (size == rows) return;
  flipRowSigns(strip, lda, rows, width, ~seed);
  transformColumns(at(strip, (rows - size) * lda), lda, size, width);
}

function powerBelow(n: i32): i32 {
  return 1 << (31 - clz(n));
}

/** Whether element i changes its sign: a bit of a well mixed hash (the finaliser of MurmurHash3). */
function flips(seed: i32, i: i32): bool {
  let h = <u32>(seed ^ (i * 0x9e3779b1));
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return ((h ^ (h >> 16)) & 1) != 0;
}

function makeSigns(seed: i32, signs: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(at(signs, i), flips(seed, i) ? -1 : 1);
}

/** x[i] *= y[i]. */
function multiplyBy(y: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = at(x, i);
    const q = at(y, i);
    const low = f64x2.mul(v128.load(p), v128.load(q));
    const high = f64x2.mul(v128.load(p, 16), v128.load(q, 16));
    v128.store(p, low);
    v128.store(p, high, 16);
  }
  for (; i < n; i++) store<f64>(at(x, i), load<f64>(at(x, i)) * load<f64>(at(y, i)));
}

function flipRowSigns(a: usize, lda: i32, rows: i32, cols: i32, seed: i32): void {
  for (let r = 0; r < rows; r++) if (flips(seed, r)) scale(-1, at(a, r * lda), cols);
}

/** The orthonormal Walsh-Hadamard transform of 2^k elements. */
function transformRow(x: usize, n: i32): void {
  if (n == 1) return;
  const factor = 1 / Math.sqrt(<f64>n);
  if (n == 2) {
    const left = load<f64>(x);
    const right = load<f64>(x, 8);
    store<f64>(x, (left + right) * factor);
    store<f64>(x, (left - right) * factor, 8);
    return;
  }
  firstButterflies(x, n, n == 4 ? factor : 1);
  let half = 4;
  for (; 4 * half <= n; half <<= 2) {
    const scaled = 4 * half == n ? factor : 1;
    for (let start = 0; start < n; start += 4 * half) {
      const p = at(x, start);
      fourButterflies(p, at(p, half), at(p, 2 * half), at(p, 3 * half), half, scaled);
    }
  }
  if (half < n) butterfly(x, at(x, half), half, factor);
}

/** The same of each of the first columns of 2^k rows. */
function transformColumns(a: usize, lda: i32, n: i32, cols: i32): void {
  const factor = 1 / Math.sqrt(<f64>n);
  let half = 1;
  for (; 4 * half <= n; half <<= 2) {
    const scaled = 4 * half == n ? factor : 1;
    const step = at(0, half * lda);
    for (let start = 0; start < n; start += 4 * half) {
      for (let i = start; i < start + half; i++) {
        const p = at(a, i * lda);
        fourButterflies(p, p + step, p + 2 * step, p + 3 * step, cols, scaled);
      }
    }
  }
  if (half == n) return;
  for (let i = 0; i < half; i++) {
    butterfly(at(a, i * lda), at(a, (i + half) * lda), cols, factor);
  }
}

/** (x, y) <- factor (x + y, x - y). */
function butterfly(x: usize, y: usize, n: i32, factor: f64): void {
  const scaling = f64x2.splat(factor);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const p = at(x, i);
    const q = at(y, i);
    const left = v128.load(p);
    const right = v128.load(q);
    v128.store(p, f64x2.mul(scaling, f64x2.add(left, right)));
    v128.store(q, f64x2.mul(scaling, f64x2.sub(left, right)));
  }
  for (; i < n; i++) {
    const left = load<f64>(at(x, i));
    const right = load<f64>(at(y, i));
    store<f64>(at(x, i), factor * (left + right));
    store<f64>(at(y, i), factor * (left - right));
  }
}

/** Butterflies of (x, y) and (z, w), then of (x, z) and (y, w): two steps of the transform in one pass. */
function fourButterflies(x: usize, y: usize, z: usize, w: usize, n: i32, factor: f64): void {
  const scaling = f64x2.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o = at(0, i);
    const a = v128.load(x + o);
    const b = v128.load(y + o);
    const c = v128.load(z + o);
    const d = v128.load(w + o);
    const a1 = v128.load(x + o, 16);
    const b1 = v128.load(y + o, 16);
    const c1 = v128.load(z + o, 16);
    const d1 = v128.load(w + o, 16);
    const upperSum = f64x2.add(a, b);
    const upperDifference = f64x2.sub(a, b);
    const lowerSum = f64x2.add(c, d);
    const lowerDifference = f64x2.sub(c, d);
    const upperSum1 = f64x2.add(a1, b1);
    const upperDifference1 = f64x2.sub(a1, b1);
    const lowerSum1 = f64x2.add(c1, d1);
    const lowerDifference1 = f64x2.sub(c1, d1);
    storePair(x + o, scaling, f64x2.add(upperSum, lowerSum), f64x2.add(upperSum1, lowerSum1));
    storePair(
      y + o,
      scaling,
      f64x2.add(upperDifference, lowerDifference),
      f64x2.add(upperDifference1, lowerDifference1),
    );
    storePair(z + o, scaling, f64x2.sub(upperSum, lowerSum), f64x2.sub(upperSum1, lowerSum1));
    storePair(
      w + o,
      scaling,
      f64x2.sub(upperDifference, lowerDifference),
      f64x2.sub(upperDifference1, lowerDifference1),
    );
  }
  for (; i < n; i++) {
    const o = at(0, i);
    const upperSum = load<f64>(x + o) + load<f64>(y + o);
    const upperDifference = load<f64>(x + o) - load<f64>(y + o);
    const lowerSum = load<f64>(z + o) + load<f64>(w + o);
    const lowerDifference = load<f64>(z + o) - load<f64>(w + o);
    store<f64>(x + o, factor * (upperSum + lowerSum));
    store<f64>(y + o, factor * (upperDifference + lowerDifference));
    store<f64>(z + o, factor * (upperSum - lowerSum));
    store<f64>(w + o, factor * (upperDifference - lowerDifference));
  }
}

/** Two neighbouring vectors, multiplied. */
function storePair(p: usize, factor: v128, x: v128, y: v128): void {
  const low = f64x2.mul(factor, x);
  const high = f64x2.mul(factor, y);
  v128.store(p, low);
  v128.store(p, high, 16);
}

/** The first two steps of the transform of a row: of every four neighbours. */
function firstButterflies(x: usize, n: i32, factor: f64): void {
  const scaling = f64x2.splat(factor);
  const end = at(x, n);
  for (let p = x; p < end; p += 32) {
    const low = v128.load(p);
    const high = v128.load(p, 16);
    const even = v128.shuffle<f64>(low, high, 0, 2);
    const odd = v128.shuffle<f64>(low, high, 1, 3);
    const sum = f64x2.add(even, odd);
    const difference = f64x2.sub(even, odd);
    const left = v128.shuffle<f64>(sum, difference, 0, 2);
    const right = v128.shuffle<f64>(sum, difference, 1, 3);
    v128.store(p, f64x2.mul(scaling, f64x2.add(left, right)));
    v128.store(p, f64x2.mul(scaling, f64x2.sub(left, right)), 16);
  }
}
