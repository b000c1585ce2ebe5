import { gemmScratchBytes } from './gemm';
import { copyLine, packColumns, packRows } from './packing';
import { elementAt, heightAt, LINE, SLAB_HEIGHT, slabTop, stripAt } from './slabs';
import { multiplyStripTile, multiplyTile, put, TILE_BYTES } from './tile';
import { nth } from './vectors';

/*
 * Products with a matrix in slabs: see slabs.ts. `scratch` holds as much as gemm's; panels have at most 64 rows, updates
 * at most 128.
 */

/** Columns that go through an update and a product together: what they meet stays in the second-level cache. */
const COLS: i32 = 1024;

/**
 * Strips that go through them side by side: what they meet of L and V is brought into the first-level cache for all of
 * them, and their lines are asked for further apart.
 */
const TOGETHER: i32 = 4;

/** Strips that are read side by side by a product with rows, with a stream for each. */
const STREAMS: i32 = 8;

/** Columns of a panel that are packed together. */
const PACKED: i32 = 1024;

/** Rows that are summed up at once: half a slab in float32, where the rounding errors of a longer sum would tell. */
function depthOf<T>(): i32 {
  return sizeof<T>() == 8 ? SLAB_HEIGHT : (SLAB_HEIGHT / 2 + 3) & ~3;
}

/** The row before which what is summed up with `row` ends. */
function endOf<T>(row: i32): i32 {
  const top = slabTop(row);
  return row < top + depthOf<T>() ? top + depthOf<T>() : top + SLAB_HEIGHT;
}

/**
 * A -= L^T R in rows row..row + count, for k rows of L and of R, where k is not 0, and then C = V A of the same rows,
 * or C += V A where `add`, for a panel V of m rows, m a multiple of four. One pass over A, a few strips of which
 * are multiplied while they are in the caches.
 */
export function updateSlabsAndMultiply(
  bytes: i32,
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  k: i32,
  l: usize,
  ldl: i32,
  r: usize,
  ldr: i32,
  m: i32,
  panel: usize,
  ldp: i32,
  add: bool,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  for (let from = col; from < cols;) {
    const to =
      bytes == 8
        ? both<f64>(
            a,
            lda,
            rows,
            cols,
            row,
            from,
            count,
            k,
            l,
            ldl,
            r,
            ldr,
            m,
            panel,
            ldp,
            add,
            c,
            ldc,
            scratch,
          )
        : both<f32>(
            a,
            lda,
            rows,
            cols,
            row,
            from,
            count,
            k,
            l,
            ldl,
            r,
            ldr,
            m,
            panel,
            ldp,
            add,
            c,
            ldc,
            scratch,
          );
    r += <usize>((to - from) * bytes);
    c += <usize>((to - from) * bytes);
    from = to;
  }
}

