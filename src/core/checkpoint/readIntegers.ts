import type { IndexStorage } from './checkpoint.ts';
import { openRangeReader, type OpenReader } from './rangeReader.ts';
import { visitBytes } from './visitBytes.ts';

/**
 * Stored 64-bit integers, in order, as the nearest float64: exact up to 2^53, beyond which no index lies.
 * What is stored beyond `elements` is not read; where fewer are stored, the rest are NaN. Throws
 * CheckpointError where the file cannot be read or has become shorter.
 */
export function readIntegers(
  storage: IndexStorage,
  openReader: OpenReader = openRangeReader,
): Float64Array {
  const integers = new Float64Array(storage.elements).fill(NaN);
  const decode =
    storage.encoding === 'raw' ? fixedDecoder(integers) : varintDecoder(storage, integers);
  visitBytes(storage, decode, openReader);
  return integers;
}

function fixedDecoder(integers: Float64Array): (chunk: Uint8Array) => void {
  let at = 0;
  return (chunk) => {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let byte = 0; byte + 8 <= chunk.length; byte += 8)
      integers[at++] = view.getInt32(byte + 4, true) * 2 ** 32 + view.getUint32(byte, true);
  };
}

/** Varints, which the border of a chunk may cut; unpacked ones have a tag of one byte before each. */
function varintDecoder(
  { encoding }: IndexStorage,
  integers: Float64Array,
): (chunk: Uint8Array) => void {
  const tagged = encoding === 'varintFields';
  let atTag = tagged;
  let at = 0;
  let low = 0;
  let high = 0;
  let byteOfValue = 0;
  return (chunk) => {
    for (const byte of chunk) {
      if (atTag) {
        atTag = false;
        continue;
      }
      // 35 bits and 29: sums of products keep both exact.
      if (byteOfValue < 5) low += (byte & 0x7f) * 2 ** (7 * byteOfValue);
      else high += (byte & 0x7f) * 2 ** (7 * (byteOfValue - 5));
      byteOfValue++;
      if (byte >= 0x80) continue;
      const signed = high % 2 ** 29 >= 2 ** 28 ? (high % 2 ** 29) - 2 ** 29 : high % 2 ** 29;
      if (at < integers.length) integers[at++] = signed * 2 ** 35 + low;
      low = 0;
      high = 0;
      byteOfValue = 0;
      atTag = tagged;
    }
  };
}
