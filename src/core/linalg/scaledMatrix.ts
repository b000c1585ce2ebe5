import type { Block } from './block.ts';
import { float64View } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';
import type { Matrix } from './matrix.ts';
import type { RowSource } from './rowSource.ts';

/**
 * A matrix seen with its longer side as rows and its largest entry near 1. Transposition changes no
 * singular value, and scaling by a power of two rounds nothing, but both ends of float64's range become
 * safe: squares of 1e300 or of denormals never arise.
 */
export interface ScaledMatrix {
  /** The longer side. */
  readonly rows: number;
  /** The shorter side. */
  readonly cols: number;
  readonly isZero: boolean;
  /** Entries times both factors are those of the scaled matrix. */
  readonly toUnit: readonly [number, number];
  /** Writes rows first..first + count into a block of the kernels' memory. */
  copyRows(kernels: Kernels, first: number, count: number, target: Block): void;
  /** The same rows as columns of the block. */
  copyTurned(kernels: Kernels, first: number, count: number, target: Block): void;
  /** Singular values of the scaled matrix -> those of the matrix itself, in place. */
  readonly unscale: (values: Float64Array) => void;
  /** Two powers of two whose product leads back to the matrix itself: one for each of two factors. */
  readonly fromUnit: readonly [number, number];
}

/** @throws LinalgError `bad-shape`, `not-finite`. */
export function scaledMatrix(matrix: Matrix): ScaledMatrix {
  const { rows, cols, data } = matrix;
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1) {
    throw new LinalgError(
      'bad-shape',
      `The matrix is ${rows} x ${cols}; singular values need at least one row and one column.`,
    );
  }
  if (data.length !== rows * cols) {
    throw new LinalgError(
      'bad-shape',
      `The matrix holds ${data.length} values where its shape, ${rows} x ${cols}, asks for ${rows * cols}.`,
    );
  }
  const isWide = cols > rows;
  return scaledBy(largestMagnitude(matrix), {
    rows: Math.max(rows, cols),
    cols: Math.min(rows, cols),
    copy: (...to) => (isWide ? copyColumnsTurned : copyRows)(matrix, ...to),
    copyTurned: (...to) => (isWide ? copyColumns : copyRowsTurned)(matrix, ...to),
  });
}

/** Rows of which the largest entry is looked for at a time. */
const SURVEY_ROWS = 256;

/**
 * The same of a matrix that is read twice, a few rows at a time.
 *
 * @throws LinalgError `bad-shape`, `not-finite`.
 */
export function scaledRows(source: RowSource): ScaledMatrix {
  const { rows, cols } = source;
  if (rows < 2 * cols) {
    throw new LinalgError(
      'bad-shape',
      `The matrix is ${rows} x ${cols}; only one with twice as many rows as columns is read row by row.`,
    );
  }
  const largest = source.largest ?? largestOfRows(source);
  const read = (first: number, count: number): Matrix => ({
    ...{ rows: count, cols },
    data: source.read(first, count),
  });
  return scaledBy(largest, {
    rows,
    cols,
    copy: (toUnit, first, count, ...to) => copyRows(read(first, count), toUnit, 0, count, ...to),
    copyTurned: (toUnit, first, count, ...to) =>
      copyRowsTurned(read(first, count), toUnit, 0, count, ...to),
  });
}

function largestOfRows(source: RowSource): number {
  const { rows, cols } = source;
  let largest = 0;
  for (let first = 0; first < rows; first += SURVEY_ROWS) {
    const count = Math.min(SURVEY_ROWS, rows - first);
    const part = { rows: count, cols, data: source.read(first, count) };
    largest = Math.max(largest, largestMagnitude(part));
  }
  return largest;
}

type CopyTo = (
  toUnit: readonly [number, number],
  first: number,
  count: number,
  target: Float64Array,
  stride: number,
) => void;

interface RowCopy {
  readonly rows: number;
  readonly cols: number;
  readonly copy: CopyTo;
  readonly copyTurned: CopyTo;
}

function scaledBy(largest: number, { rows, cols, copy, copyTurned }: RowCopy): ScaledMatrix {
  const exponent = largest === 0 ? 0 : -Math.floor(Math.log2(largest));
  const toUnit = twoPowers(exponent);
  const fromUnit = twoPowers(-exponent);
  return {
    rows,
    cols,
    isZero: largest === 0,
    toUnit,
    copyRows: (kernels, first, count, target) => {
      const length = (count - 1) * target.stride + cols;
      const view = float64View(kernels, target.address, length);
      copy(toUnit, first, count, view, target.stride);
    },
    copyTurned: (kernels, first, count, target) => {
      const view = float64View(kernels, target.address, (cols - 1) * target.stride + count);
      copyTurned(toUnit, first, count, view, target.stride);
    },
    unscale: unscaleBy(fromUnit),
    fromUnit,
  };
}

/** Apart, so that who keeps it does not keep the matrix. */
function unscaleBy([p, q]: readonly [number, number]): ScaledMatrix['unscale'] {
  return (values) => {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * p * q;
  };
}

/** @throws LinalgError `not-finite`. */
function largestMagnitude({ rows, cols, data }: Matrix): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]!);
    // The negation is true for NaN as well.
    if (!(magnitude <= largest)) {
      if (!Number.isFinite(magnitude)) {
        throw new LinalgError(
          'not-finite',
          `The value at row ${Math.floor(i / cols)}, column ${i % cols} of the ${rows} x ${cols} matrix is ${data[i]!}; singular values exist only for finite numbers.`,
        );
      }
      largest = magnitude;
    }
  }
  return largest;
}

/** 2^exponent as two factors: it may lie outside float64's range itself (denormals need up to 2^1074). */
function twoPowers(exponent: number): readonly [number, number] {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}

type Copy = (matrix: Matrix, ...to: Parameters<CopyTo>) => void;

const copyRows: Copy = ({ cols, data }, [p, q], first, count, target, stride) => {
  for (let i = 0; i < count; i++) {
    const from = (first + i) * cols;
    const to = i * stride;
    for (let c = 0; c < cols; c++) target[to + c] = data[from + c]! * p * q;
  }
};

const copyColumns: Copy = ({ rows, cols, data }, [p, q], first, count, target, stride) => {
  for (let r = 0; r < rows; r++) {
    const from = r * cols + first;
    const to = r * stride;
    for (let i = 0; i < count; i++) target[to + i] = data[from + i]! * p * q;
  }
};

/** Rows that are read together, so that a cache line of the target is written at once. */
const TILE = 8;

const copyRowsTurned: Copy = ({ cols, data }, [p, q], first, count, target, stride) => {
  for (let i0 = 0; i0 < count; i0 += TILE) {
    const end = Math.min(i0 + TILE, count);
    for (let c = 0; c < cols; c++) {
      const to = c * stride;
      for (let i = i0; i < end; i++) target[to + i] = data[(first + i) * cols + c]! * p * q;
    }
  }
};

const copyColumnsTurned: Copy = ({ rows, cols, data }, [p, q], first, count, target, stride) => {
  for (let r0 = 0; r0 < rows; r0 += TILE) {
    const end = Math.min(r0 + TILE, rows);
    for (let i = 0; i < count; i++) {
      const from = first + i;
      const to = i * stride;
      for (let r = r0; r < end; r++) target[to + r] = data[r * cols + from]! * p * q;
    }
  }
};
