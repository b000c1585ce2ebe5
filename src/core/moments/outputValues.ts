import { inputSquares, type InputMoment } from '../linalg/inputMoment.ts';
import type { Kernels } from '../linalg/kernels.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { seenByOutputs, type OutputRoot } from '../linalg/outputRoot.ts';
import type { RoundScale } from '../plan/groupQuantizer.ts';
import { inputScores, outputLines, prunedByOutput, type InputSide } from '../plan/inputPruning.ts';
import { measuredPatterns, type MeasuredValues, type ValueRequest } from '../plan/measureValues.ts';
import { prunedByPattern } from '../plan/prunedValues.ts';
import { quantizedValues } from '../plan/quantizedValues.ts';
import { PRUNING_STEPS } from '../plan/valueProfile.ts';

/** Shares of zeros whose error is measured with all products of inputs; between them their squares alone count. */
const KNOTS = [0.25, 0.5, 0.75, 1] as const;

/**
 * What `measureValues` tells of a weight, of its outputs instead: every error is that of what W makes of the
 * inputs, over what it makes of them as it is. Pruning is by Wanda's score, within each row of outputs.
 *
 * @param matrix the weight as it is stored
 * @param step called between the measurements; it may throw
 */
export function outputValues(
  matrix: Matrix,
  moment: InputMoment,
  root: OutputRoot,
  { lines, levels, signed, patterns }: ValueRequest,
  round: RoundScale,
  kernels: Kernels,
  step: () => void = () => undefined,
): MeasuredValues {
  const { rows, cols, data } = matrix;
  const place: InputSide = { rows, cols, side: moment.side };
  const energy = sumOfSquares(seenByOutputs(matrix, root, kernels).data);
  const errorOf = (change: Float64Array): number =>
    energy > 0
      ? sumOfSquares(seenByOutputs({ rows, cols, data: change }, root, kernels).data) / energy
      : 0;
  const zeroed = (pruned: Uint8Array): Float64Array =>
    data.map((value, k) => (pruned[k] === 1 ? value : 0));
  step();
  const scores = inputScores(data, place, inputSquares(moment));
  return {
    energy,
    pruning: pruningCurve(scores, place, (sparsity) => {
      step();
      return errorOf(zeroed(prunedByOutput(scores, place, sparsity)));
    }),
    patterns: (patterns ? measuredPatterns(lines) : []).map(([kept, of]) => {
      step();
      return { kept, of, error: errorOf(zeroed(prunedByPattern(scores, lines, kept, of))) };
    }),
    levels: levels.map((level) => {
      step();
      const { values } = quantizedValues(data, lines, level, signed, round);
      return { ...level, error: errorOf(data.map((value, k) => value - values[k]!)) };
    }),
  };
}

/**
 * The squared error at every share of zeros: running sums of squared scores, which take the inputs for
 * independent, stretched between the knots so that it is exact there. Never falling.
 */
function pruningCurve(
  scores: Float64Array,
  place: InputSide,
  exact: (sparsity: number) => number,
): Float64Array {
  const alone = scoreSums(scores, place);
  const curve = new Float64Array(PRUNING_STEPS + 1);
  let [from, start] = [0, 0];
  for (const knot of KNOTS) {
    const to = Math.round(knot * PRUNING_STEPS);
    const end = Math.max(start, exact(knot));
    const rise = alone[to]! - alone[from]!;
    for (let k = from + 1; k <= to; k++) {
      const share = rise > 0 ? (alone[k]! - alone[from]!) / rise : (k - from) / (to - from);
      curve[k] = start + share * (end - start);
    }
    [from, start] = [to, end];
  }
  return curve;
}

/** Sums of the smallest squared scores of every output, at equal steps; between whole counts a share of the next. */
function scoreSums(scores: Float64Array, place: InputSide): Float64Array {
  const { outputs, indices } = outputLines(place);
  const sums = new Float64Array(PRUNING_STEPS + 1);
  for (let output = 0; output < outputs; output++) {
    const squares = Float64Array.from(indices(output), (index) => scores[index]! ** 2).sort();
    let [done, sum] = [0, 0];
    for (let k = 1; k <= PRUNING_STEPS; k++) {
      const at = (k * squares.length) / PRUNING_STEPS;
      const whole = Math.floor(at);
      for (; done < whole; done++) sum += squares[done]!;
      sums[k]! += sum + (at - whole) * (squares[whole] ?? 0);
    }
  }
  return sums;
}

export function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
