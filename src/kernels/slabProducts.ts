import { copyLine, packColumns, packRows } from './packing';
import { heightAt, LINE, SLAB_HEIGHT, slabTop, stripAt } from './slabs';
import { multiplyStripTile, multiplyTile, put, TILE_BYTES } from './tile';
import { nth } from './vectors';

/*
 * Products with a matrix in slabs: see slabs.ts. `scratch` holds as much as gemm's; panels have at most 64 rows.
 */

/** Elements of a product of a panel that are kept, by strips, while it is summed up. */
const PRODUCT: i32 = 256 * 512;

/** Strips that are read side by side, with a stream for each. */
const STREAMS: i32 = 8;

/** Columns of a panel that are packed together. */
const PACKED: i32 = 1024;

/** Columns and depth of a packed block of the right factor of an update, of which the left one has a slab's rows. */
const COLS: i32 = 256;
const DEPTH: i32 = 256;

/** Rows that are summed up at once: half of them in float32, where the rounding errors of a longer sum would tell. */
function depthOf<T>(): i32 {
  return sizeof<T>() == 8 ? SLAB_HEIGHT : SLAB_HEIGHT / 2;
}

/** C = V A for a panel V of m rows, m a multiple of four. C's rows are filled up to whole strips. */
export function panelTimesSlabs(
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
  if (bytes == 8) timesColumns<f64>(a, lda, rows, cols, row, col, m, panel, ldp, c, ldc, scratch);
  else timesColumns<f32>(a, lda, rows, cols, row, col, m, panel, ldp, c, ldc, scratch);
}

function timesColumns<T>(
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
  const depthLimit = depthOf<T>();
  const packed = nth<T>(scratch, PRODUCT);
  const block = (PRODUCT / m) & -line;
  for (let j0 = col; j0 < cols; j0 += block) {
    const chunk = min(block, cols - j0);
    for (let p0 = row; p0 < rows;) {
      const depth = min(rows, p0 - (p0 % depthLimit) + depthLimit) - p0;
      packRows<T>(nth<T>(panel, p0 - row), ldp, m, depth, packed, 4);
      let product = scratch;
      for (let j = 0; j < chunk; j += line, product += <usize>(m * LINE)) {
        const strip = stripAt<T>(a, lda, rows, p0, j0 + j);
        // Each tile touches its share of the strip that follows.
        const next = stripAt<T>(a, lda, rows, p0, min(j + line, chunk - 1) + j0);
        const pace: usize = (LINE * 4) / m;
        for (let q = 0; q < line; q += width) {
          for (let i = 0; i < m; i += 4) {
            multiplyTile<T>(
              depth,
              nth<T>(packed, i * depth),
              nth<T>(strip, q),
              LINE,
              nth<T>(product + <usize>(i * LINE), q),
              LINE,
              1,
              p0 > row,
              next + (i * depth * LINE) / m,
              pace,
            );
          }
        }
      }
      p0 += depth;
    }
    for (let i = 0; i < m; i++) {
      let from = scratch + <usize>(i * LINE);
      let to = nth<T>(c, i * ldc + j0 - col);
      for (let j = 0; j < chunk; j += line, from += <usize>(m * LINE), to += LINE)
        copyLine(from, to, LINE);
    }
  }
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

/** A -= L^T R in rows row..row + count, for k rows of L and of R. */
export function subtractFromSlabs(
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
  scratch: usize,
): void {
  if (bytes == 8) subtract<f64>(a, lda, rows, cols, row, col, count, k, l, ldl, r, ldr, scratch);
  else subtract<f32>(a, lda, rows, cols, row, col, count, k, l, ldl, r, ldr, scratch);
}

function subtract<T>(
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
  scratch: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const line: i32 = LINE / sizeof<T>();
  const packedL = nth<T>(scratch, DEPTH * COLS);
  const last = row + count;
  for (let j0 = col; j0 < cols; j0 += COLS) {
    const chunk = min(COLS, cols - j0);
    for (let p0 = 0; p0 < k; p0 += DEPTH) {
      const depth = min(DEPTH, k - p0);
      packColumns<T>(nth<T>(r, p0 * ldr + j0 - col), ldr, chunk, depth, scratch, width);
      for (let r0 = row; r0 < last;) {
        const end = min(last, slabTop(r0) + SLAB_HEIGHT);
        packColumns<T>(nth<T>(l, p0 * ldl + r0 - row), ldl, end - r0, depth, packedL, 4);
        for (let j = 0; j < chunk; j += width) {
          const right = nth<T>(scratch, j * depth);
          let tile = nth<T>(stripAt<T>(a, lda, rows, r0, j0 + j), (j0 + j) & (line - 1));
          let left = packedL;
          for (let i = r0; i < end; i += 4, tile += 4 * LINE, left += nth<T>(0, 4 * depth)) {
            multiplyTile<T>(depth, left, right, TILE_BYTES, tile, LINE, -1, true);
          }
        }
        r0 = end;
      }
    }
  }
}
