/** What one of the arrays is for: at most one of each is in use at a time. */
export type ValueUse =
  /** The decoded tensor, or a block of it. */
  | 'values'
  /** One matrix that does not lie in the tensor as it is solved. */
  | 'matrix'
  /** Single lines. */
  | 'lines';

const PAGE = 65536;
/** 4 GiB: what WebAssembly's memory can grow to. */
const MOST_PAGES = 65536;

/**
 * The large arrays of a thread, one piece of memory that serves one task after another. Arrays of their own would be
 * freed by the garbage collector, when it comes to it: the next ones are there by then. It is WebAssembly's because that
 * alone grows where it is.
 */
export class ValueMemory {
  private memory: WebAssembly.Memory | undefined;
  private whole = new Float64Array(0);
  private readonly parts = new Map<ValueUse, Float64Array>();
  private end = 0;
  private most = 0;

  /** The most values that any task has held at once, foreseen or not. */
  get held(): number {
    return Math.max(this.most, this.end);
  }

  /** All arrays are void from here on. @param count values that the task will hold at once */
  begin(count: number): void {
    this.parts.clear();
    this.most = Math.max(this.held, count);
    this.end = 0;
    if (this.whole.length < count) this.whole = this.grown(count);
  }

  /** An array with any contents; void with the next that is taken for the same use. */
  take(use: ValueUse, count: number): Float64Array {
    const known = this.parts.get(use);
    if (known && known.length >= count) return known.subarray(0, count);
    const start = this.end;
    this.end += count;
    const part =
      this.end <= this.whole.length
        ? this.whole.subarray(start, this.end)
        : new Float64Array(count);
    this.parts.set(use, part);
    return part;
  }

  private grown(count: number): Float64Array<ArrayBuffer> {
    try {
      this.memory ??= new WebAssembly.Memory({ initial: 0, maximum: MOST_PAGES });
      const missing = 8 * count - this.memory.buffer.byteLength;
      if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
      return new Float64Array(this.memory.buffer);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Too much for WebAssembly, or for the addresses that it reserves.
      return new Float64Array(count);
    }
  }
}
