import type { ByteRange } from './checkpoint.ts';
import { LIMITS } from './limits.ts';
import type { OpenReader } from './rangeReader.ts';

/**
 * Visits the bytes of segments of a file in order, in chunks whose borders fall between elements of fixed
 * length. A chunk is valid only during its visit. Throws CheckpointError where the file cannot be read or
 * has become shorter.
 */
export function visitBytes(
  { file, segments }: { readonly file: string; readonly segments: readonly ByteRange[] },
  visit: (chunk: Uint8Array) => void,
  openReader: OpenReader,
): void {
  const reader = openReader(file);
  try {
    const largest = Math.max(0, ...segments.map((segment) => segment.bytes));
    const chunk = new Uint8Array(Math.min(LIMITS.chunkBytes, largest));
    for (const { offset, bytes } of segments)
      for (let done = 0; done < bytes; done += chunk.length) {
        const part = chunk.subarray(0, Math.min(chunk.length, bytes - done));
        reader.read(offset + done, part);
        visit(part);
      }
  } finally {
    reader.close();
  }
}
