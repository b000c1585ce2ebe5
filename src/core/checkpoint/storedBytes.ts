import type { TensorStorage } from './checkpoint.ts';
import { LIMITS } from './limits.ts';
import { openRangeReader, type OpenReader } from './rangeReader.ts';

/**
 * Visits the bytes of a tensor as they are stored, in order, in chunks whose borders fall between
 * elements of fixed length. A chunk is valid only during its visit. The same bytes can mean other values
 * in another `encoding`, `dtype` or shape, so a key made of them must hold those too. Throws
 * CheckpointError where the file cannot be read or has become shorter.
 */
export function storedBytes(
  storage: TensorStorage,
  visit: (chunk: Uint8Array) => void,
  openReader: OpenReader = openRangeReader,
): void {
  const reader = openReader(storage.file);
  try {
    const largest = Math.max(0, ...storage.segments.map((segment) => segment.bytes));
    const chunk = new Uint8Array(Math.min(LIMITS.chunkBytes, largest));
    for (const { offset, bytes } of storage.segments)
      for (let done = 0; done < bytes; done += chunk.length) {
        const part = chunk.subarray(0, Math.min(chunk.length, bytes - done));
        reader.read(offset + done, part);
        visit(part);
      }
  } finally {
    reader.close();
  }
}
