import type { Matrix } from '../matrix.ts';
import { scaledMatrix } from '../scaledMatrix.ts';
import { mixMatrix } from './hadamardMixing.ts';

/** Of the mixing; fixed, so that the same matrix gives the same figures. */
export const MIX_SEED = 0x5eed;

/** What float32 cannot hold of an entry near 1 without its being a rounding. */
const EXACT = 1e-14;

/** A matrix as float32s near 1, its longer side as rows. */
export interface RoundedMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly isZero: boolean;
  /** Rows first..first + count, each `stride` after the one before; zeros in between. */
  rowBlock(first: number, count: number, stride: number): Float32Array<ArrayBuffer>;
  /** Sum of the squares of all entries, as scaled. */
  readonly squares: number;
  /** Two factors that lead back to the matrix itself. */
  readonly fromUnit: readonly [number, number];
}

/**
 * Scales by a power of two, which rounds nothing, and rounds to float32. Weights that are stored with at
 * most 24 bits are exact then. Others are first mixed in float64, every block of rows on its own but all
 * with the same transform from the right: their rounding errors, which add up where entries are alike,
 * become like random numbers.
 *
 * @throws LinalgError `bad-shape`, `not-finite`.
 */
export function roundedMatrix(matrix: Matrix): RoundedMatrix {
  const scaled = scaledMatrix(matrix);
  const { rows, cols, isZero, toUnit } = scaled;
  const { data } = matrix;
  const isTransposed = matrix.cols > matrix.rows;
  const [p, q] = toUnit;
  const rowStride = isTransposed ? 1 : matrix.cols;
  const colStride = isTransposed ? matrix.cols : 1;
  const { isExact, squares } = survey(data, toUnit);
  const copy = (
    target: Float32Array | Float64Array,
    first: number,
    count: number,
    stride: number,
  ): void => {
    for (let i = 0; i < count; i++) {
      const from = (first + i) * rowStride;
      for (let j = 0; j < cols; j++) target[i * stride + j] = data[from + j * colStride]! * p * q;
    }
  };
  return {
    rows,
    cols,
    isZero,
    squares,
    fromUnit: scaled.fromUnit,
    rowBlock: (first, count, stride) => {
      const rounded = new Float32Array(count * stride);
      if (isExact) {
        copy(rounded, first, count, stride);
        return rounded;
      }
      const mixed = new Float64Array(count * cols);
      copy(mixed, first, count, cols);
      mixMatrix(mixed, count, cols, MIX_SEED);
      for (let i = 0; i < count; i++)
        rounded.set(mixed.subarray(i * cols, (i + 1) * cols), i * stride);
      return rounded;
    },
  };
}

/** Whether float32 holds every value, once scaled, and the sum of their squares. */
export function survey(
  data: Float64Array,
  [p, q]: readonly [number, number],
): { readonly isExact: boolean; readonly squares: number } {
  let worst = 0;
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]! * p * q;
    worst = Math.max(worst, Math.abs(value - Math.fround(value)));
    squares += value * value;
  }
  return { isExact: worst <= EXACT, squares };
}
