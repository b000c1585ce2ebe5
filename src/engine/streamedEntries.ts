import type { EntryReader } from '../core/diagnosis/entries/entryReader.ts';
import type { ReadLine, Side } from '../core/diagnosis/entries/lineReader.ts';
import type { SpectrumSource } from './spectrumTask.ts';
import { readLines } from './storedLines.ts';
import { BLOCK_ENTRIES } from './streamedMatrix.ts';
import { ValueMemory } from './valueMemory.ts';

/** Values of single lines that are held at a time: 8 MiB. */
export const LINE_ENTRIES = 2 ** 20;

export interface StreamedEntryOptions {
  readonly blockEntries?: number;
  readonly lineEntries?: number;
  readonly memory?: ValueMemory;
}

/** The entries of a stored matrix that is read in blocks, as questions on single entries and lines ask for them. */
export class StreamedEntries implements EntryReader {
  readonly rows: number;
  readonly cols: number;
  private readonly blockRows: number;
  private readonly lineEntries: number;
  private readonly memory: ValueMemory;

  constructor(
    private readonly source: SpectrumSource,
    {
      blockEntries = BLOCK_ENTRIES,
      lineEntries = LINE_ENTRIES,
      memory = new ValueMemory(),
    }: StreamedEntryOptions = {},
  ) {
    this.rows = source.view.rows;
    this.cols = source.view.cols;
    this.blockRows = Math.max(1, Math.floor(blockEntries / this.cols));
    this.lineEntries = lineEntries;
    this.memory = memory;
  }

  *blocks(): Generator<Float64Array> {
    const { rows, cols, blockRows, memory } = this;
    for (let first = 0; first < rows; first += blockRows) {
      const count = Math.min(blockRows, rows - first);
      const block = memory.take('values', count * cols);
      readLines(this.source, 'rows', first, count, block, memory);
      yield block;
    }
  }

  /** Lines that lie together in the file are read one by one, others as many as are held in one pass over it. */
  lines(side: Side, upcoming: Iterable<number>): ReadLine {
    const { rowStride, colStride } = this.source.view;
    const [length, along] = side === 'rows' ? [this.cols, colStride] : [this.rows, rowStride];
    if (along === 1)
      return (line, into) => readLines(this.source, side, line, 1, into, this.memory);
    const most = Math.max(2, Math.floor(this.lineEntries / length));
    const next = upcoming[Symbol.iterator]();
    const at = new Map<number, number>();
    let held: Float64Array = new Float64Array(0);
    const room = most * length;
    return (line, into) => {
      if (!at.has(line)) {
        at.clear();
        at.set(line, 0);
        const wanted = aheadOf(line, next);
        for (let each = wanted.next(); !each.done; each = wanted.next()) {
          if (!at.has(each.value)) at.set(each.value, at.size);
          if (at.size === most) break;
        }
        held = this.memory.take('lines', room);
        this.gather(side, [...at.keys()], length, held);
      }
      const from = at.get(line)! * length;
      into.set(held.subarray(from, from + length));
    };
  }

  /** Lines across the order of the file, one after another, by one pass over it. */
  private gather(side: Side, lines: readonly number[], length: number, into: Float64Array): void {
    const { rows, cols } = this;
    // Lines of the other side lie together.
    const other: Side = side === 'rows' ? 'cols' : 'rows';
    const width = side === 'rows' ? rows : cols;
    const atOnce = Math.max(1, Math.floor((this.blockRows * cols) / width));
    for (let first = 0; first < length; first += atOnce) {
      const count = Math.min(atOnce, length - first);
      const block = this.memory.take('values', count * width);
      readLines(this.source, other, first, count, block, this.memory);
      for (const [k, line] of lines.entries())
        for (let i = 0; i < count; i++) into[k * length + first + i] = block[i * width + line]!;
    }
  }
}

/** What follows a line in what is to come; all of what is left where it is not named there. */
function* aheadOf(line: number, next: Iterator<number>): Generator<number> {
  for (let each = next.next(); !each.done; each = next.next()) {
    if (each.value === line) break;
  }
  for (let each = next.next(); !each.done; each = next.next()) yield each.value;
}
