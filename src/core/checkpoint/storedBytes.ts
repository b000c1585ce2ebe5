import type { TensorStorage } from './checkpoint.ts';
import { openRangeReader, type OpenReader } from './rangeReader.ts';
import { visitBytes } from './visitBytes.ts';

/**
 * Visits the bytes of a tensor as they are stored, in order (of a sparse tensor its values, then their
 * indices), in chunks whose borders fall between elements of fixed length. A chunk is valid only during
 * its visit. The same bytes can mean other values in another `encoding`, `dtype` or shape, so a key made
 * of them must hold those too; for a sparse tensor those of both its parts. Throws CheckpointError where
 * the file cannot be read or has become shorter.
 */
export function storedBytes(
  storage: TensorStorage,
  visit: (chunk: Uint8Array) => void,
  openReader: OpenReader = openRangeReader,
): void {
  const parts = storage.encoding === 'sparse' ? [storage.values, storage.indices] : [storage];
  for (const part of parts) visitBytes(part, visit, openReader);
}
