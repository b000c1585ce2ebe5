import { type GpuProgram, program } from './program.ts';

const THREADS = 256;

/** A tile takes 2^12 float32s of workgroup memory: 16 KiB, which every adapter has. */
const LOG2_TILE = 12;
const LOG2_BLOCK = 8;

/** Longest transform. */
export const MAX_MIX_BLOCK = 2 ** LOG2_BLOCK;

const GATHER_PARAMETERS = [
  /** Element (i, j) of matrix z is at start[z] + i * rowStride + j * colStride; zero from rows, cols on. */
  'rows',
  'cols',
  'rowStride',
  'colStride',
  'paddedRows',
  'paddedCols',
  /** From here on `starts` holds this batch. */
  'firstStart',
  /** Row i of matrix z goes to target0 + z * targetBatch + i * paddedCols. */
  'target0',
  'targetBatch',
] as const;

export type GatherProgram = GpuProgram<(typeof GATHER_PARAMETERS)[number]>;

/** Threads a workgroup of the gather has: a strip of a row. */
export const GATHER_COLUMNS = 64;

/**
 * Windows of a matrix, one below the other, row-major and padded with zeros. `starts` holds whole numbers
 * as bits. Grid: [ceil(paddedCols / 64), paddedRows, batch].
 */
export function gatherProgram(): GatherProgram {
  const wgsl = `
@compute @workgroup_size(${GATHER_COLUMNS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = group.y;
  let j = group.x * ${GATHER_COLUMNS}u + local;
  if (j >= p.paddedCols) { return; }
  var value = 0.0;
  if (i < p.rows && j < p.cols) {
    let start = bitcast<u32>(starts[p.firstStart + group.z]);
    value = source[start + i * p.rowStride + j * p.colStride];
  }
  windows[p.target0 + group.z * p.targetBatch + i * p.paddedCols + j] = value;
}`;
  return program({
    name: 'gather',
    parameters: GATHER_PARAMETERS,
    buffers: { source: 'read', starts: 'read', windows: 'read-write' },
    wgsl,
  });
}

const CLEAR_PARAMETERS = ['size', 'stride'] as const;

export type ClearLowerProgram = GpuProgram<(typeof CLEAR_PARAMETERS)[number]>;

/** Zeros below the diagonal of the first `size` rows. Grid: [ceil(size / 64), size, 1]. */
export function clearLowerProgram(): ClearLowerProgram {
  const wgsl = `
@compute @workgroup_size(${GATHER_COLUMNS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let j = group.x * ${GATHER_COLUMNS}u + local;
  if (j < group.y && j < p.size) { target0[group.y * p.stride + j] = 0.0; }
}`;
  return program({
    name: 'clearLower',
    parameters: CLEAR_PARAMETERS,
    buffers: { target0: 'read-write' },
    wgsl,
  });
}

const MIX_PARAMETERS = [
  /** Blocks of 2^log2Block elements along one axis, the first of them from `first` on. */
  'log2Block',
  'first',
  'stride',
  /** The other axis. */
  'others',
  'otherStride',
  'base0',
  'batchStride',
  'seed',
] as const;

export type MixProgram = GpuProgram<(typeof MIX_PARAMETERS)[number]>;

/** Lines of the other axis in a tile, for blocks of this length. */
export function mixLines(block: number): number {
  return Math.min(2 ** LOG2_TILE / block, MAX_MIX_BLOCK);
}

/**
 * In place, along one axis: random signs, then the Walsh-Hadamard transform of every block, orthonormal.
 * The signs are a hash of seed and position, so that every run gives the same bits. Grid:
 * [ceil(others / mixLines(block)), blocks, batch].
 */
export function mixProgram(): MixProgram {
  const wgsl = `
var<workgroup> tile: array<f32, ${2 ** LOG2_TILE}>;
fn hash(x: u32) -> u32 {
  // The murmur3 finaliser.
  var h = x;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let log2Lines = min(${LOG2_TILE}u - p.log2Block, ${LOG2_BLOCK}u);
  let block = 1u << p.log2Block;
  let lines = 1u << log2Lines;
  let count = 1u << (p.log2Block + log2Lines);
  let first = p.first + group.y * block;
  let other0 = group.x * lines;
  let base = p.base0 + group.z * p.batchStride;
  // 2^(-log2Block / 2), put together from its bits: WGSL's own root and quotient may be off.
  let power = bitcast<f32>((127u - p.log2Block / 2u) << 23u);
  let scale = select(power, power * 0.70710678, p.log2Block % 2u == 1u);
  // Neighbouring threads take neighbouring addresses, whichever axis is contiguous.
  let isAlong = p.stride == 1u;
  for (var e = local; e < count; e += ${THREADS}u) {
    let along = select(e >> log2Lines, e & (block - 1u), isAlong);
    let other = select(e & (lines - 1u), e >> p.log2Block, isAlong);
    var value = 0.0;
    if (other0 + other < p.others) {
      value = source[base + (first + along) * p.stride + (other0 + other) * p.otherStride] * scale;
    }
    let flip = hash(p.seed + (first + along) * 0x9e3779b9u) & 1u;
    tile[(along << log2Lines) + other] = select(value, -value, flip == 1u);
  }
  workgroupBarrier();
  for (var bit = 0u; bit < ${LOG2_BLOCK}u; bit++) {
    if (bit < p.log2Block) {
      let half = 1u << bit;
      for (var e = local; e < count / 2u; e += ${THREADS}u) {
        let pair = e >> log2Lines;
        let low = ((pair >> bit) << (bit + 1u)) + (pair & (half - 1u));
        let at = (low << log2Lines) + (e & (lines - 1u));
        let x = tile[at];
        let y = tile[at + (half << log2Lines)];
        tile[at] = x + y;
        tile[at + (half << log2Lines)] = x - y;
      }
    }
    workgroupBarrier();
  }
  for (var e = local; e < count; e += ${THREADS}u) {
    let along = select(e >> log2Lines, e & (block - 1u), isAlong);
    let other = select(e & (lines - 1u), e >> p.log2Block, isAlong);
    if (other0 + other < p.others) {
      source[base + (first + along) * p.stride + (other0 + other) * p.otherStride] = tile[(along << log2Lines) + other];
    }
  }
}`;
  return program({
    name: 'mix',
    parameters: MIX_PARAMETERS,
    buffers: { source: 'read-write' },
    wgsl,
  });
}
