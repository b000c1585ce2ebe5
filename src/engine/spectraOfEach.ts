import type { Matrix } from '../core/linalg/matrix.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import { type Precision, singularValues, solveFlops } from '../core/linalg/singularValues.ts';
import type { SolveTools } from './solveTools.ts';

/** The spectra of the matrices of all these, of which one is in memory at a time. */
export function spectraOfEach<Each>(
  all: Iterable<Each>,
  matrixOf: (each: Each) => Matrix | RowSource,
  precision: Precision,
  { kernels, library, cancelled, onStep }: SolveTools,
): Float64Array[] {
  return Array.from(all, (each) => {
    const matrix = matrixOf(each);
    const values = singularValues(matrix, kernels, { cancelled, precision, library });
    onStep(solveFlops(matrix.rows, matrix.cols));
    return values;
  });
}
