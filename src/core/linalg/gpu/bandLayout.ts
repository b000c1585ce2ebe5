import { SLICE_ROWS } from './wgsl/panelPrograms.ts';

/** The sum over the long side of a product is split into parts at least this long, for parallelism and accuracy. */
const SPLIT_DEPTH = 256;

/** At most so many parts: they take memory and are read again. */
const MAX_SPLITS = 16;

/** float32s of each buffer of a reduction to band form, for one matrix. */
export interface BandSizes {
  /** The matrix, padded, row-major. */
  readonly matrix: number;
  /** Reflectors from the left: Y and X, a row of `rows` values for each. */
  readonly left: number;
  /** Z and the reflectors from the right, a row of `cols` values for each. */
  readonly right: number;
  readonly partials: number;
  readonly cross: number;
  readonly work: number;
  readonly vectors: number;
  readonly triangles: number;
  readonly basis: number;
  readonly factors: number;
  /** The triangles of all panels: what the band consists of. */
  readonly blocks: number;
}

export type BandBufferName = keyof BandSizes;

/** A level of the QR of a panel: its rows, and where its reflectors lie. */
export interface PanelLevel {
  readonly rows: number;
  readonly slices: number;
  readonly vectors0: number;
  readonly tau0: number;
}

/** How a matrix of rows x cols, rows >= cols, is laid out for a reduction with panels of `width` columns. */
export interface BandLayout {
  readonly width: number;
  /** Both sides padded with zeros to whole panels: zero rows and columns add zero singular values only. */
  readonly rows: number;
  readonly cols: number;
  readonly steps: number;
  readonly sizes: BandSizes;
}

export function bandLayout(rows: number, cols: number, width: number): BandLayout {
  const paddedCols = roundUp(cols, width);
  const paddedRows = Math.max(roundUp(rows, width), paddedCols);
  const levels = panelLevels(paddedRows, width);
  const last = levels.at(-1)!;
  const stacked = levels[0]!.slices * width * width;
  const long = paddedRows;
  return {
    width,
    rows: paddedRows,
    cols: paddedCols,
    steps: paddedCols / width,
    sizes: {
      matrix: paddedRows * paddedCols,
      left: 2 * width * paddedRows,
      right: 2 * width * paddedCols,
      partials: splitsOf(long).splits * width * long,
      cross: splitsOf(paddedCols).splits * width * width,
      work: width * long,
      vectors: last.tau0 + last.slices * width,
      triangles: stacked,
      basis: stacked,
      factors: width * width,
      blocks: (paddedCols / width) * 2 * width * width,
    },
  };
}

/** The levels of a panel of this many rows, the slices themselves first, a single slice last. */
export function panelLevels(rows: number, width: number): readonly PanelLevel[] {
  const levels: PanelLevel[] = [];
  let next = rows;
  let at = 0;
  for (;;) {
    const slices = Math.ceil(next / SLICE_ROWS);
    const tau0 = at + next * width;
    levels.push({ rows: next, slices, vectors0: at, tau0 });
    if (slices === 1) return levels;
    at = tau0 + slices * width;
    next = slices * width;
  }
}

/** How a sum of this length is split. */
export function splitsOf(length: number): { readonly splits: number; readonly depth: number } {
  const depth = Math.max(SPLIT_DEPTH, roundUp(length / MAX_SPLITS, 16));
  return { splits: Math.max(1, Math.ceil(length / depth)), depth };
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
