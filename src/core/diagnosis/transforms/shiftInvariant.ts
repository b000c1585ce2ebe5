import { figureText } from '../figureText.ts';
import type { FixedTransform, TransformInput } from './fixedTransform.ts';

/**
 * One filter moved on by the same distance from row to row, as a convolution written as a matrix is: a
 * Toeplitz or circulant matrix, or the same kernel for every channel (upsampling, a blur, an identity
 * kernel). Distances 1, and the columns for each row or the rows for each column where they are whole.
 */
export function shiftInvariant(input: TransformInput): FixedTransform | undefined {
  const { rows, cols } = input.matrix;
  const across = cols / rows;
  const shifts: readonly (readonly [down: number, right: number])[] = [
    [1, 1],
    ...(Number.isInteger(across) && across > 1 ? [[1, across] as const] : []),
    ...(Number.isInteger(1 / across) && across < 1 ? [[1 / across, 1] as const] : []),
  ];
  for (const [down, right] of shifts) {
    if (!isShifted(input, down, right)) continue;
    return {
      kind: 'shift-invariant',
      text: `one filter shifted by ${right === 1 ? 'a column' : `${right} columns`} every ${down === 1 ? 'row' : `${down} rows`} (largest entry ${figureText(input.census.largest)})`,
      evidence: { shiftRows: down, shiftColumns: right, largest: input.census.largest },
    };
  }
  return undefined;
}

function isShifted(
  { matrix, census, rounding }: TransformInput,
  down: number,
  right: number,
): boolean {
  const { rows, cols, data } = matrix;
  // A constant matrix is every filter shifted by anything.
  const isEven = census.largest - census.smallest <= rounding(census.largest);
  if (isEven && census.zeros === 0 && census.negatives === 0) return false;
  let entries = 0;
  for (let i = 0; i + down < rows; i++)
    for (let j = 0; j + right < cols; j++) {
      const value = data[i * cols + j]!;
      const moved = data[(i + down) * cols + j + right]!;
      if (value !== moved && Math.abs(value - moved) > rounding(value)) return false;
      if (value !== 0) entries++;
    }
  // Zeros are equal too: there must be a filter.
  return entries >= Math.min(rows, cols) / 2;
}
