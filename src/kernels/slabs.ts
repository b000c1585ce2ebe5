import { copyLine } from './packing';
import { nth } from './vectors';

/*
 * A matrix stored in slabs of SLAB_HEIGHT rows, a slab in strips of columns as wide as a line of the cache, a strip by
 * rows. So products read it in the order in which it lies, which processors fetch ahead of use; of a matrix stored by
 * rows they read a line here and a line a row further on. A slab takes as much memory as its rows `lda` elements
 * apart, and lies where they would. Rows are filled up with zeros to a multiple of four, columns to whole strips.
 *
 * All functions here and in slabProducts are told what is stored, float64s or float32s (`bytes` of each), where the
 * matrix lies (`a`, `lda`), its `rows` and `cols`, and from which row and column on it is meant: `row` is a multiple
 * of four and `col` of the columns of a strip.
 */

/** Rows of a slab, of which the last may have fewer. With 256 all strips' lines would fall on the same cache sets. */
export const SLAB_HEIGHT: i32 = 260;

/** Bytes of a row of a strip: a line of the cache. */
export const LINE: i32 = 64;

/** SLAB_HEIGHT, for the host. */
export function slabHeight(): i32 {
  return SLAB_HEIGHT;
}

/** First row of the slab that holds `row`. */
export function slabTop(row: i32): i32 {
  return row - (row % SLAB_HEIGHT);
}

/** Rows, with zeros to fill them up, of the slab that begins at row `top`. */
export function heightAt(rows: i32, top: i32): i32 {
  return min(SLAB_HEIGHT, ((rows + 3) & ~3) - top);
}

/** Address of (row, col), col the first of its strip. */
export function stripAt<T>(a: usize, lda: i32, rows: i32, row: i32, col: i32): usize {
  const top = slabTop(row);
  const strip: i32 = col / (LINE / sizeof<T>());
  return nth<T>(a, top * lda) + <usize>(strip * heightAt(rows, top) + row - top) * LINE;
}

/** Address of (row, col). */
export function elementAt<T>(a: usize, lda: i32, rows: i32, row: i32, col: i32): usize {
  return stripAt<T>(a, lda, rows, row, col) + nth<T>(0, col & (LINE / sizeof<T>() - 1));
}

/** Rows row..row + count <- those of the source, `lds` elements apart. */
export function slabsFromRows(
  bytes: i32,
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  source: usize,
  lds: i32,
  count: i32,
): void {
  if (bytes == 8) fromRows<f64>(a, lda, rows, cols, row, source, lds, count);
  else fromRows<f32>(a, lda, rows, cols, row, source, lds, count);
}

function fromRows<T>(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  source: usize,
  lds: i32,
  count: i32,
): void {
  const width: i32 = LINE / sizeof<T>();
  const end = row + count;
  for (let r0 = row; r0 < end;) {
    const slabEnd = min(end, slabTop(r0) + SLAB_HEIGHT);
    for (let col = 0; col < cols; col += width) {
      let from = nth<T>(source, (r0 - row) * lds + col);
      let to = stripAt<T>(a, lda, rows, r0, col);
      if (col + width <= cols) {
        for (let r = r0; r < slabEnd; r++, from += nth<T>(0, lds), to += LINE)
          copyLine(from, to, LINE);
      } else {
        for (let r = r0; r < slabEnd; r++, from += nth<T>(0, lds), to += LINE) {
          memory.fill(to, 0, LINE);
          for (let c = 0; c < cols - col; c++) store<T>(nth<T>(to, c), load<T>(nth<T>(from, c)));
        }
      }
      if (slabEnd == rows) memory.fill(to, 0, (-rows & 3) * LINE);
    }
    r0 = slabEnd;
  }
}

/** target (r, c) = the matrix (row + r, col + c) for r < count and all columns from col on. */
export function rowsOfSlabs(
  bytes: i32,
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  target: usize,
  ldt: i32,
): void {
  if (bytes == 8) rowsOf<f64>(a, lda, rows, cols, row, col, count, target, ldt);
  else rowsOf<f32>(a, lda, rows, cols, row, col, count, target, ldt);
}

function rowsOf<T>(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  target: usize,
  ldt: i32,
): void {
  const width: i32 = LINE / sizeof<T>();
  for (let c = col; c < cols; c += width) {
    const present = min(width, cols - c);
    for (let r = 0; r < count; r++) {
      const from = stripAt<T>(a, lda, rows, row + r, c);
      const to = nth<T>(target, r * ldt + c - col);
      if (present == width) copyLine(from, to, LINE);
      else for (let q = 0; q < present; q++) store<T>(nth<T>(to, q), load<T>(nth<T>(from, q)));
    }
  }
}

/** target (c, r) = the matrix (row + r, col + c) for c < count and all rows from row on. */
export function columnsOfSlabs(
  bytes: i32,
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  target: usize,
  ldt: i32,
): void {
  if (bytes == 8) columnsOf<f64>(a, lda, rows, cols, row, col, count, target, ldt);
  else columnsOf<f32>(a, lda, rows, cols, row, col, count, target, ldt);
}

function columnsOf<T>(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  target: usize,
  ldt: i32,
): void {
  const width: i32 = LINE / sizeof<T>();
  for (let c0 = 0; c0 < count; c0 += width) {
    const present = min(width, count - c0);
    for (let r = row; r < rows; r++) {
      const from = stripAt<T>(a, lda, rows, r, col + c0);
      for (let c = 0; c < present; c++) {
        store<T>(nth<T>(target, (c0 + c) * ldt + r - row), load<T>(nth<T>(from, c)));
      }
    }
  }
}
