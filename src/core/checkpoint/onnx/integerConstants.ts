import { LIMITS } from '../limits.ts';
import type { RangeReader } from '../rangeReader.ts';
import type { Value } from './scopes.ts';
import type { TensorHeader } from './tensorHeader.ts';

const INT32 = 6;
const INT64 = 7;

/**
 * A short list of integers that a model holds as a constant, such as the shape of a Reshape; undefined
 * where it is computed at run time, is not of integers, or is longer than shapes are.
 */
export function integerConstant(
  value: Value | undefined,
  reader: RangeReader,
): readonly number[] | undefined {
  if (value?.tensor?.sparse) return undefined;
  if (value?.tensor) return integersOf(value.tensor.header, reader);
  if (value?.producer?.tree.op !== 'Constant') return undefined;
  for (const { name, integer, integers } of value.producer.tree.attributes) {
    if (name === 'value_int' && integer !== undefined) return [integer];
    if (name === 'value_ints' && integers.length < LIMITS.shapeElements) return integers;
  }
  return undefined;
}

function integersOf(header: TensorHeader, reader: RangeReader): readonly number[] | undefined {
  const { dims, dataType, raw, typed, external } = header;
  const elements = dims.reduce((all, each) => all * each, 1);
  if (external || (dataType !== INT32 && dataType !== INT64)) return undefined;
  if (!(elements <= LIMITS.shapeElements)) return undefined;
  const bytes = dataType === INT64 ? 8 : 4;
  if (raw && raw.bytes === elements * bytes) {
    const view = new DataView(new ArrayBuffer(raw.bytes));
    reader.read(raw.offset, new Uint8Array(view.buffer));
    return Array.from({ length: elements }, (_, k) =>
      bytes === 8 ? Number(view.getBigInt64(8 * k, true)) : view.getInt32(4 * k, true),
    );
  }
  if (typed?.kind !== 'varint' || !typed.packed || typed.ranges.length !== 1) return undefined;
  const range = typed.ranges[0]!;
  if (range.bytes > 10 * LIMITS.shapeElements) return undefined;
  const buffer = new Uint8Array(range.bytes);
  reader.read(range.offset, buffer);
  const integers = varints(buffer);
  return integers.length === elements ? integers : undefined;
}

function varints(bytes: Uint8Array): number[] {
  const integers: number[] = [];
  let bits = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    bits |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    integers.push(Number(BigInt.asIntN(64, bits)));
    bits = 0n;
    shift = 0n;
  }
  return integers;
}
