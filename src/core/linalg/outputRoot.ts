import { Arena, float64View, reserve } from './arena.ts';
import { GEMM_SCRATCH, paddedBlock, subBlock, wasmBlas3, type Block } from './blas3.ts';
import { cholesky, type CholeskyOptions } from './cholesky.ts';
import type { InputMoment } from './inputMoment.ts';
import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';
import type { Matrix } from './matrix.ts';

/**
 * A square root S of the second moment of a matrix's inputs, S S^T = X X^T: the norm of E S (of S^T E, where
 * the inputs lie along the rows) is that of what a change E of the matrix does to its outputs on X.
 */
export interface OutputRoot {
  readonly side: InputMoment['side'];
  readonly length: number;
  readonly kind: InputMoment['kind'];
  /** Lower triangular, length x length; of a diagonal the roots alone. */
  readonly data: Float64Array;
}

/**
 * What is added to each diagonal value of a dense moment, relative to their mean. Without it a moment of
 * inputs that depend on each other has no root that can be inverted; with it a change of the matrix counts as
 * 1e-4 of its own norm in directions that no input has, so that factors keep these too. Of what is
 * predicted it changes less than 1e-8.
 */
export const RIDGE = 1e-8;

/**
 * What is added to each count of a table: every row counts as if it had been looked up once more, so that rows
 * which the inputs do not name are not given up (Laplace's rule).
 */
export const ADDED_LOOK_UPS = 1;

/**
 * The root by Cholesky of the regularised moment, as SVD-LLM whitens (Wang et al. 2024, "SVD-LLM:
 * truncation-aware singular value decomposition", section 3.1).
 *
 * @throws LinalgError as `cholesky`; `bad-shape` where no input is other than zero.
 */
export function outputRoot(
  moment: InputMoment,
  kernels: Kernels,
  options: CholeskyOptions = {},
): OutputRoot {
  const { side, length, kind, data } = moment;
  if (kind === 'diagonal') {
    const roots = data.map((count) => Math.sqrt(count + ADDED_LOOK_UPS));
    return { side, length, kind, data: roots };
  }
  let trace = 0;
  for (let k = 0; k < length; k++) trace += data[k * length + k]!;
  if (!(trace > 0))
    throw new LinalgError(
      'bad-shape',
      'All inputs of the matrix are zero, so that all outputs are.',
    );
  const regular = data.slice();
  for (let k = 0; k < length; k++) regular[k * length + k]! += (RIDGE * trace) / length;
  return { side, length, kind, data: cholesky(regular, length, kernels, options) };
}

/** E S, or S^T E: the matrix as its outputs see it. Throws LinalgError `bad-shape`, `too-large`. */
export function seenByOutputs(matrix: Matrix, root: OutputRoot, kernels: Kernels): Matrix {
  const { rows, cols } = matrix;
  const { side, length, kind, data } = root;
  if (length !== matrix[side])
    throw new LinalgError(
      'bad-shape',
      `The inputs are vectors of ${length}, but the matrix has ${matrix[side]} ${side}.`,
    );
  const result = new Float64Array(rows * cols);
  if (kind === 'diagonal') {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        result[i * cols + j] = matrix.data[i * cols + j]! * data[side === 'rows' ? i : j]!;
    return { rows, cols, data: result };
  }
  const arena = new Arena();
  const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
  const [rootBlock, from, to] = [
    paddedBlock(arena, length, length),
    paddedBlock(arena, rows, cols),
    paddedBlock(arena, rows, cols),
  ];
  reserve(kernels, arena.bytes);
  const each = (
    block: Block,
    count: number,
    visit: (row: Float64Array, at: number) => void,
  ): void => {
    const { cols: width } = block === rootBlock ? { cols: length } : { cols };
    for (let row = 0; row < count; row++)
      visit(float64View(kernels, subBlock(block, row, 0).address, width), row * width);
  };
  each(rootBlock, length, (row, at) => row.set(data.subarray(at, at + length)));
  each(from, rows, (row, at) => row.set(matrix.data.subarray(at, at + cols)));
  if (side === 'rows') blas.gemm('TN', rows, cols, rows, 1, rootBlock, from, 0, to);
  else blas.gemm('NN', rows, cols, cols, 1, from, rootBlock, 0, to);
  each(to, rows, (row, at) => result.set(row, at));
  return { rows, cols, data: result };
}

/** Undoes `seenByOutputs` on the factor that lies along the inputs, in place: V S^-1, or S^-T U. */
export function withoutRoot(factor: Matrix, { side, length, kind, data }: OutputRoot): void {
  const { rows, cols, data: values } = factor;
  const rowOf = (row: number): Float64Array => values.subarray(row * cols, row * cols + cols);
  if (kind === 'diagonal') {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++) values[i * cols + j]! /= data[side === 'rows' ? i : j]!;
    return;
  }
  const rootRow = (row: number): Float64Array =>
    data.subarray(row * length, row * length + row + 1);
  if (side === 'cols') {
    for (let i = 0; i < rows; i++) {
      const own = rowOf(i);
      for (let j = length - 1; j >= 0; j--) {
        const root = rootRow(j);
        const value = own[j]! / root[j]!;
        own[j] = value;
        for (let k = 0; k < j; k++) own[k]! -= value * root[k]!;
      }
    }
    return;
  }
  for (let i = length - 1; i >= 0; i--) {
    const root = rootRow(i);
    const own = rowOf(i);
    for (let j = 0; j < cols; j++) own[j]! /= root[i]!;
    for (let k = 0; k < i; k++) {
      const above = rowOf(k);
      const share = root[k]!;
      for (let j = 0; j < cols; j++) above[j]! -= share * own[j]!;
    }
  }
}
