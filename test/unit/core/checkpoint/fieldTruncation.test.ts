import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { elementBytes } from '../../../fixtures/elementBytes.ts';
import { fileWriter } from '../../../fixtures/fileWriter.ts';
import {
  bytesField,
  float32Field,
  float64Field,
  joined,
  varint,
  varintField,
} from '../../../fixtures/protobufWire.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const write = fileWriter(tempFolder());

/** A field by number and name; the name of one that the reader passes over is empty. */
interface Field {
  readonly number: number;
  readonly name: string;
  readonly value: Uint8Array | readonly Field[];
  /** Its encoding where it is no message. */
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array(0);
const field = (number: number, name: string, bytes: Uint8Array): Field => ({
  number,
  name,
  value: NONE,
  bytes,
});
const int = (number: number, name: string, value: number | bigint): Field =>
  field(number, name, varintField(number, value));
const text = (number: number, name: string, value: Uint8Array | string): Field =>
  field(number, name, bytesField(number, value));
const message = (number: number, name: string, ...value: readonly Field[]): Field => ({
  number,
  name,
  value,
  bytes: NONE,
});

const packed = (...values: readonly number[]): Uint8Array => joined(...values.map(varint));
const entry = (number: number, name: string): Field =>
  message(number, name, text(1, 'key', 'a'), text(2, 'value', 'b'));

const TENSOR_TYPE = message(1, '', int(1, '', 1));
const TYPES: readonly Field[] = [
  message(9, 'optional_type', message(1, 'elem_type', TENSOR_TYPE)),
  message(4, 'sequence_type', message(1, 'elem_type', TENSOR_TYPE)),
  message(5, 'map_type', int(1, '', 7), message(2, 'value_type', TENSOR_TYPE)),
];
const valueInfo = (number: number, name: string): Field =>
  message(number, name, text(1, 'name', 'x'), message(2, 'type', ...TYPES));

const FLOATS = elementBytes('float32', [1, 2, 3, 4]);
const head = (type: number, name: string): readonly Field[] => [
  int(1, 'dims', 2),
  int(1, 'dims', 2),
  int(2, 'data_type', type),
  text(8, 'name', name),
];
const TENSORS: readonly (readonly Field[])[] = [
  [...head(1, 'raw'), text(9, 'raw_data', FLOATS), text(12, '', 'a description')],
  [...head(1, 'packed'), text(4, 'float_data', FLOATS)],
  [
    ...head(1, 'unpacked'),
    ...[1, 2, 3, 4].map((value) => field(4, 'float_data', float32Field(4, value))),
  ],
  [...head(11, 'wide'), text(10, 'double_data', elementBytes('float64', [1, 2, 3, 4]))],
  [
    ...head(11, 'wide unpacked'),
    ...[1, 2, 3, 4].map((value) => field(10, 'double_data', float64Field(10, value))),
  ],
  [...head(10, 'half'), text(5, 'int32_data', packed(0x3c00, 0x4000, 0x3c00, 0x4000))],
  [
    ...head(10, 'half unpacked'),
    ...[1, 2, 3, 4].map((value) => int(5, 'int32_data', 0x3c00 + value)),
  ],
  [...head(7, 'indices'), text(7, 'int64_data', packed(1, 2, 3, 4))],
  [...head(13, 'counts'), text(11, 'uint64_data', packed(1, 2, 3, 300))],
  [...head(8, 'words'), ...['a', 'b', 'c', 'd'].map((word) => text(6, 'string_data', word))],
];

const SPARSE: readonly Field[] = [
  message(
    1,
    'values',
    int(1, 'dims', 1),
    int(2, 'data_type', 1),
    text(8, 'name', 'sparse'),
    text(9, 'raw_data', FLOATS.subarray(0, 4)),
  ),
  message(
    2,
    'indices',
    int(1, 'dims', 1),
    int(2, 'data_type', 7),
    text(7, 'int64_data', packed(3)),
  ),
  text(3, 'dims', packed(2, 2)),
];

const INNER_GRAPH: readonly Field[] = [
  message(1, 'node', text(1, 'input', 'x'), text(2, 'output', 'inner'), text(4, 'op_type', 'Relu')),
  message(5, 'initializer', ...TENSORS[0]!),
  text(2, '', 'inner graph'),
  message(12, 'output', text(1, 'name', 'inner')),
];

const ATTRIBUTES: readonly (readonly Field[])[] = [
  [text(1, 'name', 'number'), int(3, 'i', 300), int(20, '', 2)],
  [text(1, 'name', 'single'), field(2, '', float32Field(2, 1.5)), text(13, '', 'words')],
  [text(1, 'name', 'words'), text(4, 's', 'reverse')],
  [text(1, 'name', 'list'), text(8, 'ints', packed(1, 200, 3))],
  [text(1, 'name', 'listed'), int(8, 'ints', 1), int(8, 'ints', 200)],
  [text(1, 'name', 'singles'), text(7, '', FLOATS), text(9, '', 'strings')],
  [text(1, 'name', 'tensor'), message(5, 't', ...TENSORS[0]!)],
  [
    text(1, 'name', 'several'),
    message(10, 'tensors', ...TENSORS[1]!),
    message(10, 'tensors', ...TENSORS[7]!),
  ],
  [text(1, 'name', 'body'), message(6, 'g', ...INNER_GRAPH)],
  [text(1, 'name', 'bodies'), message(11, 'graphs', ...INNER_GRAPH)],
  [text(1, 'name', 'scarce'), message(22, 'sparse_tensor', ...SPARSE)],
  [text(1, 'name', 'scarcer'), message(23, 'sparse_tensors', ...SPARSE)],
  [text(1, 'name', 'kind'), message(14, 'tp', ...TYPES)],
  [text(1, 'name', 'kinds'), message(15, 'type_protos', ...TYPES)],
  [text(1, 'name', 'given'), text(21, 'ref_attr_name', 'number')],
];

const NODE: readonly Field[] = [
  text(1, 'input', 'x'),
  text(1, 'input', 'raw'),
  text(2, 'output', 'y'),
  text(3, 'name', 'layer/MatMul'),
  text(4, 'op_type', 'MatMul'),
  text(7, 'domain', ''),
  text(8, 'overload', 'o'),
  message(
    9,
    'metadata_props',
    text(1, 'key', 'pkg.torch.onnx.name_scopes'),
    text(2, 'value', "['', 'a']"),
  ),
  ...ATTRIBUTES.map((attribute) => message(5, 'attribute', ...attribute)),
];

const MODEL: readonly Field[] = [
  int(1, 'ir_version', 10),
  text(2, 'producer_name', 'tests'),
  text(3, 'producer_version', '1'),
  int(5, '', 3),
  message(
    7,
    'graph',
    message(1, 'node', ...NODE),
    ...TENSORS.map((tensor) => message(5, 'initializer', ...tensor)),
    message(15, 'sparse_initializer', ...SPARSE),
    valueInfo(11, 'input'),
    valueInfo(12, 'output'),
    valueInfo(13, ''),
    entry(16, ''),
  ),
  message(8, 'opset_import', text(1, 'domain', ''), int(2, 'version', 21)),
  entry(14, ''),
  message(
    20,
    'training_info',
    message(1, 'initialization', ...INNER_GRAPH),
    message(2, 'algorithm', ...INNER_GRAPH),
  ),
  message(
    25,
    'functions',
    text(1, 'name', 'F'),
    text(4, 'input', 'a'),
    text(5, 'output', 'b'),
    text(6, '', 'attribute'),
    message(7, 'node', text(1, 'input', 'a'), text(2, 'output', 'b'), text(4, 'op_type', 'Relu')),
    text(10, 'domain', 'l'),
    message(11, 'attribute_proto', ...ATTRIBUTES[0]!),
    text(13, 'overload', 'o'),
  ),
];

type Path = readonly number[];

/** Every field of a message and of those inside it, by place. */
function paths(fields: readonly Field[]): Path[] {
  return fields.flatMap(({ value }, k) => [
    [k],
    ...(value instanceof Uint8Array ? [] : paths(value).map((path) => [k, ...path])),
  ]);
}

const encoded = (each: Field): Uint8Array =>
  each.value instanceof Uint8Array
    ? each.bytes
    : bytesField(each.number, joined(...each.value.map(encoded)));

/** The message up to some bytes into one of its fields; the lengths around it are those of what is left. */
function cut(fields: readonly Field[], [k, ...rest]: Path, keep: number): Uint8Array {
  const before = fields.slice(0, k).map(encoded);
  const at = fields[k!]!;
  if (rest.length === 0) return joined(...before, encoded(at).subarray(0, keep));
  return joined(...before, bytesField(at.number, cut(at.value as readonly Field[], rest, keep)));
}

const fieldAt = (fields: readonly Field[], [k, ...rest]: Path): Field =>
  rest.length === 0 ? fields[k!]! : fieldAt(fields[k!]!.value as readonly Field[], rest);

/** Names from the outermost field to the one at a path. */
const namesTo = (fields: readonly Field[], path: Path): readonly string[] =>
  path.map((_, k) => fieldAt(fields, path.slice(0, k + 1)).name);

/** Inside the tag, after it, inside the length, inside the content, before the last byte. */
function cutsOf(each: Field): readonly number[] {
  const bytes = encoded(each);
  const tag = varint(each.number * 8).length;
  const all = [1, tag, tag + 1, Math.floor((tag + bytes.length) / 2), bytes.length - 1];
  return [...new Set(all)].filter((at) => at >= tag && at < bytes.length);
}

/** `undefined` where the file opens and every value of it is read. */
function faultOf(bytes: Uint8Array): CheckpointError | undefined {
  const file = write(bytes);
  try {
    for (const { storage } of openCheckpoint(file).weights) readValues(storage);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as CheckpointError).message).toContain(file);
    expect((error as CheckpointError).message).toMatch(/^[^\n]*[.)]$/);
    return error as CheckpointError;
  }
}

