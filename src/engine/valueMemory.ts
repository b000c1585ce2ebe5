/** What one of the arrays is for: at most one of each is in use at a time. */
export type ValueUse =
  /** The decoded tensor, or a block of it. */
  | 'values'
  /** One matrix that does not lie in the tensor as it is solved. */
  | 'matrix'
  /** Single lines. */
  | 'lines';

/**
 * The large arrays of a thread, one piece of memory that serves one task after another. Arrays of their own would be
 * freed by the garbage collector, when it comes to it: the next ones are there by then.
 */
export class ValueMemory {
  private whole = new Float64Array(0);
  private readonly parts = new Map<ValueUse, Float64Array>();
  private end = 0;

  /** Values that have been held at once, those of the task included that were not foreseen. */
  get held(): number {
    return Math.max(this.whole.length, this.end);
  }

  /** All arrays are void from here on. @param count values that the task will hold at once */
  begin(count: number): void {
    this.parts.clear();
    this.end = 0;
    if (this.whole.length >= count) return;
    // Before the new array is there.
    this.whole = new Float64Array(0);
    this.whole = new Float64Array(count);
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
}
