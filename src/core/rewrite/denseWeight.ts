import type { DenseStorage, FloatType, Weight } from '../checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';

/** A weight whose values all stand in the file as floating-point numbers. */
export type DenseWeight = Weight & { readonly dtype: FloatType; readonly storage: DenseStorage };

export function isDense(weight: Weight): weight is DenseWeight {
  const { encoding } = weight.storage;
  return encoding !== 'sparse' && encoding !== 'quantised' && weight.dtype in FLOAT_BYTES;
}

/** Why a weight that is not dense is left as it is. */
export function notDense({ storage }: Weight): string {
  return storage.encoding === 'sparse' ? 'stored as a sparse tensor' : 'stored quantised already';
}
