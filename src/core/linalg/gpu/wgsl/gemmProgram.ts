import { type GpuProgram, lines, program } from './program.ts';

const THREADS = 16;
const DEPTH = 16;

export const GEMM_PARAMETERS = [
  'm',
  'n',
  'k',
  'lda',
  'ldb',
  'ldc',
  'offsetA',
  'offsetB',
  'offsetC',
  /** From one matrix of the batch to the next. */
  'batchA',
  'batchB',
  'batchC',
  /** The sum over k in `splits` parts of `splitDepth`, each written `splitC` after the one before. */
  'splits',
  'splitDepth',
  'splitC',
] as const;

export type GemmProgram = GpuProgram<(typeof GEMM_PARAMETERS)[number]>;

export interface GemmShape {
  readonly transA: boolean;
  readonly transB: boolean;
  /** Tile of C that a workgroup computes: multiples of 16. */
  readonly tileRows: number;
  readonly tileCols: number;
  /** What happens to C: overwritten by the product, or the product subtracted from it. */
  readonly update: 'store' | 'subtract';
}

/**
 * C = op(A) op(B), or C -= op(A) op(B), for a batch of row-major matrices: one workgroup of 256 threads a
 * tile, operands by way of workgroup memory, a sub-tile in the registers of each thread. Grid:
 * [ceil(n / tileCols), ceil(m / tileRows), batch * splits]. float32 throughout.
 */
export function gemmProgram({ transA, transB, tileRows, tileCols, update }: GemmShape): GemmProgram {
  const rows = tileRows / THREADS;
  const cols = tileCols / THREADS;
  // One more than a multiple of the bank count, so that a transposing store does not hit one bank.
  const strideA = tileRows + 1;
  const strideB = tileCols + 1;
  const load = (operand: 'a' | 'b', transposed: boolean): string => {
    const tile = operand === 'a' ? tileRows : tileCols;
    const stride = operand === 'a' ? strideA : strideB;
    const isA = operand === 'a';
    // The dimension that is contiguous in memory runs fastest over the threads.
    const depthFastest = isA ? !transposed : transposed;
    const split = depthFastest
      ? `let kk = e % ${DEPTH}u; let r = e / ${DEPTH}u;`
      : `let r = e % ${tile}u; let kk = e / ${tile}u;`;
    const upper = operand.toUpperCase();
    const address = depthFastest
      ? `p.offset${upper} + z * p.batch${upper} + (${operand}0 + r) * p.ld${operand} + k0 + kk`
      : `p.offset${upper} + z * p.batch${upper} + (k0 + kk) * p.ld${operand} + ${operand}0 + r`;
    return `for (var e = local; e < ${tile * DEPTH}u; e += 256u) {
      ${split}
      var value = 0.0;
      if (${operand}0 + r < ${isA ? 'p.m' : 'p.n'} && k0 + kk < kEnd) { value = ${upper}[${address}]; }
      tile${upper}[kk * ${stride}u + r] = value;
    }`;
  };
  const wgsl = `
var<workgroup> tileA: array<f32, ${DEPTH * strideA}>;
var<workgroup> tileB: array<f32, ${DEPTH * strideB}>;
@compute @workgroup_size(${THREADS}, ${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u,
        @builtin(local_invocation_index) local: u32) {
  let z = group.z / p.splits;
  let part = group.z % p.splits;
  let a0 = group.y * ${tileRows}u;
  let b0 = group.x * ${tileCols}u;
  let kEnd = min(p.k, (part + 1u) * p.splitDepth);
${lines(rows * cols, (i) => `  var c${i} = 0.0;`)}
  for (var k0 = part * p.splitDepth; k0 < kEnd; k0 += ${DEPTH}u) {
    ${load('a', transA)}
    ${load('b', transB)}
    workgroupBarrier();
    for (var kk = 0u; kk < ${DEPTH}u; kk++) {
${lines(rows, (i) => `      let x${i} = tileA[kk * ${strideA}u + thread.y + ${i * THREADS}u];`)}
${lines(cols, (j) => `      let y${j} = tileB[kk * ${strideB}u + thread.x + ${j * THREADS}u];`)}
${lines(rows * cols, (i) => `      c${i} = fma(x${Math.floor(i / cols)}, y${i % cols}, c${i});`)}
    }
    workgroupBarrier();
  }
  let target0 = p.offsetC + z * p.batchC + part * p.splitC;
${lines(rows * cols, (i) => {
  const row = `a0 + thread.y + ${Math.floor(i / cols) * THREADS}u`;
  const col = `b0 + thread.x + ${(i % cols) * THREADS}u`;
  const at = `C[target0 + (${row}) * p.ldc + ${col}]`;
  return `  if (${row} < p.m && ${col} < p.n) { ${at} ${update === 'store' ? '=' : '-='} c${i}; }`;
})}
}`;
  return program({
    name: `gemm${transA ? 'T' : 'N'}${transB ? 'T' : 'N'}`,
    parameters: GEMM_PARAMETERS,
    buffers: { A: 'read', B: 'read', C: 'read-write' },
    wgsl,
  });
}
