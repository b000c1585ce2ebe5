import type { TensorStorage } from './checkpoint.ts';
import { openRangeReader, type OpenReader } from './rangeReader.ts';
import { visitBytes } from './visitBytes.ts';

/**
 * Visits the bytes of a tensor as they are stored, in order (of a sparse tensor its values, then their
 * indices; of a quantised one its codes, scales and zero points), in chunks whose borders fall between elements of fixed length. A chunk is valid only during
 * its visit. The same bytes can mean other values in another `encoding`, `dtype` or shape, so a key made
 * of them must hold those too; for a tensor of several parts those of all. Throws CheckpointError where
 * the file cannot be read or has become shorter.
 */
export function storedBytes(
  storage: TensorStorage,
  visit: (chunk: Uint8Array) => void,
  openReader: OpenReader = openRangeReader,
): void {
  for (const part of storageParts(storage)) visitBytes(part, visit, openReader);
}

/** The runs of bytes that a tensor is made of: of a sparse or quantised one each of its parts. */
export function storageParts(storage: TensorStorage): readonly Parameters<typeof visitBytes>[0][] {
  switch (storage.encoding) {
    case 'sparse':
      return [storage.values, storage.indices];
    case 'quantised':
      return [storage.codes, storage.scale ?? [], storage.zero ?? []].flat();
    default:
      return [storage];
  }
}
