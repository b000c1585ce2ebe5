import { MAX_MIX_BLOCK } from './wgsl/mixPrograms.ts';

/** A pass of transforms along an axis: blocks of 2^log2Block elements, the first from `first` on. */
export interface MixPass {
  readonly log2Block: number;
  readonly first: number;
  readonly blocks: number;
  /** Of this pass, so that no two flip the same signs. */
  readonly seed: number;
}

/**
 * How an axis of this length is mixed: blocks of the largest power of two up to 256 from its start, then,
 * where they leave a rest, one more block at its end that overlaps them. Each pass is orthogonal.
 */
export function mixPasses(length: number, seed: number): readonly MixPass[] {
  const log2Block = Math.floor(Math.log2(Math.min(length, MAX_MIX_BLOCK)));
  if (log2Block === 0) return [];
  const block = 2 ** log2Block;
  const blocks = Math.floor(length / block);
  const passes = [{ log2Block, first: 0, blocks, seed }];
  if (blocks * block === length) return passes;
  return [...passes, { log2Block, first: length - block, blocks: 1, seed: seed + 1 }];
}

/**
 * Mixes a row-major matrix from both sides, in place, in float64: random signs, then Walsh-Hadamard
 * transforms, orthonormal, so that no singular value changes. Entries that are all alike, which round in
 * the same direction, become entries like those of a random matrix, whose roundings cancel.
 */
export function mixMatrix(data: Float64Array, rows: number, cols: number, seed: number): void {
  for (const pass of mixPasses(cols, seed)) mixAxis(data, pass, 1, rows, cols);
  for (const pass of mixPasses(rows, seed + 2)) mixAxis(data, pass, cols, cols, 1);
}

/** One pass along the axis of this stride, for `others` lines that are `otherStride` apart. */
function mixAxis(
  data: Float64Array,
  { log2Block, first, blocks, seed }: MixPass,
  stride: number,
  others: number,
  otherStride: number,
): void {
  const block = 2 ** log2Block;
  const scale = 1 / Math.sqrt(block);
  for (let index = first; index < first + blocks * block; index++) {
    const factor = isFlipped(seed, index) ? -scale : scale;
    for (let o = 0; o < others; o++) data[index * stride + o * otherStride]! *= factor;
  }
  for (let half = 1; half < block; half *= 2) {
    for (let low = first; low < first + blocks * block; low++) {
      if ((low - first) & half) continue;
      butterflies(data, low * stride, (low + half) * stride, others, otherStride);
    }
  }
}

function butterflies(
  data: Float64Array,
  low: number,
  high: number,
  others: number,
  otherStride: number,
): void {
  for (let o = 0; o < others; o++) {
    const at = o * otherStride;
    const x = data[low + at]!;
    const y = data[high + at]!;
    data[low + at] = x + y;
    data[high + at] = x - y;
  }
}

/** The same hash as on the GPU: the murmur3 finaliser. */
function isFlipped(seed: number, index: number): boolean {
  let h = (seed + Math.imul(index, 0x9e3779b9)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) & 1) === 1;
}
