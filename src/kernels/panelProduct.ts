import { packColumns, packRows } from './packing';
import { copyEdge, multiplyRowsTile, multiplyTile, put, TILE_BYTES } from './tile';
import { nth } from './vectors';

/** Rows of op(A) up to which packing B takes longer than reading it where it lies, as measured. */
export const FEW_ROWS: i32 = 32;

/**
 * Depth of a pass: what is read of B stays in the first-level cache, op(A), packed, in the second. Half of it
 * in float32, where the rounding errors of a longer sum would tell.
 */
const DEPTH: i32 = 256;

/** Elements of scratch memory for a turned product. */
const TURNED: i32 = 256 * 512;

/**
 * C = alpha op(A) B + beta C for few rows of A. B is read where it lies, a strip of columns as wide as a
 * tile at a time: of each row of B one or two whole lines of the cache where rows begin on one.
 */
export function panelTimesColumns<T>(
  transA: bool,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  beta: f64,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const maxDepth: i32 = sizeof<T>() == 8 ? DEPTH : DEPTH / 2;
  const packedA = scratch;
  const packedB = nth<T>(packedA, FEW_ROWS * DEPTH);
  const edge = nth<T>(packedB, width * DEPTH);
  const whole = n - (n % width);
  const row = nth<T>(0, ldc);
  for (let p0 = 0; p0 < k; p0 += maxDepth) {
    const depth = min(maxDepth, k - p0);
    const add = beta != 0 || p0 > 0;
    if (transA) packColumns<T>(nth<T>(a, p0 * lda), lda, m, depth, packedA, 4);
    else packRows<T>(nth<T>(a, p0), lda, m, depth, packedA, 4);
    for (let j = 0; j < n; j += width) {
      let strip = nth<T>(b, p0 * ldb + j);
      let step = nth<T>(0, ldb);
      if (j == whole) {
        packColumns<T>(strip, ldb, n - whole, depth, packedB, width);
        strip = packedB;
        step = TILE_BYTES;
      }
      for (let i = 0; i < m; i += 4) {
        const stripA = nth<T>(packedA, i * depth);
        const tile = nth<T>(c, i * ldc + j);
        if (i + 4 <= m && j < whole) {
          multiplyTile<T>(depth, stripA, strip, step, tile, row, alpha, add);
        } else {
          multiplyTile<T>(depth, stripA, strip, step, edge, TILE_BYTES, alpha, false);
          copyEdge<T>(edge, tile, ldc, min(4, m - i), min(width, n - j), add);
        }
      }
    }
  }
}

/**
 * C = alpha op(A) B^T + beta C for few rows of A, as the turned product B op(A)^T, whose left operand is
 * read where it lies, row by row.
 */
export function panelTimesRows<T>(
  transA: bool,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  beta: f64,
  c: usize,
  ldc: i32,
  scratch: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const maxDepth: i32 = sizeof<T>() == 8 ? DEPTH : DEPTH / 2;
  const across = ((m + width - 1) / width) * width;
  const turned = scratch;
  const packedA = nth<T>(turned, TURNED);
  const packedB = nth<T>(packedA, across * DEPTH);
  const row = nth<T>(0, across);
  const step = nth<T>(0, ldb);
  const block = (TURNED / across) & ~3;
  for (let j0 = 0; j0 < n; j0 += block) {
    const cols = min(block, n - j0);
    for (let p0 = 0; p0 < k; p0 += maxDepth) {
      const depth = min(maxDepth, k - p0);
      const add = p0 > 0;
      if (transA) packColumns<T>(nth<T>(a, p0 * lda), lda, m, depth, packedA, width);
      else packRows<T>(nth<T>(a, p0), lda, m, depth, packedA, width);
      for (let j = 0; j < cols; j += 4) {
        const rows = nth<T>(b, (j0 + j) * ldb + p0);
        const isWhole = j + 4 <= cols;
        if (!isWhole) packRows<T>(rows, ldb, cols - j, depth, packedB, 4);
        for (let i = 0; i < across; i += width) {
          const strip = nth<T>(packedA, i * depth);
          const tile = nth<T>(turned, j * across + i);
          if (isWhole) multiplyRowsTile<T>(depth, rows, step, strip, tile, row, alpha, add);
          else multiplyTile<T>(depth, packedB, strip, TILE_BYTES, tile, row, alpha, add);
        }
      }
    }
    for (let i = 0; i < m; i++) {
      const target = nth<T>(c, i * ldc + j0);
      let source = nth<T>(turned, i);
      for (let j = 0; j < cols; j++, source += row) put<T>(nth<T>(target, j), source, beta != 0);
    }
  }
}
