import { at, mulAdd } from './vectors';

/**
 * Block sizes: a packed block of A (ROWS x DEPTH, 192 KiB) stays in the second-level cache while the
 * packed block of B (DEPTH x COLS, 1 MiB) streams past it. Goto, van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008.
 */
const ROWS: i32 = 96;
const DEPTH: i32 = 256;
const COLS: i32 = 512;

/** Bytes of scratch memory that `gemm` needs. */
export function gemmScratchBytes(): usize {
  return at(0, DEPTH * COLS + ROWS * DEPTH + 16);
}

/**
 * C = alpha op(A) op(B) + beta C, row-major, with op(A) [m, k], op(B) [k, n] and beta 0 or 1. Leading
 * dimensions are in elements. C may not overlap A or B.
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
  const packedB = scratch;
  const packedA = at(packedB, DEPTH * COLS);
  const edge = at(packedA, ROWS * DEPTH);
  const factor = f64x2.splat(alpha);
  if (k == 0 && beta == 0) {
    for (let i = 0; i < m; i++) memory.fill(at(c, i * ldc), 0, at(0, n));
  }
  for (let j0 = 0; j0 < n; j0 += COLS) {
    const cols = min(COLS, n - j0);
    for (let p0 = 0; p0 < k; p0 += DEPTH) {
      const depth = min(DEPTH, k - p0);
      const add = beta != 0 || p0 > 0;
      if (transB) packRows(at(b, j0 * ldb + p0), ldb, cols, depth, packedB);
      else packColumns(at(b, p0 * ldb + j0), ldb, cols, depth, packedB);
      for (let i0 = 0; i0 < m; i0 += ROWS) {
        const rows = min(ROWS, m - i0);
        if (transA) packColumns(at(a, p0 * lda + i0), lda, rows, depth, packedA);
        else packRows(at(a, i0 * lda + p0), lda, rows, depth, packedA);
        for (let j = 0; j < cols; j += 4) {
          const stripB = at(packedB, j * depth);
          for (let i = 0; i < rows; i += 4) {
            const stripA = at(packedA, i * depth);
            const tile = at(c, (i0 + i) * ldc + j0 + j);
            if (i + 4 <= rows && j + 4 <= cols) {
              multiplyTile(depth, stripA, stripB, tile, at(0, ldc), factor, add);
            } else {
              multiplyTile(depth, stripA, stripB, edge, 32, factor, false);
              copyEdge(edge, tile, ldc, min(4, rows - i), min(4, cols - j), add);
            }
          }
        }
      }
    }
  }
}

/** Groups of four rows of the source, interleaved along the depth; missing rows are zeros. */
function packRows(source: usize, ld: i32, rows: i32, depth: i32, target: usize): void {
  let out = target;
  for (let i = 0; i < rows; i += 4) {
    const present = rows - i;
    const r0 = at(source, i * ld);
    if (present >= 4) {
      const r1 = at(r0, ld);
      const r2 = at(r1, ld);
      const r3 = at(r2, ld);
      let p = 0;
      for (; p + 2 <= depth; p += 2, out += 64) {
        const o = at(0, p);
        const x0 = v128.load(r0 + o);
        const x1 = v128.load(r1 + o);
        const x2 = v128.load(r2 + o);
        const x3 = v128.load(r3 + o);
        v128.store(out, v128.shuffle<f64>(x0, x1, 0, 2));
        v128.store(out, v128.shuffle<f64>(x2, x3, 0, 2), 16);
        v128.store(out, v128.shuffle<f64>(x0, x1, 1, 3), 32);
        v128.store(out, v128.shuffle<f64>(x2, x3, 1, 3), 48);
      }
      if (p < depth) {
        store<f64>(out, load<f64>(at(r0, p)));
        store<f64>(out, load<f64>(at(r1, p)), 8);
        store<f64>(out, load<f64>(at(r2, p)), 16);
        store<f64>(out, load<f64>(at(r3, p)), 24);
        out += 32;
      }
    } else {
      memory.fill(out, 0, (<usize>depth) << 5);
      for (let q = 0; q < present; q++) {
        const row = at(r0, q * ld);
        for (let p = 0; p < depth; p++) {
          store<f64>(at(out, p * 4 + q), load<f64>(at(row, p)));
        }
      }
      out += (<usize>depth) << 5;
    }
  }
}

/** Groups of four columns of the source; missing columns are zeros. */
function packColumns(source: usize, ld: i32, cols: i32, depth: i32, target: usize): void {
  let out = target;
  const step = at(0, ld);
  for (let j = 0; j < cols; j += 4) {
    const present = cols - j;
    let row = at(source, j);
    if (present >= 4) {
      for (let p = 0; p < depth; p++, out += 32, row += step) {
        v128.store(out, v128.load(row));
        v128.store(out, v128.load(row, 16), 16);
      }
    } else {
      for (let p = 0; p < depth; p++, out += 32, row += step) {
        for (let q = 0; q < 4; q++) {
          store<f64>(at(out, q), q < present ? load<f64>(at(row, q)) : 0);
        }
      }
    }
  }
}

/** A 4 x 4 tile of C, held in eight registers over the whole depth. */
function multiplyTile(
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
  const end = a + ((<usize>depth) << 5);
  // Compared by address, not by count, and not unrolled: both measured faster in V8.
  for (; a < end; a += 32, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    c00 = mulAdd(c00, a0, b0);
    c01 = mulAdd(c01, a0, b1);
    const a1 = v128.load64_splat(a, 8);
    c10 = mulAdd(c10, a1, b0);
    c11 = mulAdd(c11, a1, b1);
    const a2 = v128.load64_splat(a, 16);
    c20 = mulAdd(c20, a2, b0);
    c21 = mulAdd(c21, a2, b1);
    const a3 = v128.load64_splat(a, 24);
    c30 = mulAdd(c30, a3, b0);
    c31 = mulAdd(c31, a3, b1);
  }
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  if (add) {
    v128.store(c, mulAdd(v128.load(c), factor, c00));
    v128.store(c, mulAdd(v128.load(c, 16), factor, c01), 16);
    v128.store(r1, mulAdd(v128.load(r1), factor, c10));
    v128.store(r1, mulAdd(v128.load(r1, 16), factor, c11), 16);
    v128.store(r2, mulAdd(v128.load(r2), factor, c20));
    v128.store(r2, mulAdd(v128.load(r2, 16), factor, c21), 16);
    v128.store(r3, mulAdd(v128.load(r3), factor, c30));
    v128.store(r3, mulAdd(v128.load(r3, 16), factor, c31), 16);
  } else {
    v128.store(c, f64x2.mul(factor, c00));
    v128.store(c, f64x2.mul(factor, c01), 16);
    v128.store(r1, f64x2.mul(factor, c10));
    v128.store(r1, f64x2.mul(factor, c11), 16);
    v128.store(r2, f64x2.mul(factor, c20));
    v128.store(r2, f64x2.mul(factor, c21), 16);
    v128.store(r3, f64x2.mul(factor, c30));
    v128.store(r3, f64x2.mul(factor, c31), 16);
  }
}

/** The part of a 4 x 4 tile that lies inside C. */
function copyEdge(tile: usize, c: usize, ldc: i32, rows: i32, cols: i32, add: bool): void {
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < cols; q++) {
      const target = at(c, r * ldc + q);
      const value = load<f64>(at(tile, r * 4 + q));
      store<f64>(target, add ? load<f64>(target) + value : value);
    }
  }
}
