import { at, axpy } from './vectors';

/** Rows that share a cache line in the destination are moved together. */
const TILE: i32 = 8;

/** target[c * ldt + r] = source[r * lds + c] for r < rows, c < cols. */
export function transposeBlock(
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
        store<f64>(at(target, c * ldt + q), load<f64>(at(source, q * lds + c)));
      }
    }
  }
}

/** target[r * ldt + c] = source[r * lds + c] for r < rows, c < cols. */
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
