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
    copy: (first, count, ...to) => copyRows(read(first, count), 0, count, ...to),
    copyTurned: (first, count, ...to) => copyRowsTurned(read(first, count), 0, count, ...to),
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
  first: number,
  count: number,
  kernels: Kernels,
  toUnit: readonly [number, number],
  target: Block,
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
    copyRows: (kernels, first, count, target) => copy(first, count, kernels, toUnit, target),
    copyTurned: (kernels, first, count, target) =>
      copyTurned(first, count, kernels, toUnit, target),
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
  // Four at once: each waits for the one before it. All hand on NaN.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a = Math.max(a, Math.abs(data[i]!));
    b = Math.max(b, Math.abs(data[i + 1]!));
    c = Math.max(c, Math.abs(data[i + 2]!));
    d = Math.max(d, Math.abs(data[i + 3]!));
  }
  for (let i = whole; i < data.length; i++) a = Math.max(a, Math.abs(data[i]!));
  const largest = Math.max(a, b, c, d);
  if (Number.isFinite(largest)) return largest;
  const i = data.findIndex((value) => !Number.isFinite(value));
  throw new LinalgError(
    'not-finite',
    `The value at row ${Math.floor(i / cols)}, column ${i % cols} of the ${rows} x ${cols} matrix is ${data[i]!}; singular values exist only for finite numbers.`,
  );
}

/** 2^exponent as two factors: it may lie outside float64's range itself (denormals need up to 2^1074). */
function twoPowers(exponent: number): readonly [number, number] {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}

type Copy = (matrix: Matrix, ...to: Parameters<CopyTo>) => void;

/** Rows that are scaled while they are still in the second-level cache. */
const CACHED_ROWS = 32;

const copyRows: Copy = ({ cols, data }, first, count, kernels, [p, q], { address, stride }) => {
  for (let done = 0; done < count; done += CACHED_ROWS) {
    const some = Math.min(CACHED_ROWS, count - done);
    const start = address + 8 * done * stride;
    const target = float64View(kernels, start, (some - 1) * stride + cols);
    for (let i = 0; i < some; i++) {
      const from = (first + done + i) * cols;
      target.set(data.subarray(from, from + cols), i * stride);
    }
    kernels.scaleBlock(start, stride, some, cols, p, q);
  }
};

const copyColumns: Copy = ({ rows, cols, data }, first, count, kernels, [p, q], block) => {
  const { stride } = block;
  const target = float64View(kernels, block.address, (rows - 1) * stride + count);
  for (let r = 0; r < rows; r++) {
    const from = r * cols + first;
    const to = r * stride;
    for (let i = 0; i < count; i++) target[to + i] = data[from + i]! * p * q;
  }
};

/** Rows that are read together, so that a cache line of the target is written at once. */
const TILE = 8;

const copyRowsTurned: Copy = ({ cols, data }, first, count, kernels, [p, q], block) => {
  const { stride } = block;
  const target = float64View(kernels, block.address, (cols - 1) * stride + count);
  for (let i0 = 0; i0 < count; i0 += TILE) {
    const end = Math.min(i0 + TILE, count);
    for (let c = 0; c < cols; c++) {
      const to = c * stride;
      for (let i = i0; i < end; i++) target[to + i] = data[(first + i) * cols + c]! * p * q;
    }
  }
};

const copyColumnsTurned: Copy = ({ rows, cols, data }, first, count, kernels, [p, q], block) => {
  const { stride } = block;
  const target = float64View(kernels, block.address, (count - 1) * stride + rows);
  for (let r0 = 0; r0 < rows; r0 += TILE) {
    const end = Math.min(r0 + TILE, rows);
    for (let i = 0; i < count; i++) {
      const from = first + i;
      const to = i * stride;
      for (let r = r0; r < end; r++) target[to + r] = data[r * cols + from]! * p * q;
    }
  }
};
