import type { Weight } from '../checkpoint/checkpoint.ts';
import type { DenseWeight } from './denseWeight.ts';
import { readValues } from '../checkpoint/readValues.ts';
import { factorResidual } from '../linalg/factorResidual.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { singularValues } from '../linalg/singularValues.ts';
import { truncatedFactors } from '../linalg/truncatedFactors.ts';
import { encodeFloats, ROUNDOFF, roundTo } from './encodeFloats.ts';
import { RewriteError } from './rewriteError.ts';
import type { RewriteTools } from './rewriteTools.ts';

/** Both factors in the weight's stored type, as bytes in each orientation that is asked for. */
export interface FactorValues {
  readonly left: Matrix;
  readonly right: Matrix;
  /** Of the rounded factors' product. */
  readonly relativeError: number | null;
}

/** Rows and columns of the matrix that is factorised: the stored one, kernels flattened. */
export function factorShape({
  shape,
  rowAxes,
  parameters,
}: Pick<Weight, 'shape' | 'rowAxes' | 'parameters'>): readonly [number, number] {
  const rows = shape.slice(0, rowAxes).reduce((product, length) => product * length, 1);
  return [rows, parameters / rows];
}

/** The best factors of rank `rank`, rounded to the weight's stored type. Throws LinalgError, RewriteError. */
export function factorValues(weight: DenseWeight, rank: number, tools: RewriteTools): FactorValues {
  const [rows, cols] = factorShape(weight);
  const matrix: Matrix = { rows, cols, data: readValues(weight.storage) };
  const cancelled = tools.cancelled;
  const solve = cancelled ? { cancelled } : {};
  const spectrum = tools.spectrum?.(weight.id) ?? singularValues(matrix, tools.kernels, solve);
  const { dtype } = weight;
  const { u, v } = truncatedFactors(matrix, rank, tools.kernels, {
    singularValues: spectrum,
    roundoff: ROUNDOFF[dtype],
    ...solve,
  });
  for (const { data } of [u, v])
    if (!roundTo(data, dtype).every(Number.isFinite))
      throw new RewriteError(
        'out-of-range',
        `The factors of '${weight.tensor}' have values beyond the range of ${dtype}, in which the weight is stored. Let the plan keep this weight.`,
      );
  return { left: u, right: v, relativeError: factorResidual(matrix, u, v, tools.kernels) };
}

export function encodedFactor(
  { rows, cols, data }: Matrix,
  isTransposed: boolean,
  dtype: DenseWeight['dtype'],
): Uint8Array {
  if (!isTransposed) return encodeFloats(data, dtype);
  const turned = new Float64Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) turned[j * rows + i] = data[i * cols + j]!;
  return encodeFloats(turned, dtype);
}
