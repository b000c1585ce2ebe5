/** A weight as the matrix that is stored, and the side that its inputs lie along. */
export interface InputSide {
  readonly rows: number;
  readonly cols: number;
  readonly side: 'rows' | 'cols';
}

/**
 * Wanda's score of each value, |W_ij| * ||X_j||_2 (Sun et al. 2024, "A simple and effective pruning approach
 * for large language models"): what the outputs lose without it, input by input.
 *
 * @param squares sum of the squares of each input, the diagonal of X X^T
 */
export function inputScores(
  values: Float64Array,
  { cols, side }: InputSide,
  squares: Float64Array,
): Float64Array {
  const norms = squares.map(Math.sqrt);
  return values.map(
    (value, k) => Math.abs(value) * norms[side === 'rows' ? Math.floor(k / cols) : k % cols]!,
  );
}

/**
 * Whether each value becomes zero: `round(sparsity * n)` of them, as many in each row of outputs (in the first
 * rows one more where that is no whole number), those of the least score, of equal ones the earlier.
 */
export function prunedByOutput(
  scores: Float64Array,
  place: InputSide,
  sparsity: number,
): Uint8Array {
  const { outputs, indices } = outputLines(place);
  const count = Math.round(sparsity * scores.length);
  const each = Math.floor(count / outputs);
  const more = count - each * outputs;
  const pruned = new Uint8Array(scores.length);
  for (let output = 0; output < outputs; output++) {
    const own = indices(output).sort((a, b) => scores[a]! - scores[b]! || a - b);
    for (const index of own.subarray(0, each + (output < more ? 1 : 0))) pruned[index] = 1;
  }
  return pruned;
}

/** Places of the values that make one output. */
export function outputLines({ rows, cols, side }: InputSide): {
  readonly outputs: number;
  readonly indices: (output: number) => Uint32Array;
} {
  return side === 'cols'
    ? {
        outputs: rows,
        indices: (output) => Uint32Array.from({ length: cols }, (_, k) => output * cols + k),
      }
    : {
        outputs: cols,
        indices: (output) => Uint32Array.from({ length: rows }, (_, k) => k * cols + output),
      };
}
