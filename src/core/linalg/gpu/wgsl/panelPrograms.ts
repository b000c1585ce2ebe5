import { type GpuProgram, PRECISE, program } from './program.ts';

const THREADS = 256;

/** Squares below this are noise of a matrix whose largest entry is near 1; a reflector on them would divide by zero. */
const NEGLIGIBLE_SQUARE = '1e-30';

/** Products that are summed up on their own: a sum of short sums loses less than one long sum. */
const RUN = 8;

/** Rows of a panel that one workgroup factors; each thread keeps its share of one column in registers. */
export const SLICE_ROWS = 512;

const SLICE_PARAMETERS = [
  /** Rows of this level in all; those of a slice beyond it count as zero. */
  'rows',
  /** Element (i, c) of the panel of matrix z is at source0 + z * sourceBatch + i * rowStride + c * colStride. */
  'source0',
  'sourceBatch',
  'rowStride',
  'colStride',
  /** Element (i, c) of its reflectors is at vectors0 + z * vectorsBatch + c * rows + i; tau behind them. */
  'vectors0',
  'vectorsBatch',
  'tau0',
  /** Element (i, c) of the triangles, one below the other, is at target0 + z * targetBatch + i * width + c. */
  'target0',
  'targetBatch',
] as const;

export type SliceQRProgram = GpuProgram<(typeof SLICE_PARAMETERS)[number]>;

/**
 * Householder QR of slices of SLICE_ROWS rows of a panel of `width` columns, each by one workgroup:
 * reflectors, tau and triangle of every slice. The triangles, stacked, are the panel of the next level;
 * the last is that of the whole panel (TSQR: Demmel, Grigori, Hoemmen, Langou, "Communication-optimal
 * parallel and sequential QR and LU factorizations", 2012). Grid: [slices, 1, batch].
 */
export function sliceQRProgram(width: number): SliceQRProgram {
  const lanes = THREADS / width;
  const perThread = SLICE_ROWS / lanes;
  const wgsl = `${PRECISE}
var<workgroup> pivotColumn: array<f32, ${2 * SLICE_ROWS}>;
var<workgroup> pivotRow: array<f32, ${2 * width}>;
var<workgroup> partial: array<f32, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let fused = isFused(f32(min(p.rows, 1u)));
  let c = local / ${lanes}u;
  let lane = local % ${lanes}u;
  let first = group.x * ${SLICE_ROWS}u;
  let source = p.source0 + group.z * p.sourceBatch + c * p.colStride;
  var a: array<f32, ${perThread}>;
  for (var q = 0u; q < ${perThread}u; q++) {
    let i = first + lane + ${lanes}u * q;
    a[q] = 0.0;
    if (i < p.rows) { a[q] = panel[source + i * p.rowStride]; }
  }
  for (var r = 0u; r < ${width}u; r++) {
    // Two copies in turn: a fast thread may write the next pivot while a slow one reads this one.
    let turn = r % 2u;
    for (var q = 0u; q < ${perThread}u; q++) {
      let row = lane + ${lanes}u * q;
      if (c == r) { pivotColumn[turn * ${SLICE_ROWS}u + row] = a[q]; }
      if (row == r) { pivotRow[turn * ${width}u + c] = a[q]; }
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var q0 = 0u; q0 < ${perThread}u; q0 += ${RUN}u) {
      var run = 0.0;
      for (var q = q0; q < q0 + ${RUN}u; q++) {
        let row = lane + ${lanes}u * q;
        run = select(run, fma(pivotColumn[turn * ${SLICE_ROWS}u + row], a[q], run), row > r);
      }
      sum += run;
    }
    partial[local] = sum;
    workgroupBarrier();
    var inner = 0.0;
    var square = 0.0;
    for (var l = 0u; l < ${lanes}u; l++) {
      inner += partial[c * ${lanes}u + l];
      square += partial[r * ${lanes}u + l];
    }
    let alpha = pivotColumn[turn * ${SLICE_ROWS}u + r];
    var beta = alpha;
    var tau = 0.0;
    var scale = 0.0;
    if (square > ${NEGLIGIBLE_SQUARE}) {
      let norm = preciseRoot(fma(alpha, alpha, square), fused);
      beta = select(norm, -norm, alpha >= 0.0);
      tau = preciseQuotient(beta - alpha, beta, fused);
      scale = preciseQuotient(1.0, alpha - beta, fused);
    }
    let weight = tau * fma(scale, inner, pivotRow[turn * ${width}u + c]);
    for (var q = 0u; q < ${perThread}u; q++) {
      let row = lane + ${lanes}u * q;
      let v = pivotColumn[turn * ${SLICE_ROWS}u + row] * scale;
      if (c > r) {
        if (row == r) { a[q] -= weight; }
        if (row > r) { a[q] = fma(-weight, v, a[q]); }
      }
      if (c == r) {
        if (row == r) { a[q] = beta; }
        if (row > r) { a[q] = v; }
      }
    }
    if (local == r * ${lanes}u) {
      vectors[p.tau0 + group.z * p.vectorsBatch + group.x * ${width}u + r] = tau;
    }
  }
  let reflector = p.vectors0 + group.z * p.vectorsBatch + c * p.rows;
  let triangle = p.target0 + group.z * p.targetBatch + group.x * ${width * width}u;
  for (var q = 0u; q < ${perThread}u; q++) {
    let row = lane + ${lanes}u * q;
    if (first + row < p.rows) {
      vectors[reflector + first + row] = select(select(0.0, 1.0, row == c), a[q], row > c);
    }
    if (row < ${width}u) { triangles[triangle + row * ${width}u + c] = select(0.0, a[q], row <= c); }
  }
}`;
  return program({
    name: 'sliceQR',
    parameters: SLICE_PARAMETERS,
    buffers: { panel: 'read', vectors: 'read-write', triangles: 'read-write' },
    wgsl,
  });
}

