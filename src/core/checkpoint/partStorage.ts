import type { ByteRange, DenseStorage, TensorStorage } from './checkpoint.ts';
import { elementStride } from './elementSize.ts';

/**
 * The storage of `elements` neighbouring elements of a tensor, so that one part of a large one is read
 * without the others. Undefined where they cannot be found without reading what stands before them:
 * variable-length, sparse and quantised ones.
 */
export function partStorage(
  storage: TensorStorage,
  start: number,
  elements: number,
): DenseStorage | undefined {
  if (storage.encoding === 'sparse' || storage.encoding === 'quantised') return undefined;
  const stride = elementStride(storage);
  if (stride === undefined) return undefined;
  const segments: ByteRange[] = [];
  const [first, end] = [start * stride, (start + elements) * stride];
  let at = 0;
  for (const { offset, bytes } of storage.segments) {
    const from = Math.max(first, at);
    const to = Math.min(end, at + bytes);
    if (from < to) segments.push({ offset: offset + from - at, bytes: to - from });
    at += bytes;
  }
  return { ...storage, elements, segments };
}

/**
 * The same of `runs` runs of `length` neighbouring elements, one after another, their beginnings `stride` elements
 * apart in the tensor.
 */
export function runsStorage(
  storage: TensorStorage,
  start: number,
  {
    runs,
    length,
    stride,
  }: { readonly runs: number; readonly length: number; readonly stride: number },
): DenseStorage | undefined {
  if (stride === length || runs === 1) return partStorage(storage, start, runs * length);
  const first = partStorage(storage, start, length);
  if (!first) return undefined;
  const segments: ByteRange[] = [];
  for (let k = 0; k < runs; k++)
    segments.push(...partStorage(storage, start + k * stride, length)!.segments);
  return { ...first, elements: runs * length, segments };
}
