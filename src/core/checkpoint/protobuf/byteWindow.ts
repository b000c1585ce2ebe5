import { LIMITS } from '../limits.ts';
import type { RangeReader } from '../rangeReader.ts';

/** A sliding window over a file: bytes one at a time or in short runs, in mostly ascending order. */
export class ByteWindow {
  private readonly bytes: Uint8Array;
  private start = 0;
  private length = 0;

  constructor(readonly reader: RangeReader) {
    this.bytes = new Uint8Array(Math.min(LIMITS.windowBytes, reader.size));
  }

  /** The byte at `offset`, which must lie inside the file. */
  byte(offset: number): number {
    const at = offset - this.start;
    if (at >= 0 && at < this.length) return this.bytes[at]!;
    this.load(offset);
    return this.bytes[0]!;
  }

  /** `length` bytes from `offset`, inside the file; valid until the next call. */
  slice(offset: number, length: number): Uint8Array {
    if (length > this.bytes.length) {
      const own = new Uint8Array(length);
      this.reader.read(offset, own);
      return own;
    }
    const at = offset - this.start;
    if (at >= 0 && at + length <= this.length) return this.bytes.subarray(at, at + length);
    this.load(offset);
    return this.bytes.subarray(0, length);
  }

  private load(offset: number): void {
    this.length = 0;
    const length = Math.min(this.bytes.length, this.reader.size - offset);
    this.reader.read(offset, this.bytes.subarray(0, length));
    this.start = offset;
    this.length = length;
  }
}
