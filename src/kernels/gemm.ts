import { packColumns, packRows } from './packing';
import { at, mulAddOf, nth } from './vectors';

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
  return at(0, DEPTH * COLS + ROWS * DEPTH + 16);
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
  /** Columns of a tile: two vectors. */
  const width: i32 = 32 / sizeof<T>();
  const isPanel = m <= PANEL_ROWS;
  const maxDepth = isPanel ? PANEL_DEPTH : DEPTH;
  const maxCols = isPanel ? PANEL_COLS : COLS;
  const packedB = scratch;
  const packedA = nth<T>(packedB, DEPTH * COLS);
  const edge = nth<T>(packedA, ROWS * DEPTH);
  const factor = v128.splat<T>(<T>alpha);
  if (k == 0 && beta == 0) {
    for (let i = 0; i < m; i++) memory.fill(nth<T>(c, i * ldc), 0, nth<T>(0, n));
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
              multiplyTile<T>(depth, stripA, stripB, tile, nth<T>(0, ldc), factor, add);
            } else {
              multiplyTile<T>(depth, stripA, stripB, edge, 32, factor, false);
              copyEdge<T>(edge, tile, ldc, min(4, rows - i), min(width, cols - j), add);
            }
          }
        }
      }
    }
  }
}

/** A tile of C, four rows of two vectors, held in eight registers over the whole depth. */
function multiplyTile<T>(
  depth: i32,
  stripA: usize,
  stripB: usize,
  c: usize,
  ldc: usize,
  factor: v128,
  add: bool,
): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let a = stripA;
  let b = stripB;
  const end = b + ((<usize>depth) << 5);
  // Compared by address, not by count, and not unrolled: both measured faster in V8.
  for (; b < end; a += 4 * sizeof<T>(), b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(a);
    c00 = mulAddOf<T>(c00, a0, b0);
    c01 = mulAddOf<T>(c01, a0, b1);
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = mulAddOf<T>(c10, a1, b0);
    c11 = mulAddOf<T>(c11, a1, b1);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = mulAddOf<T>(c20, a2, b0);
    c21 = mulAddOf<T>(c21, a2, b1);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = mulAddOf<T>(c30, a3, b0);
    c31 = mulAddOf<T>(c31, a3, b1);
  }
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  storeRow<T>(c, c00, c01, factor, add);
  storeRow<T>(r1, c10, c11, factor, add);
  storeRow<T>(r2, c20, c21, factor, add);
  storeRow<T>(r3, c30, c31, factor, add);
}

function storeRow<T>(row: usize, left: v128, right: v128, factor: v128, add: bool): void {
  if (add) {
    v128.store(row, mulAddOf<T>(v128.load(row), factor, left));
    v128.store(row, mulAddOf<T>(v128.load(row, 16), factor, right), 16);
  } else {
    v128.store(row, v128.mul<T>(factor, left));
    v128.store(row, v128.mul<T>(factor, right), 16);
  }
}

/** The part of a tile, its rows 32 bytes apart, that lies inside C. */
function copyEdge<T>(tile: usize, c: usize, ldc: i32, rows: i32, cols: i32, add: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < cols; q++) {
      const target = nth<T>(c, r * ldc + q);
      const value = nth<T>(tile + ((<usize>r) << 5), q);
      if (!add) store<T>(target, load<T>(value));
      else if (sizeof<T>() == 8) store<f64>(target, load<f64>(target) + load<f64>(value));
      else store<f32>(target, load<f32>(target) + load<f32>(value));
    }
  }
}
