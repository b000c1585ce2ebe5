import { DIRECTIONS, directions, dot } from '../entries/entrySketch.ts';
import { figureText } from '../figureText.ts';
import type { FixedTransform, TransformInput } from './fixedTransform.ts';

/** Relative error of a sum of weights that is one. */
const UNIT = 1e-3;
/** Relative difference of two scalar products of random projections: those of random signs differ by some 10 %. */
const ORTHOGONAL = 1e-3;

/** All entries of one size: a mean over all inputs, or orthogonal signs (Hadamard). */
export function constantTransform(input: TransformInput): FixedTransform | undefined {
  const { matrix, census, rounding } = input;
  const { largest, smallest, zeros, negatives } = census;
  if (zeros > 0 || largest - smallest > rounding(largest)) return undefined;
  const { rows, cols } = matrix;
  if (negatives > 0) return hadamard(input);
  const within = UNIT + rounding(largest) / largest;
  const averaged = [rows, cols].find((length) => Math.abs(length * largest - 1) < within);
  if (averaged === undefined) return undefined;
  return {
    kind: 'averaging',
    text: `the mean of ${averaged}: every entry is ${figureText(largest)}`,
    evidence: { entry: largest, inputs: averaged },
  };
}

/**
 * Signs whose rows (or columns, the fewer) are orthogonal. Seen by the scalar products of their random
 * projections, which then are those of the directions themselves, times the squared norm of a row.
 */
function hadamard({ matrix, sketch, census }: TransformInput): FixedTransform | undefined {
  const { rows, cols } = matrix;
  // With more rows than columns W'W is a multiple of the identity, so that W keeps scalar products.
  const [lines, kept] = rows >= cols ? [sketch.rows, rows] : [sketch.cols, cols];
  const on = directions(lines.length);
  const squaredNorm = kept * (census.largest / sketch.scale) ** 2;
  for (let k = 0; k < DIRECTIONS; k++)
    for (let l = 0; l <= k; l++) {
      const product = dot(lines.projections[k]!, lines.projections[l]!) / squaredNorm;
      if (Math.abs(product - dot(on[k]!, on[l]!)) > ORTHOGONAL * lines.length) return undefined;
    }
  return {
    kind: 'hadamard',
    text: `a Hadamard transform: every entry is ±${figureText(census.largest)} and its ${rows >= cols ? 'columns' : 'rows'} are orthogonal`,
    evidence: { entry: census.largest, negative: census.negatives },
  };
}
