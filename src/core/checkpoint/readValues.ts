import type { DenseStorage, TensorStorage } from './checkpoint.ts';
import { CheckpointError } from './checkpointError.ts';
import { elementStride } from './elementSize.ts';
import { quantisedSteps, quantisedValues } from './quantisedValues.ts';
import { openRangeReader, type OpenReader } from './rangeReader.ts';
import { readIntegers } from './readIntegers.ts';
import { roundingVariance } from './rounding.ts';
import { bfloat16Value, float16Value } from './smallFloats.ts';
import { sparseValues } from './sparseValues.ts';
import { visitBytes } from './visitBytes.ts';

/**
 * The values of a tensor in row-major order, exactly, as float64 (NaN and infinities as they are), with
 * the zeros of a sparse one, and what quantised ones stand for. Throws CheckpointError where the file cannot be read, has become shorter, or
 * holds other data than when it was opened, and where a sparse tensor has indices that make no sense.
 *
 * @param target where those of a tensor go that is neither quantised nor sparse; a new array where absent. Must be
 * as long as the tensor.
 */
export function readValues(
  storage: TensorStorage,
  openReader: OpenReader = openRangeReader,
  target?: Float64Array,
): Float64Array {
  if (storage.encoding === 'quantised') return quantisedValues(storage, denseValues, openReader);
  if (storage.encoding !== 'sparse') return denseValues(storage, openReader, target);
  const values = denseValues(storage.values, openReader);
  return sparseValues(storage, values, readIntegers(storage.indices, openReader));
}

/**
 * The variance of the rounding that the values of a tensor went through: for float types the mean of
 * ulp(w)^2 / 12 over `values`, for quantised ones of step^2 / 12 over the steps that `pick` makes of all.
 */
export function storedRounding(
  storage: TensorStorage,
  values: Float64Array,
  pick: (steps: Float64Array) => Float64Array,
  openReader: OpenReader = openRangeReader,
): number {
  if (storage.encoding !== 'quantised') return roundingVariance(values, storage.dtype);
  const steps = pick(quantisedSteps(storage, denseValues, openReader));
  let sum = 0;
  let finite = 0;
  for (const step of steps)
    if (Number.isFinite(step)) {
      sum += step * step;
      finite++;
    }
  return finite === 0 ? 0 : sum / finite / 12;
}

function denseValues(
  storage: DenseStorage,
  openReader: OpenReader,
  values: Float64Array = new Float64Array(storage.elements),
): Float64Array {
  const decode = decoderOf(storage);
  let count = 0;
  visitBytes(storage, (chunk) => (count = decode(chunk, values, count)), openReader);
  if (count !== storage.elements) throw changed(storage, count);
  return values;
}

/** Decodes a chunk into `values` from index `at`; returns the index after the last one written. */
type Decoder = (chunk: Uint8Array, values: Float64Array, at: number) => number;

function decoderOf(storage: DenseStorage): Decoder {
  const stride = elementStride(storage);
  if (stride === undefined) return varintDecoder(storage);
  const get = elementGetter(storage);
  const skip = storage.encoding.endsWith('Fields') ? 1 : 0;
  return (chunk, values, at) => {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let byte = skip; byte < chunk.length; byte += stride) values[at++] = get(view, byte);
    return at;
  };
}

function elementGetter(storage: DenseStorage): (view: DataView, byte: number) => number {
  switch (storage.encoding === 'raw' ? storage.dtype : wideType(storage)) {
    case 'float32':
      return (view, byte) => view.getFloat32(byte, true);
    case 'float64':
      return (view, byte) => view.getFloat64(byte, true);
    case 'float16':
      return (view, byte) => float16Value(view.getUint16(byte, true));
    case 'bfloat16':
      return (view, byte) => bfloat16Value(view.getUint16(byte, true));
  }
}

function wideType({ encoding }: DenseStorage): 'float32' | 'float64' {
  return encoding.startsWith('float64') ? 'float64' : 'float32';
}

/** The 16 bits of an element as a varint, which may be cut by the border of a chunk. */
function varintDecoder(storage: DenseStorage): Decoder {
  const value = storage.dtype === 'bfloat16' ? bfloat16Value : float16Value;
  const tagged = storage.encoding === 'varintFields';
  let atTag = tagged;
  let bits = 0;
  let shift = 0;
  return (chunk, values, at) => {
    for (const byte of chunk) {
      if (atTag) {
        atTag = false;
        continue;
      }
      // Only the low 16 bits count: int32_data of a 16-bit type has nothing above but a sign.
      if (shift < 16) bits |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      if (at < values.length) values[at] = value(bits & 0xffff);
      at++;
      bits = 0;
      shift = 0;
      atTag = tagged;
    }
    return at;
  };
}

function changed(storage: DenseStorage, found: number): CheckpointError {
  const { file, tensor, elements } = storage;
  return new CheckpointError(
    'short-data',
    `${file}: the tensor '${tensor}' holds ${found} values, where ${elements} were found when the file was opened. It was changed meanwhile; analyze it again.`,
    { file, tensor },
  );
}
