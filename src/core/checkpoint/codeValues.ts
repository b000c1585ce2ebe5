import type { CodeStorage, CodeType } from './checkpoint.ts';
import { CheckpointError } from './checkpointError.ts';
import type { OpenReader } from './rangeReader.ts';
import { readIntegers } from './readIntegers.ts';
import { float8Value, isFloat8 } from './smallFloats.ts';
import { visitBytes } from './visitBytes.ts';

/** Bits of one code. */
export const CODE_BITS: Readonly<Record<CodeType, number>> = {
  int2: 2,
  uint2: 2,
  int4: 4,
  uint4: 4,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
};

/**
 * Codes as numbers, in order, without the padding of rows: integers, or the values of 8-bit floating-point
 * numbers. Throws CheckpointError (`short-data`) where fewer are stored, and where the file cannot be read.
 */
export function codeValues(storage: CodeStorage, openReader: OpenReader): Float64Array {
  const { type, elements, row } = storage;
  const bits = CODE_BITS[type];
  const rows = row.elements === 0 ? 0 : Math.ceil(elements / row.elements);
  const bytes = codeBytes(storage, Math.ceil((rows * row.codes * bits) / 8), openReader);
  const values = new Float64Array(elements);
  const view = new DataView(bytes.buffer);
  const value = decoderOf(type);
  const mask = 2 ** bits - 1;
  for (let k = 0; k < elements; k++) {
    const at = Math.floor(k / row.elements) * row.codes + (k % row.elements);
    if (bits === 32) values[k] = view.getInt32(4 * at, true);
    else if (bits === 16) values[k] = value(view.getUint16(2 * at, true));
    else values[k] = value((bytes[(at * bits) >>> 3]! >>> ((at * bits) & 7)) & mask);
  }
  return values;
}

function decoderOf(type: CodeType): (code: number) => number {
  if (isFloat8(type)) {
    const table = Float64Array.from({ length: 256 }, (_, code) => float8Value(type, code));
    return (code) => table[code]!;
  }
  if (type.startsWith('u')) return (code) => code;
  const half = 2 ** (CODE_BITS[type] - 1);
  return (code) => (code >= half ? code - 2 * half : code);
}

/** The bytes of codes; a typed field holds those of up to 8 bits one byte a number, others one number each. */
function codeBytes(storage: CodeStorage, count: number, openReader: OpenReader): Uint8Array {
  const bytes = new Uint8Array(count);
  let at = 0;
  if (storage.encoding === 'raw')
    visitBytes(
      storage,
      (chunk) => {
        bytes.set(chunk.subarray(0, count - at), at);
        at = Math.min(count, at + chunk.length);
      },
      openReader,
    );
  else {
    const width = Math.max(1, CODE_BITS[storage.type] / 8);
    const { file, encoding, segments } = storage;
    const integers = readIntegers(
      { file, encoding, segments, perValue: 1, elements: count / width },
      openReader,
    );
    for (const integer of integers) {
      if (Number.isNaN(integer)) break;
      for (let byte = 0; byte < width; byte++)
        bytes[at++] = Math.floor(integer / 2 ** (8 * byte)) & 0xff;
    }
  }
  if (at < count)
    throw new CheckpointError(
      'short-data',
      `${storage.file}: quantised values hold ${at} bytes, where ${count} are expected. The file is damaged or was changed; export it again.`,
      { file: storage.file },
    );
  return bytes;
}
