import { packColumns, packRows } from './packing';
import { copyEdge, multiplyRowsTile, multiplyTile, TILE_BYTES } from './tile';
import { nth } from './vectors';

/** Rows of C that go through both products together: with what they meet they stay in the second-level cache. */
const GROUP: i32 = 16;

/** Rows of C whose columns of U are packed together. */
const CHUNK: i32 = 256;

/** Depth of a pass of the second product; half of it in float32, where the rounding errors of a longer sum would tell. */
const DEPTH: i32 = 256;

/**
 * C -= U^T V, and then W = -N C^T, in one pass over C: U is [k, count], V [k, depth], C [count, depth], N [m, depth]
 * and W [m, count], of float64s or float32s, `bytes` of each. k, m are at most 64, depth at most 512; k may be 0.
 * scratch: as much as gemm's.
 */
export function updateAndMultiply(
  bytes: i32,
  k: i32,
  u: usize,
  ldu: i32,
  v: usize,
  ldv: i32,
  m: i32,
  n: usize,
  ldn: i32,
  count: i32,
  depth: i32,
  c: usize,
  ldc: i32,
  w: usize,
  ldw: i32,
  scratch: usize,
): void {
  if (bytes == 8) both<f64>(k, u, ldu, v, ldv, m, n, ldn, count, depth, c, ldc, w, ldw, scratch);
  else both<f32>(k, u, ldu, v, ldv, m, n, ldn, count, depth, c, ldc, w, ldw, scratch);
}

function both<T>(
  k: i32,
  u: usize,
  ldu: i32,
  v: usize,
  ldv: i32,
  m: i32,
  n: usize,
  ldn: i32,
  count: i32,
  depth: i32,
  c: usize,
  ldc: i32,
  w: usize,
  ldw: i32,
  scratch: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const maxDepth: i32 = sizeof<T>() == 8 ? DEPTH : DEPTH / 2;
  const across = ((m + width - 1) / width) * width;
  const packedV = scratch;
  const packedN = nth<T>(packedV, k * (depth + width));
  const packedU = nth<T>(packedN, across * depth);
  const turned = nth<T>(packedU, k * CHUNK);
  const edge = nth<T>(turned, GROUP * across);
  packColumns<T>(v, ldv, depth, k, packedV, width);
  for (let p = 0; p < depth; p += maxDepth) {
    const piece = min(maxDepth, depth - p);
    packRows<T>(nth<T>(n, p), ldn, m, piece, nth<T>(packedN, p * across), width);
  }
  for (let r0 = 0; r0 < count; r0 += GROUP) {
    const rows = min(GROUP, count - r0);
    const first = r0 & (CHUNK - 1);
    if (first == 0) packColumns<T>(nth<T>(u, r0), ldu, min(CHUNK, count - r0), k, packedU, 4);
    const group = nth<T>(c, r0 * ldc);
    if (k > 0) {
      update<T>(k, nth<T>(packedU, first * k), packedV, rows, depth, group, ldc, edge);
    }
    multiply<T>(across, packedN, rows, depth, group, ldc, turned, edge);
    for (let i = 0; i < m; i++) {
      const target = nth<T>(w, i * ldw + r0);
      for (let r = 0; r < rows; r++) {
        store<T>(nth<T>(target, r), load<T>(nth<T>(turned, r * across + i)));
      }
    }
  }
}

/** Some rows of C -= U^T V. */
function update<T>(
  k: i32,
  packedU: usize,
  packedV: usize,
  rows: i32,
  depth: i32,
  c: usize,
  ldc: i32,
  edge: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const step = nth<T>(0, ldc);
  for (let s = 0; s < depth; s += width) {
    const right = nth<T>(packedV, s * k);
    for (let r = 0; r < rows; r += 4) {
      const left = nth<T>(packedU, r * k);
      const tile = nth<T>(c, r * ldc + s);
      if (r + 4 <= rows && s + width <= depth) {
        multiplyTile<T>(k, left, right, TILE_BYTES, tile, step, -1, true);
      } else {
        multiplyTile<T>(k, left, right, TILE_BYTES, edge, TILE_BYTES, -1, false);
        copyEdge<T>(edge, tile, ldc, min(4, rows - r), min(width, depth - s), true);
      }
    }
  }
}

/** The product of some rows of C with N, turned: a row of it for each row of C, of `across` elements. */
function multiply<T>(
  across: i32,
  packedN: usize,
  rows: i32,
  depth: i32,
  c: usize,
  ldc: i32,
  turned: usize,
  edge: usize,
): void {
  const width: i32 = TILE_BYTES / sizeof<T>();
  const maxDepth: i32 = sizeof<T>() == 8 ? DEPTH : DEPTH / 2;
  const step = nth<T>(0, across);
  for (let p = 0; p < depth; p += maxDepth) {
    const piece = min(maxDepth, depth - p);
    const packed = nth<T>(packedN, p * across);
    for (let i = 0; i < across; i += width) {
      const right = nth<T>(packed, i * piece);
      for (let r = 0; r < rows; r += 4) {
        const left = nth<T>(c, r * ldc + p);
        const tile = nth<T>(turned, r * across + i);
        if (r + 4 <= rows) {
          multiplyRowsTile<T>(piece, left, nth<T>(0, ldc), right, tile, step, -1, p > 0);
        } else {
          packRows<T>(left, ldc, rows - r, piece, edge, 4);
          multiplyTile<T>(piece, edge, right, TILE_BYTES, tile, step, -1, p > 0);
        }
      }
    }
  }
}
