import { runsStorage } from '../core/checkpoint/partStorage.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import type { Side } from '../core/diagnosis/entries/lineReader.ts';
import type { SpectrumSource } from './spectrumTask.ts';
import type { ValueMemory } from './valueMemory.ts';

/** Values that are turned at a time, where lines lie across the order of the file. */
export const TURNED_VALUES = 2 ** 18;

/**
 * Rows, or columns, first..first + count of the matrix of a source, one after another, into the beginning of `target`:
 * only they are read. The matrix must be stored so that a part can be found, and one of its strides be 1.
 *
 * @throws CheckpointError as `readValues`.
 */
export function readLines(
  source: SpectrumSource,
  side: Side,
  first: number,
  count: number,
  target: Float64Array,
  memory: ValueMemory,
): void {
  const { rows, cols, rowStride, colStride, offsets } = source.view;
  const [length, along, across] =
    side === 'rows' ? [cols, colStride, rowStride] : [rows, rowStride, colStride];
  const start = offsets[0]! + first * across;
  if (along === 1) {
    readRuns(source, start, { runs: count, length, stride: across }, target);
    return;
  }
  const atOnce = Math.max(1, Math.floor(TURNED_VALUES / count));
  const turned = memory.take('lines', Math.min(atOnce, length) * count);
  for (let done = 0; done < length; done += atOnce) {
    const runs = Math.min(atOnce, length - done);
    readRuns(source, start + done * along, { runs, length: count, stride: along }, turned);
    for (let i = 0; i < count; i++)
      for (let j = 0; j < runs; j++) target[i * length + done + j] = turned[j * count + i]!;
  }
}

/**
 * One matrix of a source of any strides, from an offset, into the beginning of `target`: picked out of what lies between
 * its entries, at most `most` values of it at a time, or one line.
 *
 * @throws CheckpointError as `readValues`.
 */
export function pickMatrix(
  source: SpectrumSource,
  offset: number,
  target: Float64Array,
  most: number,
  memory: ValueMemory,
): void {
  const { rows, cols, rowStride, colStride } = source.view;
  const [outer, inner] =
    rowStride >= colStride
      ? ([
          { count: rows, stride: rowStride, to: cols },
          { count: cols, stride: colStride, to: 1 },
        ] as const)
      : ([
          { count: cols, stride: colStride, to: 1 },
          { count: rows, stride: rowStride, to: cols },
        ] as const);
  const span = (inner.count - 1) * inner.stride + 1;
  const atOnce = Math.max(1, Math.floor((most - span) / outer.stride) + 1);
  for (let first = 0; first < outer.count; first += atOnce) {
    const lines = Math.min(atOnce, outer.count - first);
    const length = (lines - 1) * outer.stride + span;
    const values = memory.take('values', length);
    readRuns(source, offset + first * outer.stride, { runs: 1, length, stride: length }, values);
    for (let i = 0; i < lines; i++)
      for (let j = 0; j < inner.count; j++)
        target[(first + i) * outer.to + j * inner.to] =
          values[i * outer.stride + j * inner.stride]!;
  }
}

function readRuns(
  { storage }: SpectrumSource,
  start: number,
  place: Parameters<typeof runsStorage>[2],
  target: Float64Array,
): void {
  const part = runsStorage(storage, start, place);
  if (!part) throw new RangeError(`The tensor '${storage.tensor}' cannot be read in parts.`);
  readValues(part, undefined, target.subarray(0, part.elements));
}
