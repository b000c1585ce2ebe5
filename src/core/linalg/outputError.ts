import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';
import { seenByOutputs, type OutputRoot } from './outputRoot.ts';

/**
 * The norm of what a change makes of the outputs over that of the outputs, on the inputs whose root is given;
 * null where the outputs are zero.
 *
 * @param change of the matrix, of its shape
 */
export function outputError(
  matrix: Matrix,
  change: Float64Array,
  root: OutputRoot,
  kernels: Kernels,
): number | null {
  const norm = (each: Matrix): number => {
    let sum = 0;
    for (const value of seenByOutputs(each, root, kernels).data) sum += value * value;
    return Math.sqrt(sum);
  };
  const whole = norm(matrix);
  return whole === 0 ? null : norm({ ...matrix, data: change }) / whole;
}

/** `outputError` of putting u v in the place of a matrix. */
export function factorOutputError(
  matrix: Matrix,
  u: Matrix,
  v: Matrix,
  root: OutputRoot,
  kernels: Kernels,
): number | null {
  const { rows, cols, data } = matrix;
  const change = data.slice();
  const rank = u.cols;
  for (let i = 0; i < rows; i++) {
    const own = change.subarray(i * cols, i * cols + cols);
    for (let c = 0; c < rank; c++) {
      const share = u.data[i * rank + c]!;
      const row = v.data.subarray(c * cols, c * cols + cols);
      for (let j = 0; j < cols; j++) own[j]! -= share * row[j]!;
    }
  }
  return outputError(matrix, change, root, kernels);
}
