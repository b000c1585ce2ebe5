import type { MatrixView } from '../core/checkpoint/checkpoint.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import type { SpectrumSource } from './spectrumTask.ts';

/** Whether nothing but the values themselves is in memory while they are read. */
export function isReadInPlace({ storage, gathered }: SpectrumSource): boolean {
  return !gathered && storage.encoding !== 'sparse' && storage.encoding !== 'quantised';
}

/**
 * The values that the view of a source lies in: of the whole tensor, or gathered from its runs. Those that are read in
 * place go to an array that `newArray` gives, which may have any contents.
 */
export function sourceValues(
  source: SpectrumSource,
  newArray?: (count: number) => Float64Array,
): Float64Array {
  const { storage } = source;
  const target = isReadInPlace(source) ? newArray?.(storage.elements) : undefined;
  return pickedValues(readValues(storage, undefined, target), source);
}

/** Of one number for each element of the stored tensor, those that the view of a source lies in. */
export function pickedValues(
  values: Float64Array,
  { gathered }: Pick<SpectrumSource, 'gathered'>,
): Float64Array {
  return gathered ? gatheredValues(values, gathered) : values;
}

/** A matrix `[rows, cols]`, row-major, out of the values of the tensor that it is a view of. */
export function gatheredValues(values: Float64Array, view: MatrixView): Float64Array {
  const { rows, cols, rowStride, colStride, offsets, runs } = view;
  const place = (side: 'rows' | 'cols', k: number): number =>
    runs?.side === side ? Math.floor(k / runs.length) * runs.stride + (k % runs.length) : k;
  const colPlaces = Float64Array.from({ length: cols }, (_, j) => place('cols', j) * colStride);
  const data = new Float64Array(rows * cols);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    const row = offsets[0]! + place('rows', i) * rowStride;
    for (const col of colPlaces) data[at++] = values[row + col]!;
  }
  return data;
}
