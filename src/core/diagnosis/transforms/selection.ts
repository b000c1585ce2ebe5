import { figureText } from '../figureText.ts';
import type { FixedTransform, TransformInput } from './fixedTransform.ts';

/**
 * One entry a line, all of the same size: the identity (a multiple of it, or with signs), a permutation,
 * or a choice of some inputs.
 */
export function selection({
  matrix,
  census,
  rounding,
}: TransformInput): FixedTransform | undefined {
  const { rows, cols, data } = matrix;
  const entries = data.length - census.zeros;
  if (entries > Math.max(rows, cols) || entries < Math.min(rows, cols)) return undefined;
  if (census.largest - census.smallest > rounding(census.largest)) return undefined;
  const inRow = new Uint32Array(rows);
  const inCol = new Uint32Array(cols);
  let onDiagonal = 0;
  for (let i = 0, at = 0; i < rows; i++)
    for (let j = 0; j < cols; j++, at++)
      if (data[at] !== 0) {
        inRow[i]!++;
        inCol[j]!++;
        if (i === j) onDiagonal++;
      }
  // Every line of one side has one: a choice for each output, or the transpose of that.
  if (![inRow, inCol].some((counts) => counts.every((count) => count === 1))) return undefined;
  const distinct = [inRow, inCol].every((counts) => counts.every((count) => count <= 1));
  const kind =
    onDiagonal === entries ? 'identity' : rows === cols && distinct ? 'permutation' : 'selection';
  const times = `${census.negatives > 0 ? '±' : ''}${figureText(census.largest)}`;
  const texts = {
    identity: `${times} times the identity`,
    permutation: `${times} times a permutation`,
    selection: `a selection: ${entries} entries of ${times}, one for each ${inRow.every((count) => count === 1) ? 'row' : 'column'}, and zeros`,
  };
  return {
    kind,
    text: texts[kind],
    evidence: { entries, size: census.largest, negative: census.negatives, onDiagonal },
  };
}
