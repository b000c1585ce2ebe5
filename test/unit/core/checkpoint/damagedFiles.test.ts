import { describe, expect, test } from 'vitest';
import { DATA_TYPES, elementBytes } from '../../../fixtures/elementBytes.ts';
import {
  constant,
  encodeOnnx,
  graphProto,
  matMul,
  type ModelSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import { bytesField, joined, modelAround, varintField } from '../../../fixtures/protobufWire.ts';
import { fileWriter } from '../../../fixtures/fileWriter.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { refusal } from './refusal.ts';

const dir = tempFolder();
const write = fileWriter(dir);

const VALUES = Float32Array.from({ length: 15 }, (_, k) => k);
const WEIGHT: TensorSpec = { name: 'w', dims: [3, 5], values: VALUES };
const MODEL: ModelSpec = { initializers: [WEIGHT], nodes: [matMul('w')] };

const GOOD = encodeOnnx(MODEL);

const withTensor = (tensor: TensorSpec): Uint8Array =>
  encodeOnnx({ initializers: [tensor], nodes: [matMul('w')] });

describe('a file that was cut off', () => {
  test('is refused at every byte, with the field where it ends', () => {
    const codes = new Set<string>();
    // Up to here the file ends inside the graph or before the operator set.
    for (let length = 1; length < GOOD.length; length++) {
      const { code, place } = refusal(write(GOOD.subarray(0, length)));
      expect(place.field, `at ${length}`).toBeTruthy();
      codes.add(code);
    }
    expect([...codes].sort()).toEqual(['truncated', 'wrong-format']);
  });

  test('names the outermost field that does not fit, what it needs and what there is', () => {
    const error = refusal(write(GOOD.subarray(0, GOOD.length - 20)));
    expect(error.code).toBe('truncated');
    expect(error.place.field).toBe('graph');
    expect(error.message).toMatch(
      /the field graph at byte \d+ needs \d+ bytes from byte \d+ on, but the file ends at byte \d+\. The file was cut off; copy/,
    );
  });
});

describe('lengths that lie', () => {
  const tensor = (...fields: Uint8Array[]): Uint8Array =>
    joined(varintField(1, 3), varintField(1, 5), varintField(2, 1), bytesField(8, 'w'), ...fields);
  const raw = elementBytes('float32', VALUES);
  const node = onnx.NodeProto.encode(graphProto(MODEL).node![0]!).finish();
  const model = (tensorBytes: Uint8Array): Uint8Array =>
    modelAround(joined(bytesField(1, node), bytesField(5, tensorBytes)));

  const lies: readonly (readonly [string, Uint8Array, string, string, RegExp])[] = [
    [
      'raw_data longer than its tensor',
      model(tensor(bytesField(9, raw, 62))),
      'malformed',
      'graph.initializer[0].raw_data',
      /says that it is 62 bytes long, but the message around it has 60 left/,
    ],
    [
      'raw_data longer than the file',
      model(tensor(bytesField(9, raw, 2 ** 40))),
      'malformed',
      'graph.initializer[0].raw_data',
      /says that it is 1099511627776 bytes long/,
    ],
    [
      'a length beyond 2^53',
      model(tensor(bytesField(9, raw, 2n ** 63n))),
      'malformed',
      'graph.initializer[0].raw_data',
      /declares a length/,
    ],
    [
      'a negative length',
      model(tensor(bytesField(9, raw, -1))),
      'malformed',
      'graph.initializer[0].raw_data',
      /declares a length/,
    ],
    [
      'a varint of 11 bytes',
      model(tensor(joined(Uint8Array.of(16), new Uint8Array(10).fill(0x80), Uint8Array.of(1)))),
      'malformed',
      'graph.initializer[0].data_type',
      /more than 10 bytes/,
    ],
    [
      'a varint of more than 64 bits',
      model(tensor(joined(Uint8Array.of(16), new Uint8Array(9).fill(0xff), Uint8Array.of(2)))),
      'malformed',
      'graph.initializer[0].data_type',
      /more than 64 bits/,
    ],
    [
      'a varint cut off by its message',
      model(tensor(bytesField(9, raw), Uint8Array.of(16, 0x80))),
      'malformed',
      'graph.initializer[0].data_type',
      /runs past the end of its message/,
    ],
    [
      'packed dims cut off in a number',
      model(joined(bytesField(1, Uint8Array.of(3, 0x85)), bytesField(9, raw))),
      'malformed',
      'graph.initializer[0].dims',
      /in the middle of a number/,
    ],
    [
      'a group',
      model(tensor(Uint8Array.of(0x0b, 0x0c))),
      'malformed',
      'graph.initializer[0].dims',
      /is a group/,
    ],
    [
      'a wire type that does not exist',
      model(tensor(Uint8Array.of(0x0f))),
      'malformed',
      'graph.initializer[0].dims',
      /unknown kind 7/,
    ],
    [
      'field number 0',
      model(tensor(Uint8Array.of(0x00, 0x00))),
      'malformed',
      'graph.initializer[0]',
      /field number of 0/,
    ],
    [
      'a graph that is a number',
      joined(varintField(1, 8), varintField(7, 9)),
      'malformed',
      'graph',
      /is a varint, where a length and its bytes is expected/,
    ],
    [
      'a name that is a number',
      model(joined(varintField(8, 1))),
      'malformed',
      'graph.initializer[0].name',
      /is a varint/,
    ],
    [
      'two graphs',
      joined(modelAround(bytesField(2, 'g')), bytesField(7, bytesField(2, 'g'))),
      'malformed',
      'graph',
      /occurs twice/,
    ],
    [
      'raw_data twice',
      model(tensor(bytesField(9, raw), bytesField(9, raw))),
      'malformed',
      'graph.initializer[0].raw_data',
      /occurs twice/,
    ],
    [
      'raw_data beside float_data',
      model(tensor(bytesField(4, raw), bytesField(9, raw))),
      'malformed',
      'graph.initializer[0]',
      /both in raw_data and in float_data/,
    ],
    [
      'float_data beside double_data',
      model(tensor(bytesField(4, raw), bytesField(10, raw))),
      'malformed',
      'graph.initializer[0].double_data',
      /beside those in float_data/,
    ],
    [
      'packed and unpacked values',
      model(tensor(bytesField(4, raw.subarray(0, 56)), Uint8Array.of(0x25, 0, 0, 0, 0))),
      'unsupported',
      'graph.initializer[0].float_data',
      /some values packed/,
    ],
    [
      'a tag longer than it needs',
      model(tensor(Uint8Array.of(0xa5, 0x00, 0, 0, 0, 0))),
      'malformed',
      'graph.initializer[0].float_data',
      /tag of more bytes/,
    ],
    [
      'float values in double_data',
      model(tensor(bytesField(10, new Uint8Array(120)))),
      'malformed',
      'graph.initializer[0]',
      /values in double_data, where float32 has them in float_data/,
    ],
    [
      'float_data that is no whole number of values',
      model(tensor(bytesField(4, raw.subarray(1)))),
      'malformed',
      'graph.initializer[0]',
      /broken number/,
    ],
    [
      'a tensor in segments',
      model(tensor(bytesField(3, varintField(1, 0)))),
      'unsupported',
      'graph.initializer[0].segment',
      /several segments/,
    ],
    [
      'no operator set',
      joined(varintField(1, 8), bytesField(7, bytesField(2, 'g'))),
      'truncated',
      'opset_import',
      /opset_import is missing/,
    ],
  ];
  test.each(lies)('%s', (_, bytes, code, field, message) => {
    const error = refusal(write(bytes));
    expect(error.message).toMatch(message);
    expect([error.code, error.place.field]).toEqual([code, field]);
  });
});

describe('shapes that do not fit their data', () => {
  const shapes: readonly (readonly [string, TensorSpec, string, RegExp])[] = [
    [
      'a huge shape with no data',
      { name: 'w', dims: [1 << 20, 1 << 20] },
      'short-data',
      /declares the shape 1048576 x 1048576, 1099511627776 values \(4398046511104 bytes\), but has no data/,
    ],
    [
      'a shape whose product overflows',
      { name: 'w', dims: [2 ** 31, 2 ** 31] },
      'malformed',
      /more values than any file can hold/,
    ],
    [
      'a shape of 64-bit lengths',
      { name: 'w', dims: [2 ** 62, 4] },
      'malformed',
      /more values than any file can hold/,
    ],
    [
      'a negative dimension',
      { name: 'w', dims: [3, -5], values: VALUES },
      'malformed',
      /shape 3 x -5, whose axis 1 is negative/,
    ],
    [
      'too many dimensions',
      { name: 'w', dims: new Array<number>(65).fill(1), values: [1] },
      'limit-exceeded',
      /more than 64 axes/,
    ],
    [
      'short raw data',
      { ...WEIGHT, values: VALUES.subarray(1) },
      'short-data',
      /has 56 bytes of raw_data, where its shape 3 x 5 of float32 needs 60/,
    ],
    [
      'long raw data',
      { ...WEIGHT, dims: [3, 4] },
      'malformed',
      /has 60 bytes of raw_data, where its shape 3 x 4 of float32 needs 48/,
    ],
    [
      'short float_data',
      { ...WEIGHT, values: VALUES.subarray(1), encoding: 'typed' },
      'short-data',
      /has 14 values in float_data, where its shape 3 x 5 needs 15/,
    ],
    [
      'long float_data',
      { ...WEIGHT, dims: [2, 5], encoding: 'typed' },
      'malformed',
      /has 15 values in float_data/,
    ],
    [
      'short half floats',
      { ...WEIGHT, dtype: 'float16', values: VALUES.subarray(1), encoding: 'typed' },
      'short-data',
      /has 14 values in int32_data/,
    ],
    [
      'raw data that is no whole number of values',
      { ...WEIGHT, raw: new Uint8Array(59) },
      'short-data',
      /has 59 bytes/,
    ],
    [
      'empty raw data',
      { ...WEIGHT, raw: new Uint8Array(0) },
      'short-data',
      /has 0 bytes of raw_data/,
    ],
    [
      'short integers',
      { name: 'w', dims: [9], dtype: 'int64', values: [1, 2] },
      'short-data',
      /has 16 bytes/,
    ],
    [
      'short typed integers',
      { name: 'w', dims: [9], dtype: 'int64', values: [1, 2], encoding: 'typed' },
      'short-data',
      /has 2 values in int64_data/,
    ],
    [
      'a huge shape of integers with no data',
      { name: 'w', dims: [2 ** 40], dtype: 'int64' },
      'short-data',
      /has no data/,
    ],
  ];
  test.each(shapes)('%s', (_, tensor, code, message) => {
    const error = refusal(write(withTensor(tensor)));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.message).toContain(code === 'limit-exceeded' ? 'dims' : "'w'");
    expect(error.place.field).toMatch(/^graph\.initializer\[0\]/);
  });

  test('inside a Constant of a branch the whole path is named', () => {
    const short = { ...WEIGHT, values: VALUES.subarray(1) };
    const bytes = encodeOnnx({
      nodes: [op('If', ['c'], 'r', { then_branch: { graph: { nodes: [constant(short)] } } })],
    });
    expect(refusal(write(bytes)).place.field).toBe(
      'graph.node[0].attribute[0].g.node[0].attribute[0].t',
    );
  });
});

test('values that run on in int32_data, byte by byte, are counted and not trusted', () => {
  const endless = joined(new Uint8Array(11).fill(0x80), Uint8Array.of(1));
  const tensor = joined(
    varintField(1, 1),
    varintField(1, 1),
    varintField(2, DATA_TYPES.float16),
    bytesField(8, 'w'),
    bytesField(5, endless),
  );
  const error = refusal(write(modelAround(bytesField(5, tensor))));
  expect(error.message).toMatch(/a value of more than 10 bytes/);
});
