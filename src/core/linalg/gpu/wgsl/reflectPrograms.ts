import { type GpuProgram, lines, program } from './program.ts';

/** Columns that a workgroup takes, one a thread. */
export const REFLECT_COLUMNS = 64;

const COLUMN_PARAMETERS = [
  'columns',
  /** The products Y^T A in `splits` parts, each [width, columns] with rows `partialStride` apart. */
  'partial0',
  'partialBatch',
  'partialStride',
  'splits',
  'splitStride',
  'factor0',
  'factorBatch',
  /** Z goes to rows `target0 + i * targetStride`. */
  'target0',
  'targetBatch',
  'targetStride',
  /** Y: element (i, c) at basis0 + z * basisBatch + c * basisStride + i. */
  'basis0',
  'basisBatch',
  'basisStride',
  /** The first `width` rows of A, and where they go once reflected. */
  'a0',
  'aBatch',
  'aStride',
  'rows0',
  'rowsBatch',
  'rowsStride',
] as const;

export type ReflectColumnsProgram = GpuProgram<(typeof COLUMN_PARAMETERS)[number]>;

/**
 * Z = M^T (Y^T A), summed from its parts, so that the reflected matrix is A - Y Z; and its first `width`
 * rows, which the panel from the right needs before the rest. Grid: [ceil(columns / 64), 1, batch].
 */
export function reflectColumnsProgram(width: number): ReflectColumnsProgram {
  const wgsl = `
${sharedSquare('m', width)}
${sharedSquare('y', width)}
@compute @workgroup_size(${REFLECT_COLUMNS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  ${loadSquare('m', width, 'factors[p.factor0 + group.z * p.factorBatch + e]')}
  ${loadSquare('y', width, `reflectors[p.basis0 + group.z * p.basisBatch + (e % ${width}u) * p.basisStride + e / ${width}u]`)}
  workgroupBarrier();
  let column = group.x * ${REFLECT_COLUMNS}u + local;
  if (column >= p.columns) { return; }
  ${sumParts(width, 'partials[p.partial0 + group.z * p.partialBatch + s * p.splitStride + ROW * p.partialStride + column]')}
  let target0 = p.target0 + group.z * p.targetBatch + column;
  ${applyFactor(width)}
${lines(width, (i) => `  Z[target0 + ${i}u * p.targetStride] = z${i};`)}
  let a0 = p.a0 + group.z * p.aBatch + column;
  let rows0 = p.rows0 + group.z * p.rowsBatch + column;
  for (var i = 0u; i < ${width}u; i++) {
    var value = 0.0;
${lines(width, (c) => `    value = fma(y[i * ${width}u + ${c}u], z${c}, value);`)}
    rows[rows0 + i * p.rowsStride] = A[a0 + i * p.aStride] - value;
  }
}`;
  return program({
    name: 'reflectColumns',
    parameters: COLUMN_PARAMETERS,
    buffers: {
      partials: 'read',
      factors: 'read',
      reflectors: 'read',
      A: 'read',
      Z: 'read-write',
      rows: 'read-write',
    },
    wgsl,
  });
}

const ROW_PARAMETERS = [
  'columns',
  'partial0',
  'partialBatch',
  'partialStride',
  'splits',
  'splitStride',
  /** The products Z Y2, [width, width], in parts as above. */
  'cross0',
  'crossBatch',
  'crossSplits',
  'crossStride',
  'factor0',
  'factorBatch',
  /** Y of the reflector from the left: element (i, c) at basis0 + z * basisBatch + c * basisStride + i. */
  'basis0',
  'basisBatch',
  'basisStride',
  'target0',
  'targetBatch',
  'targetStride',
] as const;

export type ReflectRowsProgram = GpuProgram<(typeof ROW_PARAMETERS)[number]>;

/**
 * X^T = M2^T (Y2^T A^T - (Z Y2)^T Y^T), so that the matrix reflected from both sides is A - Y Z - X Y2^T.
 * `columns` are the rows of A. Grid: [ceil(columns / 64), 1, batch].
 */
export function reflectRowsProgram(width: number): ReflectRowsProgram {
  const wgsl = `
${sharedSquare('m', width)}
${sharedSquare('g', width)}
@compute @workgroup_size(${REFLECT_COLUMNS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  ${loadSquare('m', width, 'factors[p.factor0 + group.z * p.factorBatch + e]')}
  for (var e = local; e < ${width * width}u; e += ${REFLECT_COLUMNS}u) {
    var sum = 0.0;
    for (var s = 0u; s < p.crossSplits; s++) {
      sum += cross[p.cross0 + group.z * p.crossBatch + s * p.crossStride + e];
    }
    g[e] = sum;
  }
  workgroupBarrier();
  let column = group.x * ${REFLECT_COLUMNS}u + local;
  if (column >= p.columns) { return; }
  ${sumParts(width, 'partials[p.partial0 + group.z * p.partialBatch + s * p.splitStride + ROW * p.partialStride + column]')}
  let basis0 = p.basis0 + group.z * p.basisBatch + column;
  for (var c = 0u; c < ${width}u; c++) {
    let y = reflectors[basis0 + c * p.basisStride];
${lines(width, (i) => `    v${i} = fma(-g[c * ${width}u + ${i}u], y, v${i});`)}
  }
  let target0 = p.target0 + group.z * p.targetBatch + column;
  ${applyFactor(width)}
${lines(width, (i) => `  X[target0 + ${i}u * p.targetStride] = z${i};`)}
}`;
  return program({
    name: 'reflectRows',
    parameters: ROW_PARAMETERS,
    buffers: {
      partials: 'read',
      cross: 'read',
      factors: 'read',
      reflectors: 'read-write',
    },
    wgsl: wgsl.replaceAll('X[', 'reflectors['),
  });
}

function sharedSquare(name: string, width: number): string {
  return `var<workgroup> ${name}: array<f32, ${width * width}>;`;
}

function loadSquare(name: string, width: number, element: string): string {
  return `for (var e = local; e < ${width * width}u; e += ${REFLECT_COLUMNS}u) { ${name}[e] = ${element}; }`;
}

/** v0, v1, ...: this thread's column, each the sum of its parts. */
function sumParts(width: number, element: string): string {
  return `${lines(width, (i) => `  var v${i} = 0.0;`)}
  for (var s = 0u; s < p.splits; s++) {
${lines(width, (i) => `    v${i} += ${element.replace('ROW', `${i}u`)};`)}
  }`;
}

/** z = M^T v. */
function applyFactor(width: number): string {
  const product = (i: number): string =>
    `  var z${i} = 0.0;\n${lines(width, (q) => `  z${i} = fma(m[${q * width + i}u], v${q}, z${i});`)}`;
  return lines(width, product);
}
