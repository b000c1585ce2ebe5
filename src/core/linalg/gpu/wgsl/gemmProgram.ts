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

export const DIFFERENCE_PARAMETERS = [
  ...GEMM_PARAMETERS,
  'ldd',
  'offsetD',
  'batchD',
  /** Operands that are themselves sums of parts, as a split product leaves them; D may have none. */
  'partsA',
  'partA',
  'partsB',
  'partB',
  'partsD',
  'partD',
] as const;

export type DifferenceProgram = GpuProgram<(typeof DIFFERENCE_PARAMETERS)[number]>;

export type GemmProgram = GpuProgram<(typeof GEMM_PARAMETERS)[number]>;

export interface GemmShape {
  readonly transA: boolean;
  readonly transB: boolean;
  /** Tile of C that a workgroup computes: multiples of 16. */
  readonly tileRows: number;
  readonly tileCols: number;
}

/**
 * C = op(A) op(B), or C -= op(A) op(B), for a batch of row-major matrices: one workgroup of 256 threads a
 * tile, operands by way of workgroup memory, a sub-tile in the registers of each thread. float32
 * throughout. Grid: [ceil(n / tileCols), ceil(m / tileRows), batch * splits].
 */
export function gemmProgram(shape: GemmShape, update: 'store' | 'subtract'): GemmProgram {
  return program({
    name: gemmName(shape),
    parameters: GEMM_PARAMETERS,
    buffers: { A: 'read', B: 'read', C: 'read-write' },
    wgsl: gemmText(
      shape,
      (operand, address) => `${operand}[${address}]`,
      (target, product) => `C[${target}] ${update === 'store' ? '=' : '-='} ${product};`,
    ),
  });
}

/** C = D - op(A) op(B), where A, B and D may each be a sum of parts. Otherwise as `gemmProgram`. */
export function differenceProgram(shape: GemmShape): DifferenceProgram {
  const summed = (operand: string): string => `
fn sum${operand}(address: u32) -> f32 {
  var sum = 0.0;
  for (var part = 0u; part < p.parts${operand}; part++) { sum += ${operand}[address + part * p.part${operand}]; }
  return sum;
}`;
  const text = gemmText(
    shape,
    (operand, address) => `sum${operand}(${address})`,
    (target, product, row, col) =>
      `C[${target}] = sumD(p.offsetD + z * p.batchD + (${row}) * p.ldd + ${col}) - ${product};`,
  );
  return program({
    name: `${gemmName(shape)}Difference`,
    parameters: DIFFERENCE_PARAMETERS,
    buffers: { A: 'read', B: 'read', D: 'read', C: 'read-write' },
    wgsl: `${['A', 'B', 'D'].map(summed).join('')}\n${text}`,
  });
}

function gemmName({ transA, transB, tileRows, tileCols }: GemmShape): string {
  return `gemm${transA ? 'T' : 'N'}${transB ? 'T' : 'N'}${tileRows}x${tileCols}`;
}

function gemmText(
  { transA, transB, tileRows, tileCols }: GemmShape,
  read: (operand: 'A' | 'B', address: string) => string,
  write: (target: string, product: string, row: string, col: string) => string,
): string {
  const rows = tileRows / THREADS;
  const cols = tileCols / THREADS;
  // One more than a multiple of the bank count, so that a transposing store does not hit one bank.
  const strideA = tileRows + 1;
  const strideB = tileCols + 1;
  const load = (operand: 'A' | 'B', transposed: boolean): string => {
    const isA = operand === 'A';
    const tile = isA ? tileRows : tileCols;
    const small = operand.toLowerCase();
    // The dimension that is contiguous in memory runs fastest over the threads.
    const depthFastest = isA !== transposed;
    const address = `p.offset${operand} + z * p.batch${operand} + ${
      depthFastest
        ? `(${small}0 + r) * p.ld${small} + k0 + kk`
        : `(k0 + kk) * p.ld${small} + ${small}0 + r`
    }`;
    return `for (var e = local; e < ${tile * DEPTH}u; e += 256u) {
      ${
        depthFastest
          ? `let kk = e % ${DEPTH}u; let r = e / ${DEPTH}u;`
          : `let r = e % ${tile}u; let kk = e / ${tile}u;`
      }
      var value = 0.0;
      if (${small}0 + r < ${isA ? 'p.m' : 'p.n'} && k0 + kk < kEnd) { value = ${read(operand, address)}; }
      tile${operand}[kk * ${isA ? strideA : strideB}u + r] = value;
    }`;
  };
  return `
var<workgroup> tileA: array<f32, ${DEPTH * strideA}>;
var<workgroup> tileB: array<f32, ${DEPTH * strideB}>;
@compute @workgroup_size(${THREADS}, ${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u,
        @builtin(local_invocation_index) local: u32) {
  let z = group.z / p.splits;
  let split = group.z % p.splits;
  let a0 = group.y * ${tileRows}u;
  let b0 = group.x * ${tileCols}u;
  let kEnd = min(p.k, (split + 1u) * p.splitDepth);
${lines(rows * cols, (i) => `  var c${i} = 0.0;`)}
  // A sum of short sums loses less than one long sum.
  for (var k0 = split * p.splitDepth; k0 < kEnd; k0 += ${DEPTH}u) {
    ${load('A', transA)}
    ${load('B', transB)}
    workgroupBarrier();
${lines(rows * cols, (i) => `    var s${i} = 0.0;`)}
    for (var kk = 0u; kk < ${DEPTH}u; kk++) {
${lines(rows, (i) => `      let x${i} = tileA[kk * ${strideA}u + thread.y + ${i * THREADS}u];`)}
${lines(cols, (j) => `      let y${j} = tileB[kk * ${strideB}u + thread.x + ${j * THREADS}u];`)}
${lines(rows * cols, (i) => `      s${i} = fma(x${Math.floor(i / cols)}, y${i % cols}, s${i});`)}
    }
${lines(rows * cols, (i) => `    c${i} += s${i};`)}
    workgroupBarrier();
  }
  let target0 = p.offsetC + z * p.batchC + split * p.splitC;
${lines(rows * cols, (i) => {
  const row = `a0 + thread.y + ${Math.floor(i / cols) * THREADS}u`;
  const col = `b0 + thread.x + ${(i % cols) * THREADS}u`;
  const store = write(`target0 + (${row}) * p.ldc + ${col}`, `c${i}`, row, col);
  return `  if (${row} < p.m && ${col} < p.n) { ${store} }`;
})}
}`;
}
