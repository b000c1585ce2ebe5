import { IS_WIDE } from './registers';
import { mulAddOf, nth } from './vectors';

/** Bytes of a row of a tile of C: a pair of registers, of 128 or of 256 bits. */
export const TILE_BYTES: i32 = IS_WIDE ? 64 : 32;

/**
 * A tile of C, four rows of TILE_BYTES, held in registers over the whole depth: alpha A B, added to it or
 * in its place. Of A four rows, interleaved; of B rows of TILE_BYTES, `stepB` bytes apart. All of a row is
 * loaded before any of it is stored, and stores follow each other: so V8 can join pairs of vectors.
 */
export function multiplyTile<T>(
  depth: i32,
  stripA: usize,
  stripB: usize,
  stepB: usize,
  c: usize,
  ldc: usize,
  alpha: f64,
  add: bool,
): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  let a = stripA;
  let b = stripB;
  const end = nth<T>(a, 4 * depth);
  // Compared by address, not by count, and not unrolled: both measured faster in V8.
  for (; a < end; a += 4 * sizeof<T>(), b += stepB) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = IS_WIDE ? v128.load(b, 32) : b0;
    const b3 = IS_WIDE ? v128.load(b, 48) : b1;
    const a0 = v128.load_splat<T>(a);
    c00 = mulAddOf<T>(c00, a0, b0);
    c01 = mulAddOf<T>(c01, a0, b1);
    if (IS_WIDE) {
      c02 = mulAddOf<T>(c02, a0, b2);
      c03 = mulAddOf<T>(c03, a0, b3);
    }
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = mulAddOf<T>(c10, a1, b0);
    c11 = mulAddOf<T>(c11, a1, b1);
    if (IS_WIDE) {
      c12 = mulAddOf<T>(c12, a1, b2);
      c13 = mulAddOf<T>(c13, a1, b3);
    }
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = mulAddOf<T>(c20, a2, b0);
    c21 = mulAddOf<T>(c21, a2, b1);
    if (IS_WIDE) {
      c22 = mulAddOf<T>(c22, a2, b2);
      c23 = mulAddOf<T>(c23, a2, b3);
    }
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = mulAddOf<T>(c30, a3, b0);
    c31 = mulAddOf<T>(c31, a3, b1);
    if (IS_WIDE) {
      c32 = mulAddOf<T>(c32, a3, b2);
      c33 = mulAddOf<T>(c33, a3, b3);
    }
  }
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  storeRow<T>(c, c00, c01, c02, c03, alpha, add);
  storeRow<T>(r1, c10, c11, c12, c13, alpha, add);
  storeRow<T>(r2, c20, c21, c22, c23, alpha, add);
  storeRow<T>(r3, c30, c31, c32, c33, alpha, add);
}

/**
 * As `multiplyTile`, with A as four rows, `stepA` bytes apart, that are not interleaved; B's rows
 * follow each other.
 */
export function multiplyRowsTile<T>(
  depth: i32,
  rowsA: usize,
  stepA: usize,
  stripB: usize,
  c: usize,
  ldc: usize,
  alpha: f64,
  add: bool,
): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  let a0 = rowsA;
  let a1 = a0 + stepA;
  let a2 = a1 + stepA;
  let a3 = a2 + stepA;
  let b = stripB;
  const end = b + <usize>depth * TILE_BYTES;
  for (; b < end; b += TILE_BYTES) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = IS_WIDE ? v128.load(b, 32) : b0;
    const b3 = IS_WIDE ? v128.load(b, 48) : b1;
    const x0 = v128.load_splat<T>(a0);
    c00 = mulAddOf<T>(c00, x0, b0);
    c01 = mulAddOf<T>(c01, x0, b1);
    if (IS_WIDE) {
      c02 = mulAddOf<T>(c02, x0, b2);
      c03 = mulAddOf<T>(c03, x0, b3);
    }
    const x1 = v128.load_splat<T>(a1);
    c10 = mulAddOf<T>(c10, x1, b0);
    c11 = mulAddOf<T>(c11, x1, b1);
    if (IS_WIDE) {
      c12 = mulAddOf<T>(c12, x1, b2);
      c13 = mulAddOf<T>(c13, x1, b3);
    }
    const x2 = v128.load_splat<T>(a2);
    c20 = mulAddOf<T>(c20, x2, b0);
    c21 = mulAddOf<T>(c21, x2, b1);
    if (IS_WIDE) {
      c22 = mulAddOf<T>(c22, x2, b2);
      c23 = mulAddOf<T>(c23, x2, b3);
    }
    const x3 = v128.load_splat<T>(a3);
    c30 = mulAddOf<T>(c30, x3, b0);
    c31 = mulAddOf<T>(c31, x3, b1);
    if (IS_WIDE) {
      c32 = mulAddOf<T>(c32, x3, b2);
      c33 = mulAddOf<T>(c33, x3, b3);
    }
    a0 += sizeof<T>();
    a1 += sizeof<T>();
    a2 += sizeof<T>();
    a3 += sizeof<T>();
  }
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  storeRow<T>(c, c00, c01, c02, c03, alpha, add);
  storeRow<T>(r1, c10, c11, c12, c13, alpha, add);
  storeRow<T>(r2, c20, c21, c22, c23, alpha, add);
  storeRow<T>(r3, c30, c31, c32, c33, alpha, add);
}

