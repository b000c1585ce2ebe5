import type { DenseStorage, TensorStorage } from '../../../../src/core/checkpoint/checkpoint.ts';

/** Fails the test where a storage is sparse. */
export function denseStorage(storage: TensorStorage): DenseStorage {
  if (storage.encoding === 'sparse' || storage.encoding === 'quantised')
    throw new Error(`${storage.tensor} is sparse`);
  return storage;
}
