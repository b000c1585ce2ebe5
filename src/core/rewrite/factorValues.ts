import type { Weight } from '../checkpoint/checkpoint.ts';
import type { DenseWeight } from './denseWeight.ts';
import { readValues } from '../checkpoint/readValues.ts';
import { factorOutputError } from '../linalg/outputError.ts';
import { factorResidual } from '../linalg/factorResidual.ts';
import type { InputMoment } from '../linalg/inputMoment.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { outputFactors } from '../linalg/outputFactors.ts';
import { outputRoot } from '../linalg/outputRoot.ts';
import { singularValues } from '../linalg/singularValues.ts';
import { truncatedFactors } from '../linalg/truncatedFactors.ts';
import type { LayerOutcome } from './layerRewrite.ts';
import { encodeFloats, ROUNDOFF, roundTo } from './encodeFloats.ts';
import { RewriteError } from './rewriteError.ts';
import type { RewriteTools } from './rewriteTools.ts';

/** Both factors in the weight's stored type, as bytes in each orientation that is asked for. */
export interface FactorValues {
  readonly left: Matrix;
  readonly right: Matrix;
  readonly errors: FactorErrors;
}

/** Of the rounded factors' product. */
export type FactorErrors = Pick<LayerOutcome, 'relativeError' | 'outputError'>;

/** Rows and columns of the matrix that is factorised: the stored one, kernels flattened. */
export function factorShape({
  shape,
  rowAxes,
  parameters,
}: Pick<Weight, 'shape' | 'rowAxes' | 'parameters'>): readonly [number, number] {
  const rows = shape.slice(0, rowAxes).reduce((product, length) => product * length, 1);
  return [rows, parameters / rows];
}

/**
 * The best factors of rank `rank`, of the weight's outputs where the moment of its inputs is given, rounded to
 * the weight's stored type. Throws LinalgError, RewriteError.
 */
export function factorValues(
  weight: DenseWeight,
  rank: number,
  moment: InputMoment | undefined,
  tools: RewriteTools,
): FactorValues {
  const [rows, cols] = factorShape(weight);
  const matrix: Matrix = { rows, cols, data: readValues(weight.storage) };
  const { kernels, cancelled } = tools;
  const solve = cancelled ? { cancelled } : {};
  const { dtype } = weight;
  const options = { roundoff: ROUNDOFF[dtype], ...solve };
  const root = moment && outputRoot(moment, kernels, solve);
  const { u, v } = root
    ? outputFactors(matrix, rank, root, kernels, options)
    : truncatedFactors(matrix, rank, kernels, {
        singularValues: tools.spectrum?.(weight.id) ?? singularValues(matrix, kernels, solve),
        ...options,
      });
  for (const { data } of [u, v])
    if (!roundTo(data, dtype).every(Number.isFinite))
      throw new RewriteError(
        'out-of-range',
        `The factors of '${weight.tensor}' have values beyond the range of ${dtype}, in which the weight is stored. Let the plan keep this weight.`,
      );
  const relativeError = factorResidual(matrix, u, v, kernels);
  const errors = root
    ? { relativeError, outputError: factorOutputError(matrix, u, v, root, kernels) }
    : { relativeError };
  return { left: u, right: v, errors };
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