/** The same of some columns from `col` on; the column after them. */
function both<T>(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  count: i32,
  k: i32,
  l: usize,
  ldl: i32,
  r: usize,
  ldr: i32,
  m: i32,
  panel: usize,
  ldp: i32,
  add: bool,
  c: usize,
  ldc: i32,
  scratch: usize,
): i32 {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const line: i32 = LINE / sizeof<T>();
  const maxDepth = depthOf<T>();
  const packedV = scratch;
  const packedL = nth<T>(packedV, m * maxDepth);
  const packedR = nth<T>(packedL, k * maxDepth);
  const room = <i32>((gemmScratchBytes() - (packedR - scratch)) / sizeof<T>()) / (k + m);
  const present = min(min(COLS, room & -line), cols - col);
  const products = nth<T>(packedR, k * ((present + line - 1) & -line));
  packColumns<T>(r, ldr, present, k, packedR, width);
  const last = row + count;
  for (let r0 = row; r0 < last;) {
    const depth = min(last, endOf<T>(r0)) - r0;
    packColumns<T>(nth<T>(l, r0 - row), ldl, depth, k, packedL, 4);
    packRows<T>(nth<T>(panel, r0 - row), ldp, m, depth, packedV, 4);
    for (let first = 0; first < present; first += TOGETHER * line) {
      const end = min(present, first + TOGETHER * line);
      for (let i = 0; k > 0 && i < depth; i += 4) {
        const left = nth<T>(packedL, i * k);
        for (let j = first; j < end; j += width) {
          const tile = elementAt<T>(a, lda, rows, r0, col + j) + <usize>(i * LINE);
          multiplyTile<T>(k, left, nth<T>(packedR, j * k), TILE_BYTES, tile, LINE, -1, true);
        }
      }
      for (let i = 0; i < m; i += 4) {
        const left = nth<T>(packedV, i * depth);
        for (let j = first; j < end; j += width) {
          const strip = elementAt<T>(a, lda, rows, r0, col + j);
          const product = nth<T>(products, m * (j & -line) + (j & (line - 1))) + <usize>(i * LINE);
          multiplyTile<T>(depth, left, strip, LINE, product, LINE, 1, r0 > row);
        }
      }
    }
    r0 += depth;
  }
  for (let i = 0; i < m; i++) {
    let from = products + <usize>(i * LINE);
    let to = nth<T>(c, i * ldc);
    for (let j = 0; j < present; j += line, from += <usize>(m * LINE), to += LINE) {
      putLine<T>(to, from, min(line, present - j), add);
    }
  }
  return col + present;
}

/** Up to a line of elements to `target`, or added to it. */
function putLine<T>(target: usize, source: usize, count: i32, add: bool): void {
  if (count == LINE / sizeof<T>() && !add) copyLine(source, target, LINE);
  else for (let q = 0; q < count; q++) put<T>(nth<T>(target, q), nth<T>(source, q), add);
}

/** C = U A^T for a panel U of m rows. */
export function panelTimesSlabsTurned(
  bytes: i32,
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  m: i32,
  panel: usize,
  ldp: i32,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  if (bytes == 8) timesRows<f64>(a, lda, rows, cols, row, col, m, panel, ldp, c, ldc, scratch);
  else timesRows<f32>(a, lda, rows, cols, row, col, m, panel, ldp, c, ldc, scratch);
}

function timesRows<T>(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  row: i32,
  col: i32,
  m: i32,
  panel: usize,
  ldp: i32,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const line: i32 = LINE / sizeof<T>();
  const across = ((m + width - 1) / width) * width;
  const turned = scratch;
  const packed = nth<T>(turned, SLAB_HEIGHT * across);
  const step = nth<T>(0, across);
  const group = STREAMS * line;
  for (let j0 = col; j0 < cols; j0 += PACKED) {
    const chunk = min(PACKED, cols - j0);
    // A group of columns after the other, each packed for the tiles.
    for (let j = 0; j < chunk; j += group) {
      packRows<T>(
        nth<T>(panel, j0 - col + j),
        ldp,
        m,
        min(group, chunk - j),
        nth<T>(packed, j * across),
        width,
      );
    }
    for (let r0 = row; r0 < rows;) {
      const top = slabTop(r0);
      const height = heightAt(rows, top);
      const end = top + height;
      for (let j = 0; j < chunk; j += group) {
        const depth = min(group, chunk - j);
        const strips = stripAt<T>(a, lda, rows, r0, j0 + j);
        const strip = nth<T>(packed, j * across);
        for (let r = 0; r < end - r0; r += 4) {
          for (let i = 0; i < across; i += width) {
            multiplyStripTile<T>(
              depth,
              strips + <usize>(r * LINE),
              <usize>(height * LINE),
              nth<T>(strip, i * depth),
              nth<T>(turned, r * across + i),
              step,
              j > 0,
            );
          }
        }
      }
      const present = min(end, rows) - r0;
      for (let i = 0; i < m; i++) {
        const target = nth<T>(c, i * ldc + r0 - row);
        let source = nth<T>(turned, i);
        for (let r = 0; r < present; r++, source += step)
          put<T>(nth<T>(target, r), source, j0 > col);
      }
      r0 = end;
    }
  }
}