const BASIS_PARAMETERS = [
  'rows',
  'vectors0',
  'vectorsBatch',
  'tau0',
  /** 1 at the last level, whose reflectors are applied to the identity; else to the parent's basis. */
  'isRoot',
  /** Element (i, c) of the parent's basis is at parent0 + z * parentBatch + i * parentRow + c * parentCol. */
  'parent0',
  'parentBatch',
  /** Element (i, c) of the basis goes to target0 + z * targetBatch + i * rowStride + c * colStride. */
  'target0',
  'targetBatch',
  'rowStride',
  'colStride',
] as const;

export type SliceBasisProgram = GpuProgram<(typeof BASIS_PARAMETERS)[number]>;

/**
 * The orthonormal basis Q of a panel, from the last level down: the reflectors of each slice applied to
 * its block of the parent's basis, [width, width] on top of zeros. Grid: [slices, 1, batch].
 */
export function sliceBasisProgram(width: number): SliceBasisProgram {
  const lanes = THREADS / width;
  const perThread = SLICE_ROWS / lanes;
  const wgsl = `
var<workgroup> partial: array<f32, ${2 * THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let c = local / ${lanes}u;
  let lane = local % ${lanes}u;
  let first = group.x * ${SLICE_ROWS}u;
  let block = p.parent0 + group.z * p.parentBatch + group.x * ${width * width}u;
  var a: array<f32, ${perThread}>;
  for (var q = 0u; q < ${perThread}u; q++) {
    let row = lane + ${lanes}u * q;
    a[q] = 0.0;
    if (row < ${width}u) {
      if (p.isRoot == 1u) { a[q] = select(0.0, 1.0, row == c); }
      else { a[q] = parent[block + row * ${width}u + c]; }
    }
  }
  for (var step = 0u; step < ${width}u; step++) {
    let r = ${width - 1}u - step;
    let turn = (step % 2u) * ${THREADS}u;
    let reflector = p.vectors0 + group.z * p.vectorsBatch + r * p.rows + first;
    var sum = 0.0;
    for (var q0 = 0u; q0 < ${perThread}u; q0 += ${RUN}u) {
      var run = 0.0;
      for (var q = q0; q < q0 + ${RUN}u; q++) {
        let row = lane + ${lanes}u * q;
        if (row >= r && first + row < p.rows) { run = fma(vectors[reflector + row], a[q], run); }
      }
      sum += run;
    }
    partial[turn + local] = sum;
    workgroupBarrier();
    var inner = 0.0;
    for (var l = 0u; l < ${lanes}u; l++) { inner += partial[turn + c * ${lanes}u + l]; }
    let weight = inner * vectors[p.tau0 + group.z * p.vectorsBatch + group.x * ${width}u + r];
    for (var q = 0u; q < ${perThread}u; q++) {
      let row = lane + ${lanes}u * q;
      if (row >= r && first + row < p.rows) { a[q] = fma(-weight, vectors[reflector + row], a[q]); }
    }
  }
  let basis0 = p.target0 + group.z * p.targetBatch + c * p.colStride;
  for (var q = 0u; q < ${perThread}u; q++) {
    let i = first + lane + ${lanes}u * q;
    if (i < p.rows) { basis[basis0 + i * p.rowStride] = a[q]; }
  }
}`;
  return program({
    name: 'sliceBasis',
    parameters: BASIS_PARAMETERS,
    buffers: { vectors: 'read', parent: 'read', basis: 'read-write' },
    wgsl,
  });
}

