import type { ByteRange } from '../checkpoint.ts';
import { LIMITS } from '../limits.ts';
import type { ElementKind, MessageReader } from '../protobuf/messageReader.ts';
import { KEY_VALUE } from './messageShapes.ts';

/** The repeated fields of a TensorProto that hold values, each with the kind of its elements. */
const TYPED_FIELDS = {
  float_data: 'fixed32',
  int32_data: 'varint',
  int64_data: 'varint',
  double_data: 'fixed64',
  uint64_data: 'varint',
} as const satisfies Readonly<Record<string, ElementKind>>;

export type TypedField = keyof typeof TYPED_FIELDS;

/** Values in a typed field. Neighbouring ranges are joined. */
export interface TypedValues {
  readonly field: TypedField;
  readonly kind: ElementKind;
  readonly packed: boolean;
  readonly ranges: ByteRange[];
}

/** A TensorProto as declared: nothing is checked against anything yet. */
export interface TensorHeader {
  /** The tensor's own name; often empty in attributes. */
  readonly name: string;
  readonly dims: readonly number[];
  /** Number of the element type (TensorProto.DataType). */
  readonly dataType: number;
  readonly raw: ByteRange | undefined;
  readonly typed: TypedValues | undefined;
  readonly strings: number;
  /** Key and value pairs of external_data; undefined where the values are in the file. */
  readonly external: ReadonlyMap<string, string> | undefined;
  /** Path of its message, such as `graph.initializer[3]`. */
  readonly path: string;
  /** Where its message begins in the file. */
  readonly offset: number;
  /** Where the field that holds its message lies, with its tag. */
  readonly span: ByteRange;
}

const EXTERNAL = 1;

/** Reads a TensorProto, skipping its values. */
export function readTensorHeader(message: MessageReader, span: ByteRange): TensorHeader {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let name = '';
  let dataType = 0;
  let location = 0;
  let strings = 0;
  let raw: ByteRange | undefined;
  let typed: TypedValues | undefined;
  while (message.next()) {
    switch (message.name) {
      case 'dims':
        if (!message.integers(dims, LIMITS.axes))
          message.fail('limit-exceeded', `has more than ${LIMITS.axes} axes.`, name);
        break;
      case 'data_type':
        dataType = message.integer();
        break;
      case 'name':
        name = message.text();
        break;
      case 'raw_data':
        if (raw)
          message.fail('malformed', 'occurs twice in one tensor. The file is damaged.', name);
        raw = message.range();
        break;
      case 'float_data':
      case 'int32_data':
      case 'int64_data':
      case 'double_data':
      case 'uint64_data':
        typed = withElements(typed, message, message.name, name);
        break;
      case 'string_data':
        message.range();
        strings++;
        break;
      case 'external_data': {
        const [key, value] = readKeyValue(message.child(KEY_VALUE));
        external.set(key, value);
        break;
      }
      case 'data_location':
        location = message.integer();
        break;
      case 'segment':
        message.fail(
          'unsupported',
          'stores the tensor in several segments, which is not read. Export the model again with each tensor in one piece.',
          name,
        );
    }
  }
  return {
    name,
    dims,
    dataType,
    raw,
    typed,
    strings,
    external: location === EXTERNAL ? external : undefined,
    path: message.path(),
    offset: span.offset,
    span,
  };
}

/** Reads a StringStringEntryProto. */
export function readKeyValue(message: MessageReader): readonly [key: string, value: string] {
  let key = '';
  let value = '';
  while (message.next()) {
    if (message.name === 'key') key = message.text();
    else if (message.name === 'value') value = message.text();
  }
  return [key, value];
}

function withElements(
  known: TypedValues | undefined,
  message: MessageReader,
  field: TypedField,
  tensor: string,
): TypedValues {
  const kind = TYPED_FIELDS[field];
  const { packed, range } = message.elements(kind);
  // An empty packed field, as some writers leave it beside raw_data, holds nothing to say.
  if (range.bytes === 0 && known) return known;
  if (!known || known.ranges.length === 0)
    return { field, kind, packed, ranges: range.bytes === 0 ? [] : [range] };
  if (known.field !== field)
    message.fail('malformed', `holds values beside those in ${known.field}.`, tensor);
  if (known.packed !== packed)
    message.fail(
      'unsupported',
      'holds some values packed and some not, which is not read. Export the model again.',
      tensor,
    );
  const last = known.ranges.at(-1)!;
  if (last.offset + last.bytes === range.offset)
    known.ranges[known.ranges.length - 1] = {
      offset: last.offset,
      bytes: last.bytes + range.bytes,
    };
  else known.ranges.push(range);
  return known;
}
