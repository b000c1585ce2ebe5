import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';
import { seenByOutputs, withoutRoot, type OutputRoot } from './outputRoot.ts';
import { singularValues } from './singularValues.ts';
import { truncatedFactors, type FactorOptions, type Factors } from './truncatedFactors.ts';

/**
 * The factors u v of rank `rank` whose outputs are closest to those of W on the inputs whose moment the root
 * is of: they minimise the norm of (W - u v) S (of S^T (W - u v), where inputs lie along the rows). These are
 * the truncated factors of W S with S taken out of the one along the inputs again (SVD-LLM; Eckart and
 * Young 1936). `relativeResidual` and `optimum` are of the outputs.
 *
 * @throws LinalgError as `truncatedFactors`.
 */
export function outputFactors(
  matrix: Matrix,
  rank: number,
  root: OutputRoot,
  kernels: Kernels,
  options: Omit<FactorOptions, 'singularValues'>,
): Factors {
  const seen = seenByOutputs(matrix, root, kernels);
  const { cancelled } = options;
  const spectrum = singularValues(seen, kernels, cancelled ? { cancelled } : {});
  const found = truncatedFactors(seen, rank, kernels, { ...options, singularValues: spectrum });
  withoutRoot(root.side === 'rows' ? found.u : found.v, root);
  balance(found);
  return found;
}

/** Gives column c of u and row c of v the same norm again, so that neither leaves the range of a small type. */
function balance({ u, v }: Pick<Factors, 'u' | 'v'>): void {
  const rank = u.cols;
  for (let c = 0; c < rank; c++) {
    let [left, right] = [0, 0];
    for (let i = 0; i < u.rows; i++) left += u.data[i * rank + c]! ** 2;
    for (let j = 0; j < v.cols; j++) right += v.data[c * v.cols + j]! ** 2;
    if (!(left > 0 && right > 0)) continue;
    const scale = Math.sqrt(Math.sqrt(right / left));
    for (let i = 0; i < u.rows; i++) u.data[i * rank + c]! *= scale;
    for (let j = 0; j < v.cols; j++) v.data[c * v.cols + j]! /= scale;
  }
}