const PATHS = paths(MODEL);

describe('a model with a field of every kind', () => {
  test('opens, and holds one of each', () => {
    const bytes = joined(...MODEL.map(encoded));
    expect(faultOf(bytes)).toBeUndefined();
    const { weights, skipped } = openCheckpoint(write(bytes));
    expect(weights.map(({ tensor }) => tensor)).toEqual(['raw']);
    expect(skipped.length).toBeGreaterThan(20);
  });

  test('cut inside any field, with all lengths around it mended, is refused and names that field', () => {
    const missed: string[] = [];
    let cuts = 0;
    for (const path of PATHS) {
      const names = namesTo(MODEL, path);
      // What the reader passes over it need not understand, only find the end of.
      if (names.slice(0, -1).includes('')) continue;
      for (const keep of cutsOf(fieldAt(MODEL, path))) {
        cuts++;
        const fault = faultOf(cut(MODEL, path, keep));
        const found = (fault?.place.field ?? '').split('.').map((part) => part.replace(/\[.*/, ''));
        const expected = names.filter((name) => name !== '');
        const named = expected.every((name, k) => found[k] === name);
        if (!fault || !named)
          missed.push(`${names.join('.')} at ${keep}: ${fault?.message ?? 'opened'}`);
      }
    }
    expect(missed).toEqual([]);
    expect(cuts).toBeGreaterThan(600);
  });

  test('cut off at any field, the file is refused', () => {
    const whole = joined(...MODEL.map(encoded));
    const ends = new Set<number>();
    for (const [k, each] of MODEL.entries())
      ends.add(joined(...MODEL.slice(0, k + 1).map(encoded)).length - encoded(each).length);
    for (let length = 1; length < whole.length; length++) {
      // Between two fields of the model itself the file is whole as far as it goes.
      if (ends.has(length)) continue;
      expect(faultOf(whole.subarray(0, length))?.code, `at ${length}`).toMatch(
        /^(truncated|malformed|wrong-format)$/,
      );
    }
  });
});
