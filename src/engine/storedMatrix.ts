import type { MatrixView } from '../core/checkpoint/checkpoint.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import type { NonFinite, SpectrumSource } from './spectrumTask.ts';

/** Thrown inside a task, to leave it from any depth: the weight has NaN or infinite entries. */
export class NonFiniteWeight extends Error {
  constructor(readonly found: NonFinite) {
    super('non-finite');
  }
}

/** Throws NonFiniteWeight where a view holds NaN or infinite entries, whatever the rest of the tensor holds. */
export function checkFinite(
  values: Float64Array,
  view: MatrixView,
  newArray?: (count: number) => Float64Array,
): void {
  const { rows, cols, offsets } = view;
  const elements = rows * cols * offsets.length;
  const entries =
    elements === values.length
      ? values
      : gather(values, { view, scale: 'none' }, offsets[0]!, newArray).data;
  const found = nonFinite(entries);
  if (found) throw new NonFiniteWeight({ ...found, elements });
}

const FLOAT32_SQRT_HALF = Math.fround(Math.SQRT1_2);

/**
 * One matrix of a view as contiguous rows; a view of the tensor itself where it already lies so, otherwise in an array
 * that `newArray` gives, which may have any contents.
 */
export function gather(
  values: Float64Array,
  source: Pick<SpectrumSource, 'view' | 'scale'>,
  offset: number,
  newArray: (count: number) => Float64Array = (count) => new Float64Array(count),
): Matrix {
  const { rows, cols } = source.view;
  if (liesInTensor(source))
    return { rows, cols, data: values.subarray(offset, offset + rows * cols) };
  const { rowStride, colStride } = source.view;
  const data = newArray(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++)
      data[i * cols + j] = values[offset + i * rowStride + j * colStride]!;
  }
  scaleEntries(data, source.scale);
  return { rows, cols, data };
}

/** As a source asks for it, in place. */
export function scaleEntries(data: Float64Array, scale: SpectrumSource['scale']): void {
  if (scale === 'none') return;
  for (let i = 0; i < data.length; i++)
    data[i] = Math.fround(Math.fround(data[i]!) * FLOAT32_SQRT_HALF);
}

/** Whether its matrices are contiguous rows of the tensor as they are. */
export function liesInTensor({ view, scale }: Pick<SpectrumSource, 'view' | 'scale'>): boolean {
  return scale === 'none' && view.colStride === 1 && view.rowStride === view.cols;
}

export function concatenated(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
