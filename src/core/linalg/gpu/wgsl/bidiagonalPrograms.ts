import { type GpuProgram, PRECISE, program } from './program.ts';

const THREADS = 256;

const SPREAD_PARAMETERS = ['size', 'blocksBatch', 'bandBatch'] as const;

export type SpreadBandProgram = GpuProgram<(typeof SPREAD_PARAMETERS)[number]>;

/** Rows of the band that a workgroup writes. */
export const SPREAD_THREADS = THREADS;

/**
 * The triangles of all panels as a band with room for bulges: element (i, c) at i * 3 width + c + width.
 * Grid: [ceil(size * 3 width / 256), 1, batch].
 */
export function spreadBandProgram(width: number): SpreadBandProgram {
  const wgsl = `
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let e = group.x * ${THREADS}u + local;
  let i = e / ${3 * width}u;
  let slot = e % ${3 * width}u;
  if (i >= p.size) { return; }
  // Slot 0 of a row is the element \`width\` left of the diagonal.
  var value = 0.0;
  if (slot >= ${width}u && slot <= ${2 * width}u) {
    let c = i + slot - ${width}u;
    if (c < p.size) {
      let step = i / ${width}u;
      let row = i % ${width}u;
      let col = c % ${width}u;
      let isRight = c / ${width}u != step;
      let block = group.z * p.blocksBatch + (2u * step + select(0u, 1u, isRight)) * ${width * width}u;
      // Triangles from the right stand for rows: they are transposed.
      value = blocks[block + select(row * ${width}u + col, col * ${width}u + row, isRight)];
    }
  }
  band[group.z * p.bandBatch + i * ${3 * width + 1}u + slot] = value;
}`;
  return program({
    name: 'spreadBand',
    parameters: SPREAD_PARAMETERS,
    buffers: { blocks: 'read', band: 'read-write' },
    wgsl,
  });
}

const CHASE_PARAMETERS = ['size', 'bandBatch', 'firstTick', 'endTick'] as const;

export type ChaseProgram = GpuProgram<(typeof CHASE_PARAMETERS)[number]>;

/** Ticks that sweep s lags behind sweep s - 1: then no two of them touch the same element. */
const LAG = 3;

/** Ticks that the chase of a band takes in all. */
export function chaseTicks(size: number, width: number): number {
  return LAG * (size - 1) + Math.ceil(size / width) + 1;
}

/** Longest band whose chase one workgroup can hold: a sweep in progress takes `width` threads. */
export function maxChaseSize(width: number): number {
  return LAG * (THREADS - width);
}

/**
 * Band to bidiagonal by chasing bulges, in place, many sweeps of a matrix at once: at tick t, sweep s does
 * its step t - 3 s, a reflector from the right and one from the left (Haidar, Ltaief, Luszczek, Dongarra,
 * "A comprehensive study of task coalescing for selecting parallelism granularity in a two-stage
 * bidiagonal reduction", 2012). One workgroup a matrix, `width` threads a sweep. Grid: [1, 1, batch].
 */
