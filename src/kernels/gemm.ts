import { packColumns, packRows } from './packing';
import { FEW_ROWS, panelTimesColumns, panelTimesRows } from './panelProduct';
import { copyEdge, multiplyTile, TILE_BYTES } from './tile';
import { at, nth } from './vectors';

/**
 * Block sizes: a packed block of A (ROWS x DEPTH, 192 KiB) stays in the second-level cache while the
 * packed block of B (DEPTH x COLS, 1 MiB) streams past it. Goto, van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008.
 */
const ROWS: i32 = 96;
const DEPTH: i32 = 256;
const COLS: i32 = 512;

/**
 * Up to so many rows A is a panel and B a large matrix of which each element is used for these rows only:
 * then the packed block of B is what must stay in the second-level cache, between packing and use.
 */
const PANEL_ROWS: i32 = 64;
const PANEL_DEPTH: i32 = 128;
const PANEL_COLS: i32 = 256;

/** Bytes of scratch memory that `gemm` and `gemmFloat32` need. */
export function gemmScratchBytes(): usize {
  return at(0, DEPTH * COLS + ROWS * DEPTH + 32);
}

/**
 * C = alpha op(A) op(B) + beta C in float64, row-major, with op(A) [m, k], op(B) [k, n] and beta 0 or 1.
 * Leading dimensions are in elements. C may not overlap A or B.
 */
export function gemm(
  transA: bool,
  transB: bool,
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
  multiply<f64>(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, scratch);
}

/** As `gemm`, with all three matrices, and the arithmetic, in float32. */
export function gemmFloat32(
  transA: bool,
  transB: bool,
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
  multiply<f32>(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, scratch);
}

function multiply<T>(
  transA: bool,
  transB: bool,
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
  /** Columns of a tile. */
  const width: i32 = TILE_BYTES / sizeof<T>();
  const isPanel = m <= PANEL_ROWS;
  const maxDepth = isPanel ? PANEL_DEPTH : DEPTH;
  const maxCols = isPanel ? PANEL_COLS : COLS;
  const packedB = scratch;
  const packedA = nth<T>(packedB, DEPTH * COLS);
  const edge = nth<T>(packedA, ROWS * DEPTH);
  if (k == 0 && beta == 0) {
    for (let i = 0; i < m; i++) memory.fill(nth<T>(c, i * ldc), 0, nth<T>(0, n));
  }
  if (m <= FEW_ROWS) {
    if (transB) panelTimesRows<T>(transA, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, scratch);
    else panelTimesColumns<T>(transA, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, scratch);
    return;
  }
  for (let j0 = 0; j0 < n; j0 += maxCols) {
    const cols = min(maxCols, n - j0);
    for (let p0 = 0; p0 < k; p0 += maxDepth) {
      const depth = min(maxDepth, k - p0);
      const add = beta != 0 || p0 > 0;
      if (transB) packRows<T>(nth<T>(b, j0 * ldb + p0), ldb, cols, depth, packedB, width);
      else packColumns<T>(nth<T>(b, p0 * ldb + j0), ldb, cols, depth, packedB, width);
      for (let i0 = 0; i0 < m; i0 += ROWS) {
        const rows = min(ROWS, m - i0);
        if (transA) packColumns<T>(nth<T>(a, p0 * lda + i0), lda, rows, depth, packedA, 4);
        else packRows<T>(nth<T>(a, i0 * lda + p0), lda, rows, depth, packedA, 4);
        for (let j = 0; j < cols; j += width) {
          const stripB = nth<T>(packedB, j * depth);
          for (let i = 0; i < rows; i += 4) {
            const stripA = nth<T>(packedA, i * depth);
            const tile = nth<T>(c, (i0 + i) * ldc + j0 + j);
            if (i + 4 <= rows && j + width <= cols) {
              multiplyTile<T>(depth, stripA, stripB, TILE_BYTES, tile, nth<T>(0, ldc), alpha, add);
            } else {
              multiplyTile<T>(depth, stripA, stripB, TILE_BYTES, edge, TILE_BYTES, alpha, false);
              copyEdge<T>(edge, tile, ldc, min(4, rows - i), min(width, cols - j), add);
            }
          }
        }
      }
    }
  }
}
