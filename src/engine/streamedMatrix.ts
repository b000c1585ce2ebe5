import type { FloatType } from '../core/checkpoint/checkpoint.ts';
import { partStorage } from '../core/checkpoint/partStorage.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import { roundingVariance } from '../core/checkpoint/rounding.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import { type EntryProfile, entryProfile, PROFILE_ENTRIES } from '../core/spectrum/entryProfile.ts';
import { shuffledEntries } from '../core/spectrum/shuffles.ts';
import type { NonFinite, SpectrumSource } from './spectrumTask.ts';

/** Entries from which on a tall matrix is not decoded whole: 512 MiB as float64s. */
const STREAMED_ENTRIES = 2 ** 26;

/** Entries decoded at a time. */
export const BLOCK_ENTRIES = 2 ** 22;

/**
 * Whether a weight is read a block of rows at a time: one plain matrix, tall enough that the solver folds
 * its rows, too large to be decoded whole, and stored so that a part can be found.
 */
export function isStreamed(
  { storage, gathered, view, scale }: SpectrumSource,
  least = STREAMED_ENTRIES,
): boolean {
  const { rows, cols, rowStride, colStride, offsets } = view;
  return (
    // Blocks of rows are found by the view of the stored tensor; a gathered source has another.
    !gathered &&
    rows * cols > least &&
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
  /** Entries at equal distances, at most BLOCK_ENTRIES: windows of a shuffle are drawn from them. */
  readonly sample: Float64Array;
}

/** The rows of a stored matrix, or its columns where it is wide: whichever are more, read in blocks. */
export class StreamedMatrix implements RowSource {
  readonly rows: number;
  readonly cols: number;
  private readonly storedType: FloatType;
  private readonly blockRows: number;
  private block: Float64Array = new Float64Array(0);
  private blockAt = -1;

  /** @param seed of a shuffle of the entries, each within its block; undefined for the matrix as it is. */
  constructor(
    private readonly source: SpectrumSource,
    private readonly seed?: number,
    blockEntries = BLOCK_ENTRIES,
  ) {
    const { rows, cols } = source.view;
    const part = partStorage(source.storage, 0, 1);
    if (!part)
      throw new RangeError(`The tensor '${source.storage.tensor}' cannot be read in parts.`);
    this.storedType = part.dtype;
    this.rows = Math.max(rows, cols);
    this.cols = Math.min(rows, cols);
    this.blockRows = Math.max(1, Math.floor(blockEntries / this.cols));
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
    const step = Math.ceil(elements / BLOCK_ENTRIES) | 1;
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
    const { rows, cols } = this.source.view;
    if (rows >= cols) return index;
    return (index % this.cols) * cols + Math.floor(index / this.cols);
  }

  private load(first: number): Float64Array {
    if (this.blockAt === first) return this.block;
    const count = Math.min(this.blockRows, this.rows - first);
    const plain = this.decode(first, count);
    // Neighbouring blocks have unrelated orders, and so have neighbouring seeds.
    this.block =
      this.seed === undefined ? plain : shuffledEntries(plain, this.seed + SEED_STEP * (first + 1));
    this.blockAt = first;
    return this.block;
  }

  private decode(first: number, count: number): Float64Array {
    const { view } = this.source;
    const { rows, cols, rowStride, colStride } = view;
    const offset = view.offsets[0]!;
    const [across, along] = rows >= cols ? [rowStride, colStride] : [colStride, rowStride];
    const width = this.cols;
    if (along === 1 && across === width)
      return valuesAt(this.source, offset + first * width, count * width);
    const block = new Float64Array(count * width);
    if (along === 1) {
      for (let i = 0; i < count; i++)
        block.set(valuesAt(this.source, offset + (first + i) * across, width), i * width);
      return block;
    }
    for (let j = 0; j < width; j++) {
      const line = valuesAt(this.source, offset + first + j * along, count);
      for (let i = 0; i < count; i++) block[i * width + j] = line[i]!;
    }
    return block;
  }
}

/** Large and odd: seeds of blocks and of shuffles do not meet. */
const SEED_STEP = 7919;

/** Rows x cols of the stored matrix from an offset, read line by line. */
export function streamedWindow(source: SpectrumSource, offset: number): Float64Array {
  const { rows, cols, rowStride, colStride } = source.view;
  const data = new Float64Array(rows * cols);
  if (colStride === 1) {
    for (let i = 0; i < rows; i++)
      data.set(valuesAt(source, offset + i * rowStride, cols), i * cols);
    return data;
  }
  for (let j = 0; j < cols; j++) {
    const line = valuesAt(source, offset + j * colStride, rows);
    for (let i = 0; i < rows; i++) data[i * cols + j] = line[i]!;
  }
  return data;
}

function valuesAt({ storage }: SpectrumSource, start: number, count: number): Float64Array {
  const part = partStorage(storage, start, count);
  if (!part) throw new RangeError(`The tensor '${storage.tensor}' cannot be read in parts.`);
  return readValues(part);
}