const REFLECTOR_PARAMETERS = [
  /** Element (i, c) of the basis is at basis0 + z * basisBatch + c * colStride + i. */
  'basis0',
  'basisBatch',
  'colStride',
  /** The panel's triangle, and where it goes with the signs of the reflector. */
  'triangle0',
  'triangleBatch',
  'block0',
  'blockBatch',
  'blockStride',
  'factor0',
  'factorBatch',
] as const;

export type BlockReflectorProgram = GpuProgram<(typeof REFLECTOR_PARAMETERS)[number]>;

/**
 * The block reflector I - Y M Y^T whose first `width` columns are the basis Q up to signs S: Y = Q - [S; 0],
 * M = -S Y1^-T with Y1 the top of Y. S is chosen so that every pivot of the inversion is at least 1
 * (Ballard, Demmel, Grigori, Jacquelin, Nguyen, Solomonik, "Reconstructing Householder vectors from
 * tall-skinny QR", 2014; M takes the place of their two triangles). Y replaces Q, the panel's triangle
 * becomes S R, and \`factors\` gets -M, with which every product that follows is a difference. Grid: [1, 1, batch].
 */
export function blockReflectorProgram(width: number): BlockReflectorProgram {
  const size = width * width;
  const wgsl = `${PRECISE}
var<workgroup> w: array<f32, ${size}>;
var<workgroup> signs: array<f32, ${width}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let fused = isFused(f32(min(p.colStride, 1u)));
  let basis0 = p.basis0 + group.z * p.basisBatch;
  for (var e = local; e < ${size}u; e += ${THREADS}u) {
    w[e] = basis[basis0 + (e % ${width}u) * p.colStride + e / ${width}u];
  }
  workgroupBarrier();
  // Inversion in place (Gauss, Jordan), one pivot a step; the sign goes in where the pivot is met.
  for (var r = 0u; r < ${width}u; r++) {
    if (local == 0u) {
      let diagonal = w[r * ${width}u + r];
      signs[r] = select(1.0, -1.0, diagonal >= 0.0);
      w[r * ${width}u + r] = diagonal - signs[r];
    }
    workgroupBarrier();
    let inverse = preciseQuotient(1.0, w[r * ${width}u + r], fused);
    var next: array<f32, ${Math.ceil(size / THREADS)}>;
    var at = 0u;
    for (var e = local; e < ${size}u; e += ${THREADS}u) {
      let i = e / ${width}u;
      let j = e % ${width}u;
      let row = w[r * ${width}u + j];
      let column = w[i * ${width}u + r];
      var value = w[e] - column * row * inverse;
      if (i == r) { value = row * inverse; }
      if (j == r) { value = -column * inverse; }
      if (i == r && j == r) { value = inverse; }
      next[at] = value;
      at++;
    }
    workgroupBarrier();
    at = 0u;
    for (var e = local; e < ${size}u; e += ${THREADS}u) {
      w[e] = next[at];
      at++;
    }
    workgroupBarrier();
  }
  let triangle0 = p.triangle0 + group.z * p.triangleBatch;
  let block0 = p.block0 + group.z * p.blockBatch;
  let factor0 = p.factor0 + group.z * p.factorBatch;
  for (var e = local; e < ${size}u; e += ${THREADS}u) {
    let i = e / ${width}u;
    let j = e % ${width}u;
    factors[factor0 + e] = signs[i] * w[j * ${width}u + i];
    blocks[block0 + i * p.blockStride + j] = signs[i] * triangles[triangle0 + e];
  }
  if (local < ${width}u) {
    let at = basis0 + local * p.colStride + local;
    basis[at] = basis[at] - signs[local];
  }
}`;
  return program({
    name: 'blockReflector',
    parameters: REFLECTOR_PARAMETERS,
    buffers: {
      triangles: 'read',
      basis: 'read-write',
      factors: 'read-write',
      blocks: 'read-write',
    },
    wgsl,
  });
}
