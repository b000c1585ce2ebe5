import { at, axpy, nth } from './vectors';

/** Rows that share a cache line in the destination are moved together. */
const TILE: i32 = 8;

/** target[c * ldt + r] = source[r * lds + c] for r < rows, c < cols, float64. */
export function transposeBlock(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  transpose<f64>(source, lds, rows, cols, target, ldt);
}

/** As `transposeBlock`, float32. */
export function transposeBlockFloat32(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  transpose<f32>(source, lds, rows, cols, target, ldt);
}

function transpose<T>(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r += TILE) {
    const end = min(r + TILE, rows);
    for (let c = 0; c < cols; c++) {
      for (let q = r; q < end; q++) {
        store<T>(nth<T>(target, c * ldt + q), load<T>(nth<T>(source, q * lds + c)));
      }
    }
  }
}

/** target[r * ldt + c] = source[r * lds + c] for r < rows, c < cols, float64. */
export function copyBlock(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(at(target, r * ldt), at(source, r * lds), at(0, cols));
  }
}

/** As `copyBlock`, float32. */
export function copyBlockFloat32(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(nth<f32>(target, r * ldt), nth<f32>(source, r * lds), nth<f32>(0, cols));
  }
}

/** target[r * ldt + c], float64, = source[r * lds + c], float32. */
export function widenBlock(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const from = nth<f32>(source, r * lds);
    const to = at(target, r * ldt);
    let c = 0;
    for (; c + 2 <= cols; c += 2) {
      v128.store(at(to, c), f64x2.promote_low_f32x4(v128.load64_zero(nth<f32>(from, c))));
    }
    for (; c < cols; c++) store<f64>(at(to, c), <f64>load<f32>(nth<f32>(from, c)));
  }
}

/**
 * target[r * ldt + c], float32, = source[r * lds + c], float64, rounded. The target may lie over the
 * source, from the same address on, if its rows are no longer than the source's.
 */
export function narrowBlock(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const from = at(source, r * lds);
    const to = nth<f32>(target, r * ldt);
    let c = 0;
    for (; c + 2 <= cols; c += 2) {
      v128.store_lane<u64>(nth<f32>(to, c), f32x4.demote_f64x2_zero(v128.load(at(from, c))), 0);
    }
    for (; c < cols; c++) store<f32>(nth<f32>(to, c), <f32>load<f64>(at(from, c)));
  }
}

/** target[r * ldt + c] -= source[r * lds + c] for r < rows, c < cols. */
export function subtractBlock(
  source: usize,
  lds: i32,
  rows: i32,
  cols: i32,
  target: usize,
  ldt: i32,
): void {
  for (let r = 0; r < rows; r++) axpy(-1, at(source, r * lds), at(target, r * ldt), cols);
}

/** Each element times both factors, whose product may lie outside float64's range. */
export function scaleBlock(a: usize, lda: i32, rows: i32, cols: i32, p: f64, q: f64): void {
  const first = f64x2.splat(p);
  const second = f64x2.splat(q);
  for (let r = 0; r < rows; r++) {
    const row = at(a, r * lda);
    let c = 0;
    for (; c + 2 <= cols; c += 2) {
      v128.store(at(row, c), f64x2.mul(f64x2.mul(v128.load(at(row, c)), first), second));
    }
    for (; c < cols; c++) store<f64>(at(row, c), load<f64>(at(row, c)) * p * q);
  }
}
