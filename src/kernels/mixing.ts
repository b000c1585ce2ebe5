import { at, scale } from './vectors';

/*
 * A seeded random orthogonal transform of vectors of any length n: signs at random, the Walsh-Hadamard
 * transform of the first 2^k elements, 2^k <= n < 2^(k+1), signs again, that of the last 2^k. Of a matrix
 * whose entries hang together it makes one whose entries look like independent noise, so that rounding
 * errors no longer add up. Ailon, Chazelle, "The fast Johnson-Lindenstrauss transform", 2009.
 */

/** Columns that are transformed together: two cache lines, and n rows of them fit the second-level cache. */
const STRIP: i32 = 16;

/** Transforms each row of a block of float64s, in place. */
export function mixRows(a: usize, lda: i32, rows: i32, cols: i32, seed: i32): void {
  const size = powerBelow(cols);
  for (let r = 0; r < rows; r++) {
    const row = at(a, r * lda);
    flipSigns(row, cols, seed);
    transformRow(row, size);
    if (size == cols) continue;
    flipSigns(row, cols, ~seed);
    transformRow(at(row, cols - size), size);
  }
}

/** Transforms each column of a block of float64s, in place. */
export function mixColumns(a: usize, lda: i32, rows: i32, cols: i32, seed: i32): void {
  const size = powerBelow(rows);
  for (let c = 0; c < cols; c += STRIP) {
    const strip = at(a, c);
    const width = min(STRIP, cols - c);
    flipRowSigns(strip, lda, rows, width, seed);
    transformColumns(strip, lda, size, width);
    if (size == rows) continue;
    flipRowSigns(strip, lda, rows, width, ~seed);
    transformColumns(at(strip, (rows - size) * lda), lda, size, width);
  }
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

function flipSigns(x: usize, n: i32, seed: i32): void {
  for (let i = 0; i < n; i++) {
    if (flips(seed, i)) store<f64>(at(x, i), -load<f64>(at(x, i)));
  }
}

function flipRowSigns(a: usize, lda: i32, rows: i32, cols: i32, seed: i32): void {
  for (let r = 0; r < rows; r++) if (flips(seed, r)) scale(-1, at(a, r * lda), cols);
}

/** The orthonormal Walsh-Hadamard transform of 2^k elements. */
function transformRow(x: usize, n: i32): void {
  if (n == 1) return;
  for (let i = 0; i < n; i += 2) {
    const p = at(x, i);
    const left = load<f64>(p);
    const right = load<f64>(p, 8);
    store<f64>(p, left + right);
    store<f64>(p, left - right, 8);
  }
  for (let half = 2; half < n; half <<= 1) {
    for (let start = 0; start < n; start += 2 * half) {
      butterfly(at(x, start), at(x, start + half), half);
    }
  }
  scale(1 / Math.sqrt(<f64>n), x, n);
}

/** The same of each of the first columns of 2^k rows. */
function transformColumns(a: usize, lda: i32, n: i32, cols: i32): void {
  const factor = 1 / Math.sqrt(<f64>n);
  for (let half = 1; half < n; half <<= 1) {
    for (let start = 0; start < n; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        butterfly(at(a, i * lda), at(a, (i + half) * lda), cols);
      }
    }
  }
  for (let i = 0; i < n; i++) scale(factor, at(a, i * lda), cols);
}

/** (x, y) <- (x + y, x - y). */
function butterfly(x: usize, y: usize, n: i32): void {
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const p = at(x, i);
    const q = at(y, i);
    const left = v128.load(p);
    const right = v128.load(q);
    v128.store(p, f64x2.add(left, right));
    v128.store(q, f64x2.sub(left, right));
  }
  for (; i < n; i++) {
    const left = load<f64>(at(x, i));
    const right = load<f64>(at(y, i));
    store<f64>(at(x, i), left + right);
    store<f64>(at(y, i), left - right);
  }
}
