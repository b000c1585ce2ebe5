import type { Matrix } from '../../linalg/matrix.ts';
import { randomBits } from '../../spectrum/randomBits.ts';
import { entriesOf, type EntryReader } from './entryReader.ts';

/** Random directions that rows and columns are projected on. */
export const DIRECTIONS = 4;

/** Seed of the first direction: fixed, so that sketches of two tensors can be compared. */
const SEED = 20_240;

/** The rows, or the columns, of a matrix by what one pass over its entries can hold of each. */
export interface LineSketch {
  readonly count: number;
  /** Entries of each. */
  readonly length: number;
  /** Euclidean, in units of the matrix's `scale`. */
  readonly norms: Float64Array;
  /** `projections[k][line]` on the k-th direction, in the same unit. */
  readonly projections: readonly Float64Array[];
}

export interface EntrySketch {
  /** The power of two that brings the largest magnitude between 1 and 2; 1 where all entries are zero. */
  readonly scale: number;
  readonly rows: LineSketch;
  readonly cols: LineSketch;
  /**
   * `q_k' W q_l` at `k * DIRECTIONS + l`, in units of `scale`; of the transposed matrix it is transposed. Its
   * mean square is the squared Frobenius norm, so that a difference of two sketches estimates a difference.
   */
  readonly bilinear: readonly number[];
}

/**
 * Norms and projections of every row and column of a matrix of finite entries, in two passes over them and
 * with 2 (1 + DIRECTIONS) numbers for each line, no copy of the matrix.
 */
export function entrySketch(matrix: Matrix | EntryReader): EntrySketch {
  const entries = entriesOf(matrix);
  const { rows, cols } = entries;
  const scale = scaleOf(entries);
  const overRows = directions(rows);
  const overCols = directions(cols);
  const rowLines = emptyLines(rows, cols);
  const colLines = emptyLines(cols, rows);
  const [q0, q1, q2, q3] = overCols as Four;
  const [o0, o1, o2, o3] = overRows as Four;
  const [p0, p1, p2, p3] = rowLines.projections as Four;
  const [c0, c1, c2, c3] = colLines.projections as Four;
  const colSquares = colLines.norms;
  const inverse = 1 / scale;
  let i = 0;
  for (const data of entries.blocks()) {
    for (let at = 0; at < data.length; i++) {
      const r0 = o0[i]!;
      const r1 = o1[i]!;
      const r2 = o2[i]!;
      const r3 = o3[i]!;
      let square = 0;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < cols; j++, at++) {
        const value = data[at]! * inverse;
        square += value * value;
        s0 += value * q0[j]!;
        s1 += value * q1[j]!;
        s2 += value * q2[j]!;
        s3 += value * q3[j]!;
        colSquares[j]! += value * value;
        c0[j]! += value * r0;
        c1[j]! += value * r1;
        c2[j]! += value * r2;
        c3[j]! += value * r3;
      }
      rowLines.norms[i] = Math.sqrt(square);
      p0[i] = s0;
      p1[i] = s1;
      p2[i] = s2;
      p3[i] = s3;
    }
  }
  for (let j = 0; j < cols; j++) colSquares[j] = Math.sqrt(colSquares[j]!);
  const bilinear = colLines.projections.flatMap((left) =>
    overCols.map((right) => dot(left, right)),
  );
  return { scale, rows: rowLines, cols: colLines, bilinear };
}

type Four = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** The first `length` numbers of each direction: uniform, mean 0, variance 1. */
export function directions(length: number): readonly Float64Array[] {
  return Array.from({ length: DIRECTIONS }, (_, k) => {
    const bits = randomBits(SEED + k);
    return Float64Array.from({ length }, () => Math.sqrt(3) * (bits() / 2 ** 31 - 1));
  });
}

function emptyLines(count: number, length: number): LineSketch {
  return {
    count,
    length,
    norms: new Float64Array(count),
    projections: Array.from({ length: DIRECTIONS }, () => new Float64Array(count)),
  };
}

function scaleOf(entries: EntryReader): number {
  let largest = 0;
  for (const data of entries.blocks())
    for (let k = 0; k < data.length; k++) largest = Math.max(largest, Math.abs(data[k]!));
  return largest === 0 ? 1 : 2 ** Math.max(Math.floor(Math.log2(largest)), -1022);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
