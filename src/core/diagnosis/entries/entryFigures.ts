import type { FloatType } from '../../checkpoint/checkpoint.ts';
import { roundingVariance } from '../../checkpoint/rounding.ts';
import type { Matrix } from '../../linalg/matrix.ts';
import { fixedTransform, type FixedTransform } from '../transforms/fixedTransform.ts';
import { deadLines, type DeadLines } from './deadLines.ts';
import { duplicateLines, type DuplicateLines } from './duplicateLines.ts';
import { entriesOf, type EntryReader, isWhole } from './entryReader.ts';
import { dot, entrySketch, type EntrySketch } from './entrySketch.ts';
import type { Side } from './lineReader.ts';

/** Changes with every change of what the entries are asked: what is cached of them is computed anew. */
export const ENTRY_FIGURES_VERSION = 1;

/** Of the rows, or of the columns. */
export interface LineFigures {
  readonly dead: DeadLines;
  readonly duplicates: DuplicateLines;
}

/** What the entries of a matrix say that its singular values do not. Plain data. */
export interface EntryFigures {
  readonly rows: LineFigures;
  readonly cols: LineFigures;
  readonly transform: FixedTransform | null;
  /** To know the same values in another tensor by. */
  readonly sketch: ValueSketch;
}

/** See EntrySketch; `norm` (Frobenius) and `bilinear` are in units of `scale`, and so is the variance. */
export interface ValueSketch {
  readonly scale: number;
  readonly norm: number;
  readonly roundingVariance: number;
  readonly bilinear: readonly number[];
}

/**
 * Dead and duplicate lines, the known transform that the matrix is, and its sketch, in a few passes over
 * finite entries and without a copy of them. A matrix that is not in memory whole is held against no transforms.
 */
export function entryFigures(matrix: Matrix | EntryReader, dtype: FloatType): EntryFigures {
  const sketch = entrySketch(matrix);
  const { scale, bilinear } = sketch;
  const variance = meanRounding(entriesOf(matrix), dtype) / scale ** 2;
  const linesOf = (side: Side): LineFigures => lineFigures(matrix, side, sketch, dtype, variance);
  return {
    rows: linesOf('rows'),
    cols: linesOf('cols'),
    transform: isWhole(matrix) ? (fixedTransform(matrix, sketch, dtype) ?? null) : null,
    sketch: {
      scale,
      norm: Math.sqrt(dot(sketch.rows.norms, sketch.rows.norms)),
      roundingVariance: variance,
      bilinear,
    },
  };
}

function meanRounding(entries: EntryReader, dtype: FloatType): number {
  const count = entries.rows * entries.cols;
  let mean = 0;
  for (const block of entries.blocks())
    mean += roundingVariance(block, dtype) * (block.length / count);
  return mean;
}

function lineFigures(
  matrix: Matrix | EntryReader,
  side: Side,
  sketch: EntrySketch,
  dtype: FloatType,
  variance: number,
): LineFigures {
  const { figures: dead, isDead } = deadLines(sketch[side], variance);
  return { dead, duplicates: duplicateLines(matrix, side, sketch, dtype, isDead) };
}