/**
 * As `multiplyTile` with alpha 1, with A as four rows of a strip of columns, a line of the cache apart, and of the
 * strips after it, `stepA` bytes apart; B's rows follow each other.
 */
export function multiplyStripTile<T>(
  depth: i32,
  stripA: usize,
  stepA: usize,
  stripB: usize,
  c: usize,
  ldc: usize,
  add: bool,
): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  let a = stripA;
  let b = stripB;
  const gap = stepA - 64;
  const end = b + <usize>depth * TILE_BYTES;
  for (; b < end; b += TILE_BYTES) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = IS_WIDE ? v128.load(b, 32) : b0;
    const b3 = IS_WIDE ? v128.load(b, 48) : b1;
    const a0 = v128.load_splat<T>(a);
    c00 = mulAddOf<T>(c00, a0, b0);
    c01 = mulAddOf<T>(c01, a0, b1);
    if (IS_WIDE) {
      c02 = mulAddOf<T>(c02, a0, b2);
      c03 = mulAddOf<T>(c03, a0, b3);
    }
    const a1 = v128.load_splat<T>(a, 64);
    c10 = mulAddOf<T>(c10, a1, b0);
    c11 = mulAddOf<T>(c11, a1, b1);
    if (IS_WIDE) {
      c12 = mulAddOf<T>(c12, a1, b2);
      c13 = mulAddOf<T>(c13, a1, b3);
    }
    const a2 = v128.load_splat<T>(a, 128);
    c20 = mulAddOf<T>(c20, a2, b0);
    c21 = mulAddOf<T>(c21, a2, b1);
    if (IS_WIDE) {
      c22 = mulAddOf<T>(c22, a2, b2);
      c23 = mulAddOf<T>(c23, a2, b3);
    }
    const a3 = v128.load_splat<T>(a, 192);
    c30 = mulAddOf<T>(c30, a3, b0);
    c31 = mulAddOf<T>(c31, a3, b1);
    if (IS_WIDE) {
      c32 = mulAddOf<T>(c32, a3, b2);
      c33 = mulAddOf<T>(c33, a3, b3);
    }
    a += sizeof<T>();
    a += select<usize>(gap, 0, (a & 63) == 0);
  }
  const r1 = c + ldc;
  const r2 = r1 + ldc;
  const r3 = r2 + ldc;
  storeRow<T>(c, c00, c01, c02, c03, 1, add);
  storeRow<T>(r1, c10, c11, c12, c13, 1, add);
  storeRow<T>(r2, c20, c21, c22, c23, 1, add);
  storeRow<T>(r3, c30, c31, c32, c33, 1, add);
}

function storeRow<T>(
  row: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  alpha: f64,
  add: bool,
): void {
  const factor = v128.splat<T>(<T>alpha);
  if (add) {
    x0 = mulAddOf<T>(v128.load(row), factor, x0);
    x1 = mulAddOf<T>(v128.load(row, 16), factor, x1);
    if (IS_WIDE) {
      x2 = mulAddOf<T>(v128.load(row, 32), factor, x2);
      x3 = mulAddOf<T>(v128.load(row, 48), factor, x3);
    }
  } else {
    x0 = v128.mul<T>(factor, x0);
    x1 = v128.mul<T>(factor, x1);
    if (IS_WIDE) {
      x2 = v128.mul<T>(factor, x2);
      x3 = v128.mul<T>(factor, x3);
    }
  }
  v128.store(row, x0);
  v128.store(row, x1, 16);
  if (IS_WIDE) {
    v128.store(row, x2, 32);
    v128.store(row, x3, 48);
  }
}

/** The part of a tile that lies inside C. */
export function copyEdge<T>(
  tile: usize,
  c: usize,
  ldc: i32,
  rows: i32,
  cols: i32,
  add: bool,
): void {
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < cols; q++) {
      put<T>(nth<T>(c, r * ldc + q), nth<T>(tile + <usize>r * TILE_BYTES, q), add);
    }
  }
}

/** The element at `source` to `target`, or added to it. */
export function put<T>(target: usize, source: usize, add: bool): void {
  if (!add) store<T>(target, load<T>(source));
  else if (sizeof<T>() == 8) store<f64>(target, load<f64>(target) + load<f64>(source));
  else store<f32>(target, load<f32>(target) + load<f32>(source));
}