export function chaseProgram(width: number): ChaseProgram {
  const b = width;
  const row = 3 * b;
  const wgsl = `${PRECISE}
fn at(base: u32, i: u32, c: u32) -> u32 { return base + i * ${row}u + c + ${b}u; }
// Reflector of the elements at first, first + stride, ...: v with v[0] = 1, and tau as the result.
fn reflector(first: u32, stride: u32, count: u32, fused: bool,
             v: ptr<function, array<f32, ${b}>>) -> f32 {
  let alpha = band[first];
  var square = 0.0;
  for (var q = 1u; q < ${b}u; q++) {
    var x = 0.0;
    if (q < count) { x = band[first + q * stride]; }
    (*v)[q] = x;
    square = fma(x, x, square);
  }
  (*v)[0] = 1.0;
  if (square < 1e-30) { return 0.0; }
  let norm = preciseRoot(fma(alpha, alpha, square), fused);
  let beta = select(norm, -norm, alpha >= 0.0);
  let scale = preciseQuotient(1.0, alpha - beta, fused);
  for (var q = 1u; q < ${b}u; q++) { (*v)[q] *= scale; }
  return preciseQuotient(beta - alpha, beta, fused);
}
// x -= tau v (v . x) for the elements at first, first + stride, ...
fn reflect(first: u32, stride: u32, count: u32, tau: f32, v: ptr<function, array<f32, ${b}>>) {
  var sum = 0.0;
  for (var q = 0u; q < ${b}u; q++) {
    if (q < count) { sum = fma((*v)[q], band[first + q * stride], sum); }
  }
  let weight = tau * sum;
  for (var q = 0u; q < ${b}u; q++) {
    if (q < count) { band[first + q * stride] = fma(-weight, (*v)[q], band[first + q * stride]); }
  }
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let fused = isFused(f32(min(p.size, 1u)));
  let base = group.z * p.bandBatch;
  let n = p.size;
  let lane = local % ${b}u;
  let slot = local / ${b}u;
  var v: array<f32, ${b}>;
  for (var tick = p.firstTick; tick < p.endTick; tick++) {
    let newest = tick / ${LAG}u;
    let sweep = newest - min(slot, newest);
    let first = sweep + 1u + (tick - ${LAG}u * sweep) * ${b}u;
    let isActive = slot <= newest && first < n;
    let end = min(first + ${b}u, n);
    // The row whose elements from column \`first\` + 1 on are to vanish.
    let pivot = select(first - ${b}u, sweep, first == sweep + 1u);
    var tau = 0.0;
    if (isActive) { tau = reflector(at(base, pivot, first), 1u, end - first, fused, &v); }
    storageBarrier();
    if (isActive) {
      for (var i = pivot + lane; i < end; i += ${b}u) {
        reflect(at(base, i, first), 1u, end - first, tau, &v);
      }
    }
    storageBarrier();
    if (isActive) { tau = reflector(at(base, first, first), ${row}u, end - first, fused, &v); }
    storageBarrier();
    if (isActive) {
      for (var c = first + lane; c < min(first + ${2 * b}u, n); c += ${b}u) {
        reflect(at(base, first, c), ${row}u, end - first, tau, &v);
      }
    }
    storageBarrier();
  }
}`;
  return program({
    name: 'chase',
    parameters: CHASE_PARAMETERS,
    buffers: { band: 'read-write' },
    wgsl,
  });
}

const BISECT_PARAMETERS = [
  'size',
  'bandBatch',
  /** Values wanted of each matrix, the largest first. */
  'count',
  'firstValue',
] as const;

export type BisectProgram = GpuProgram<(typeof BISECT_PARAMETERS)[number]>;

/** Halvings of [0, bound]: what is left is below float32's rounding of the bound. */
const HALVINGS = 27;

/**
 * Singular values of the bidiagonals, descending, each by bisection on its own: Sturm counts of the
 * Golub-Kahan tridiagonal, whose positive eigenvalues they are (Golub, Van Loan, "Matrix Computations",
 * 8.4 and 8.6). The pivot is kept away from zero before its sign is looked at: float32 counts are wrong
 * otherwise. Grid: [1, 1, batch].
 */
export function bisectProgram(width: number, maxSize: number): BisectProgram {
  const wgsl = `
var<workgroup> squares: array<f32, ${2 * maxSize}>;
var<workgroup> largest: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let n = p.size;
  let links = 2u * n - 1u;
  let base = group.z * p.bandBatch + ${width}u;
  var most = 0.0;
  for (var i = local; i < links; i += ${THREADS}u) {
    let k = i / 2u;
    let value = abs(band[base + k * ${3 * width}u + k + i % 2u]);
    squares[i] = value;
    most = max(most, value);
  }
  largest[local] = most;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    if (local < half) { largest[local] = max(largest[local], largest[local + half]); }
    workgroupBarrier();
  }
  // Every row of the tridiagonal has two elements, so no value is above twice the largest.
  let bound = 2.0 * largest[0];
  let inverse = select(0.0, 1.0 / bound, bound > 0.0);
  for (var i = local; i < links; i += ${THREADS}u) {
    let value = squares[i] * inverse;
    squares[i] = value * value;
  }
  workgroupBarrier();
  for (var j = local; j < p.count; j += ${THREADS}u) {
    var low = 0.0;
    var high = 1.0;
    for (var halving = 0u; halving < ${HALVINGS}u; halving++) {
      let x = 0.5 * (low + high);
      var pivot = -x;
      var below = 1u;
      for (var i = 0u; i < links; i++) {
        pivot = -x - squares[i] / pivot;
        if (abs(pivot) < 1e-20) { pivot = -1e-20; }
        below += select(0u, 1u, pivot < 0.0);
      }
      if (below >= 2u * n - j) { high = x; } else { low = x; }
    }
    values[p.firstValue + group.z * p.count + j] = 0.5 * (low + high) * bound;
  }
}`;
  return program({
    name: 'bisect',
    parameters: BISECT_PARAMETERS,
    buffers: { band: 'read', values: 'read-write' },
    wgsl,
  });
}
