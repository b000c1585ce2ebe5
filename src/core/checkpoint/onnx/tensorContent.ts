import type { ByteRange, DenseStorage, FloatType, TensorStorage } from '../checkpoint.ts';
import { LIMITS } from '../limits.ts';
import type { RangeReader } from '../rangeReader.ts';
import { elementType, type ElementType } from './elementTypes.ts';
import type { ExternalFiles } from './externalFiles.ts';
import { shapeText, TensorCheck } from './tensorCheck.ts';
import type { TensorHeader, TypedField, TypedValues } from './tensorHeader.ts';

/** A tensor whose declared shape and stored values agree. `storage` is there where values can be decoded. */
export interface TensorContent {
  readonly shape: readonly number[];
  readonly elements: number;
  readonly type: ElementType;
  readonly storage: TensorStorage | undefined;
  /** Where the values lie, of whatever type. */
  readonly stored: StoredValues;
}

export type StoredValues = Pick<DenseStorage, 'file' | 'encoding' | 'segments'>;

/** The typed field that holds the values of each element type. */
const FIELD_OF_FLOAT: Readonly<Record<FloatType, TypedField>> = {
  float32: 'float_data',
  float64: 'double_data',
  float16: 'int32_data',
  bfloat16: 'int32_data',
};

const MAX_VARINT_BYTES = 10;

/**
 * Checks tensors of one file: the shape, and that exactly the values it declares are stored. Reads no
 * values, but for typed fields whose number of values cannot be told from their bytes.
 */
export class TensorContents {
  private scanned = 0;

  constructor(
    private readonly reader: RangeReader,
    private readonly externals: ExternalFiles,
  ) {}

  /** `name` is what the tensor is called in messages. */
  contentOf(header: TensorHeader, name: string): TensorContent {
    const check = new TensorCheck(this.reader.file, header, name);
    const type = elementType(header.dataType);
    const elements = check.elements(type);
    const content = (
      file: string,
      encoding: DenseStorage['encoding'],
      segments: readonly ByteRange[],
    ): TensorContent => ({
      shape: header.dims,
      elements,
      type,
      storage: type.float && {
        file,
        tensor: name,
        dtype: type.float,
        elements,
        encoding,
        segments,
      },
      stored: { file, encoding, segments },
    });
    const { file } = this.reader;
    const { bits } = type;
    const expected = bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
    if (header.external) {
      if (header.raw?.bytes || header.typed?.ranges.length)
        check.fail('malformed', 'is said to be in another file, but has values in the model too.');
      const located = this.externals.locate(header, name, expected);
      if (expected !== undefined) check.bytes(located.range.bytes, expected, 'external data');
      return content(located.file, 'raw', [located.range]);
    }
    const typed = header.typed?.ranges.length ? header.typed : undefined;
    if (header.raw && (header.raw.bytes > 0 || !typed)) {
      if (typed) check.fail('malformed', `has values both in raw_data and in ${typed.field}.`);
      if (expected !== undefined) check.bytes(header.raw.bytes, expected, 'raw_data');
      return content(file, 'raw', [header.raw]);
    }
    if (!typed) {
      if (type.name === 'string') check.count(header.strings, elements, 'string_data');
      else if (elements > 0) check.fail('short-data', noData(header, elements, expected));
      return content(file, 'raw', []);
    }
    const found = this.countTyped(typed, check);
    if (!type.float) {
      check.integers(typed, found, elements, type);
      return content(file, encodingOf(typed), typed.ranges);
    }
    const field = FIELD_OF_FLOAT[type.float];
    if (typed.field !== field)
      check.fail(
        'malformed',
        `has its values in ${typed.field}, where ${type.name} has them in ${field}.`,
      );
    check.count(found, elements, field);
    return content(file, encodingOf(typed), typed.ranges);
  }

  /** How many values a typed field holds; NaN where its bytes do not divide into values. */
  private countTyped({ kind, packed, ranges }: TypedValues, check: TensorCheck): number {
    const bytes = ranges.reduce((sum, range) => sum + range.bytes, 0);
    if (kind !== 'varint') {
      const stride = (kind === 'fixed32' ? 4 : 8) + (packed ? 0 : 1);
      return ranges.every((range) => range.bytes % stride === 0) ? bytes / stride : NaN;
    }
    this.scanned += bytes;
    if (this.scanned > LIMITS.scannedBytes)
      check.fail(
        'limit-exceeded',
        `brings the values stored as variable-length integers to more than ${LIMITS.scannedBytes} bytes. Export the model again with raw_data.`,
      );
    return countVarints(this.reader, ranges, packed, check);
  }
}

function countVarints(
  reader: RangeReader,
  ranges: readonly ByteRange[],
  packed: boolean,
  check: TensorCheck,
): number {
  let ends = 0;
  let open = 0;
  for (const { offset, bytes } of ranges) {
    const chunk = new Uint8Array(Math.min(bytes, LIMITS.chunkBytes));
    for (let done = 0; done < bytes; done += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, bytes - done));
      reader.read(offset + done, part);
      for (const byte of part)
        if (byte >= 0x80) {
          if (++open >= MAX_VARINT_BYTES)
            check.fail('malformed', 'has a value of more than 10 bytes. The file is damaged.');
        } else {
          ends++;
          open = 0;
        }
    }
    if (open > 0) check.fail('malformed', 'has values that end in the middle of a number.');
  }
  // An unpacked value has its tag before it, which is one varint of one byte.
  return packed ? ends : ends / 2;
}

function encodingOf({ kind, packed }: TypedValues): DenseStorage['encoding'] {
  if (kind === 'fixed32') return packed ? 'float32List' : 'float32Fields';
  if (kind === 'fixed64') return packed ? 'float64List' : 'float64Fields';
  return packed ? 'varintList' : 'varintFields';
}

function noData(header: TensorHeader, elements: number, expected: number | undefined): string {
  const bytes = expected === undefined ? '' : ` (${expected} bytes)`;
  return `declares the shape ${shapeText(header.dims)}, ${elements} values${bytes}, but has no data. The file is damaged or its weights were stripped; export it again.`;
}
