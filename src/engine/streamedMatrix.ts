import type { FloatType } from '../core/checkpoint/checkpoint.ts';
import { partStorage } from '../core/checkpoint/partStorage.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import { roundingVariance } from '../core/checkpoint/rounding.ts';
import type { Side } from '../core/diagnosis/entries/lineReader.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import { type EntryProfile, entryProfile, PROFILE_ENTRIES } from '../core/spectrum/entryProfile.ts';
import { mergeShuffle } from '../core/spectrum/mergeShuffle.ts';
import type { NonFinite, SpectrumSource } from './spectrumTask.ts';
import { readLines } from './storedLines.ts';
import { ValueMemory } from './valueMemory.ts';

/** Entries decoded at a time: 16 MiB. */
export const BLOCK_ENTRIES = 2 ** 21;

/** Entries that windows of a shuffle are drawn from. */
export const SAMPLE_ENTRIES = 2 ** 19;

/** What is not worth reading in blocks: 32 MiB as float64s. */
const SMALL_ENTRIES = 2 ** 22;

/**
 * Entries up to which a tall matrix is decoded whole. A task should take no more than three square matrices of the
 * smaller side and 64 MB, whatever the file's size. The solver has one of them and some of the rest, and a library of
 * products keeps half as much.
 */
export function entriesHeldWhole({ rows, cols }: { rows: number; cols: number }): number {
  return Math.min(rows, cols) ** 2 + SMALL_ENTRIES;
}

/**
 * Whether a weight is read a block of rows at a time: one plain matrix, tall enough that the solver folds
 * its rows, too large to be decoded whole, and stored so that a part can be found.
 */
export function isStreamed(
  { storage, gathered, view, scale }: SpectrumSource,
  most = entriesHeldWhole(view),
): boolean {
  const { rows, cols, rowStride, colStride, offsets } = view;
  return (
    // Blocks of rows are found by the view of the stored tensor; a gathered source has another.
    !gathered &&
    rows * cols > most &&
    Math.max(rows, cols) >= 2 * Math.min(rows, cols) &&
    offsets.length === 1 &&
    scale === 'none' &&
    Math.min(rowStride, colStride) === 1 &&
    partStorage(storage, 0, 1) !== undefined
  );
}

/** What must be known of a matrix before it is solved. */
export interface Survey {
  readonly bad: NonFinite | undefined;
  readonly roundingVariance: number;
  readonly profile: EntryProfile;
  /** Entries at equal distances, at most SAMPLE_ENTRIES: windows of a shuffle are drawn from them. */
  readonly sample: Float64Array;
}

export interface StreamOptions {
  /** Of a shuffle of the entries, each within its block; absent for the matrix as it is. */
  readonly seed?: number;
  /** Largest magnitude of an entry, from a survey that found none that is not finite. */
  readonly largest?: number | undefined;
  readonly blockEntries?: number;
  readonly sampleEntries?: number;
  /** Holds the block: void once another matrix is read in it. */
  readonly memory?: ValueMemory;
}

/** The rows of a stored matrix, or its columns where it is wide: whichever are more, read in blocks. */
export class StreamedMatrix implements RowSource {
  readonly rows: number;
  readonly cols: number;
  readonly largest: number | undefined;
  private readonly side: Side;
  private readonly storedType: FloatType;
  private readonly blockRows: number;
  private readonly memory: ValueMemory;
  private block: Float64Array = new Float64Array(0);
  private blockAt = -1;

  constructor(
    private readonly source: SpectrumSource,
    private readonly options: StreamOptions = {},
  ) {
    const { rows, cols } = source.view;
    const part = partStorage(source.storage, 0, 1);
    if (!part)
      throw new RangeError(`The tensor '${source.storage.tensor}' cannot be read in parts.`);
    this.storedType = part.dtype;
    this.side = rows >= cols ? 'rows' : 'cols';
    this.rows = Math.max(rows, cols);
    this.cols = Math.min(rows, cols);
    this.blockRows = Math.max(1, Math.floor((options.blockEntries ?? BLOCK_ENTRIES) / this.cols));
    this.largest = options.largest;
    this.memory = options.memory ?? new ValueMemory();
  }

  read(first: number, count: number): Float64Array {
    const { cols, blockRows } = this;
    const inBlock = first % blockRows;
    if (inBlock + count <= blockRows) {
      const block = this.load(first - inBlock);
      return block.subarray(inBlock * cols, (inBlock + count) * cols);
    }
    const joined = new Float64Array(count * cols);
    for (let done = 0; done < count;) {
      const at = (first + done) % blockRows;
      const part = Math.min(blockRows - at, count - done);
      const block = this.load(first + done - at);
      joined.set(block.subarray(at * cols, (at + part) * cols), done * cols);
      done += part;
    }
    return joined;
  }

  /** One pass over the matrix. */
  survey(): Survey {
    const { rows, cols, blockRows } = this;
    const elements = rows * cols;
    let count = 0;
    let firstIndex = -1;
    let variance = 0;
    let mean = 0;
    let largest = new Float64Array(0);
    // Odd, so that it is no multiple of a power of two, which widths are.
    const step = Math.ceil(elements / (this.options.sampleEntries ?? SAMPLE_ENTRIES)) | 1;
    const sample = new Float64Array(Math.ceil(elements / step));
    let sampled = 0;
    for (let first = 0; first < rows; first += blockRows) {
      const values = this.read(first, Math.min(blockRows, rows - first));
      const found = nonFinite(values);
      if (found) {
        if (count === 0) firstIndex = first * cols + found.firstIndex;
        count += found.count;
      }
      const share = values.length / elements;
      variance += roundingVariance(values, this.storedType) * share;
      const profile = entryProfile(values);
      mean += profile.mean * share;
      largest = Float64Array.from([...largest, ...profile.largest])
        .sort()
        .reverse()
        .slice(0, PROFILE_ENTRIES);
      for (let k = sampled * step - first * cols; k < values.length; k += step)
        sample[sampled++] = values[k]!;
    }
    const bad = count === 0 ? undefined : { count, firstIndex: this.indexOf(firstIndex), elements };
    return { bad, roundingVariance: variance, profile: { mean, largest }, sample };
  }

  /** Index in the matrix as it is stored, row-major, of an entry by its index here. */
  private indexOf(index: number): number {
    if (this.side === 'rows') return index;
    return (index % this.cols) * this.source.view.cols + Math.floor(index / this.cols);
  }

  private load(first: number): Float64Array {
    if (this.blockAt === first) return this.block;
    const { seed } = this.options;
    const count = Math.min(this.blockRows, this.rows - first);
    this.block = this.memory.take('values', count * this.cols);
    readLines(this.source, this.side, first, count, this.block, this.memory);
    // Neighbouring blocks have unrelated orders, and so have neighbouring seeds.
    if (seed !== undefined) mergeShuffle(this.block, seed + SEED_STEP * (first + 1));
    this.blockAt = first;
    return this.block;
  }
}

/** Large and odd: seeds of blocks and of shuffles do not meet. */
const SEED_STEP = 7919;
