import { elementType } from '../checkpoint/onnx/elementTypes.ts';
import { ExternalFiles } from '../checkpoint/onnx/externalFiles.ts';
import { TENSOR } from '../checkpoint/onnx/messageShapes.ts';
import { TensorContents, type TensorContent } from '../checkpoint/onnx/tensorContent.ts';
import { readTensorHeader } from '../checkpoint/onnx/tensorHeader.ts';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { MessageReader } from '../checkpoint/protobuf/messageReader.ts';
import { WireSource } from '../checkpoint/protobuf/wireSource.ts';
import { openRangeReader, type RangeReader } from '../checkpoint/rangeReader.ts';
import { readValues } from '../checkpoint/readValues.ts';
import {
  elementBytes,
  isTensorType,
  newValues,
  valuesOf,
  type NumberTensor,
  type TensorType,
  type TensorValues,
} from './tensorData.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

export interface NamedTensor {
  /** Empty where the file gives none. */
  readonly name: string;
  readonly tensor: NumberTensor;
}

/**
 * A TensorProto by itself, as ONNX test data has them (`input_0.pb`): checked as the tensors of a model are.
 * Throws VerifyError (`inputs`).
 */
export function readTensorProto(file: string): NamedTensor {
  try {
    const reader = openRangeReader(file);
    try {
      return namedTensor(reader);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof CheckpointError)
      throw inputsError(`${error.message} It was read as one tensor of ONNX test data.`);
    throw error;
  }
}

function namedTensor(reader: RangeReader): NamedTensor {
  const { file } = reader;
  const header = readTensorHeader(
    new MessageReader(new WireSource(reader), TENSOR, 0, reader.size),
    { offset: 0, bytes: reader.size },
  );
  const { name: type } = elementType(header.dataType);
  if (!isTensorType(type))
    throw inputsError(
      `${file} holds a tensor of ${type}; float16 to float64, integers of 8 to 64 bits and bool are read.`,
    );
  const declared = header.dims.reduce((all, each) => all * each, elementBytes(type));
  if (declared > VERIFY_LIMITS.arrayBytes)
    throw inputsError(
      `${file} declares ${declared} bytes of values; at most ${VERIFY_LIMITS.arrayBytes} are read.`,
    );
  const content = new TensorContents(reader, new ExternalFiles(file)).contentOf(
    header,
    header.name || 'tensor',
  );
  return {
    name: header.name,
    tensor: { type, shape: content.shape, values: valuesIn(content, type, reader) },
  };
}

function valuesIn(content: TensorContent, type: TensorType, reader: RangeReader): TensorValues {
  const { stored, storage, elements } = content;
  if (stored.encoding === 'raw') return valuesOf(type, bytesOf(stored, reader));
  const values = newValues(type, elements);
  if (type === 'float32' || type === 'float64') {
    values.set(readValues(storage!) as never);
    return values;
  }
  const tagged = stored.encoding === 'varintFields';
  const wide = type === 'int64' || type === 'uint64';
  const integers = varints(bytesOf(stored, reader), tagged);
  for (let k = 0; k < elements; k++)
    values[k] = wide ? integers[k]! : Number(BigInt.asIntN(64, integers[k]!));
  return values;
}

function bytesOf({ file, segments }: TensorContent['stored'], reader: RangeReader): Uint8Array {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const all = new Uint8Array(total);
  const source = file === reader.file ? reader : openRangeReader(file);
  let at = 0;
  for (const { offset, bytes } of segments) {
    source.read(offset, all.subarray(at, at + bytes));
    at += bytes;
  }
  if (source !== reader) source.close();
  return all;
}

/** The 64 bits of each; their number has been counted. */
function varints(bytes: Uint8Array, tagged: boolean): bigint[] {
  const integers: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  let atTag = tagged;
  for (const byte of bytes) {
    if (atTag) {
      atTag = false;
      continue;
    }
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    integers.push(value);
    value = 0n;
    shift = 0n;
    atTag = tagged;
  }
  return integers;
}
