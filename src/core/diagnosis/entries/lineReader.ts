import type { Matrix } from '../../linalg/matrix.ts';

export type Side = 'rows' | 'cols';

/** Copies one row, or one column, into a buffer of its length. */
export type ReadLine = (line: number, into: Float64Array) => void;

export function lineReader({ rows, cols, data }: Matrix, side: Side): ReadLine {
  if (side === 'rows')
    return (line, into) => into.set(data.subarray(line * cols, (line + 1) * cols));
  return (line, into) => {
    for (let i = 0; i < rows; i++) into[i] = data[i * cols + line]!;
  };
}
