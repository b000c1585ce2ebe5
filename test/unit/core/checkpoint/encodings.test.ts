import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { storedBytes } from '../../../../src/core/checkpoint/storedBytes.ts';
import { DATA_TYPES, elementBytes, type ElementType } from '../../../fixtures/elementBytes.ts';
import { matMul, nodeProto, writeOnnx } from '../../../fixtures/onnxModel.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import {
  bytesField,
  float32Field,
  float64Field,
  joined,
  modelAround,
  varintField,
} from '../../../fixtures/protobufWire.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { denseStorage } from './denseStorage.ts';

const dir = tempFolder();
const FLOATS = ['float32', 'float64', 'float16', 'bfloat16'] as const;

/** Values that all four types hold exactly, and both signs, zero, a subnormal of float16 among them. */
const EXACT = [0, -0, 1, -1, 0.5, -2.5, 96, -0.0078125, 2 ** -24, -448, 3, 2 ** -14];

describe('every encoding of every float type is read as the values that were written', () => {
  const encodings = [
    ['raw', 'raw', 'raw', 'raw', 'raw'],
    ['typed', 'float32List', 'float64List', 'varintList', 'varintList'],
  ] as const;
  test.each(
    encodings.flatMap(([encoding, ...expected]) =>
      FLOATS.map((dtype, k) => ({ encoding, dtype, expected: expected[k]! })),
    ),
  )('$dtype in $encoding form is $expected', ({ encoding, dtype, expected }) => {
    const file = writeOnnx(dir, `${dtype}-${encoding}.onnx`, {
      initializers: [{ name: 'w', dims: [3, 4], dtype, encoding, values: EXACT }],
      nodes: [matMul('w')],
    });
    const [weight] = openCheckpoint(file).weights;
    expect(weight).toMatchObject({ dtype, shape: [3, 4], parameters: 12 });
    expect(weight!.storage.encoding).toBe(expected);
    expect([...readValues(weight!.storage)]).toEqual(EXACT);
  });

  const unpacked = [
    { dtype: 'float32', expected: 'float32Fields', field: (v: number) => float32Field(4, v) },
    { dtype: 'float64', expected: 'float64Fields', field: (v: number) => float64Field(10, v) },
    { dtype: 'float16', expected: 'varintFields', field: (v: number) => bitsField('float16', v) },
    { dtype: 'bfloat16', expected: 'varintFields', field: (v: number) => bitsField('bfloat16', v) },
  ] as const;
  test.each(unpacked)('$dtype one field at a time is $expected', ({ dtype, expected, field }) => {
    const file = writeTensor(`${dtype}-unpacked.onnx`, dtype, joined(...EXACT.map(field)));
    const [weight] = openCheckpoint(file).weights;
    expect(weight!.storage.encoding).toBe(expected);
    expect([...readValues(weight!.storage)]).toEqual(EXACT);
  });

  test('a packed field in two pieces is one list', () => {
    const half = (values: number[]): Uint8Array => bytesField(4, elementBytes('float32', values));
    const file = writeTensor(
      'two-pieces.onnx',
      'float32',
      joined(half(EXACT.slice(0, 5)), bytesField(12, 'a note between'), half(EXACT.slice(5))),
    );
    const [weight] = openCheckpoint(file).weights;
    expect(denseStorage(weight!.storage).segments).toHaveLength(2);
    expect([...readValues(weight!.storage)]).toEqual(EXACT);
  });

  test('unpacked values with another field between them are read in order', () => {
    const fields = EXACT.map((value) => float32Field(4, value));
    const file = writeTensor(
      'interleaved.onnx',
      'float32',
      joined(...fields.slice(0, 7), bytesField(12, 'note'), ...fields.slice(7)),
    );
    expect([...readValues(openCheckpoint(file).weights[0]!.storage)]).toEqual(EXACT);
  });
});

test('every float16 and bfloat16 bit pattern decodes to the value that IEEE 754 gives it', () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const raw = new Uint8Array(patterns.buffer);
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const file = writeOnnx(dir, `all-${dtype}.onnx`, {
      initializers: [{ name: 'w', dims: [256, 256], dtype, raw }],
      nodes: [matMul('w')],
    });
    const values = readValues(openCheckpoint(file).weights[0]!.storage);
    const wrong = values.findIndex((value, bits) => !Object.is(value, meaning(dtype, bits)));
    expect(wrong, dtype).toBe(-1);
  }
});

test('a tensor longer than one chunk is read and visited whole, in order', () => {
  const random = seededRandom(7);
  const values = Float32Array.from({ length: 640 * 1000 }, () => random.normal());
  const file = writeOnnx(dir, 'long.onnx', {
    initializers: [{ name: 'w', dims: [640, 1000], values }],
    nodes: [matMul('w')],
  });
  const { storage } = openCheckpoint(file).weights[0]!;
  expect(firstDifference(readValues(storage), Float64Array.from(values))).toBe(-1);
  const chunks: Uint8Array[] = [];
  storedBytes(storage, (chunk) => chunks.push(chunk.slice()));
  expect(chunks.length).toBeGreaterThan(1);
  expect(Buffer.concat(chunks).equals(Buffer.from(values.buffer))).toBe(true);
});

test('half floats as variable-length integers survive chunk borders', () => {
  const random = seededRandom(8);
  const bits = Uint16Array.from({ length: 800 * 1000 }, () => random.integer(0x7c00));
  const file = writeOnnx(dir, 'long-varints.onnx', {
    initializers: [
      {
        name: 'w',
        dims: [800, 1000],
        dtype: 'float16',
        encoding: 'typed',
        values: Array.from(bits, (b) => meaning('float16', b)),
      },
    ],
    nodes: [matMul('w')],
  });
  const values = readValues(openCheckpoint(file).weights[0]!.storage);
  const expected = Float64Array.from(bits, (b) => meaning('float16', b));
  expect(firstDifference(values, expected)).toBe(-1);
});

test('values that were cut off after the file was opened are an error, not zeros', () => {
  const file = writeOnnx(dir, 'shrinking.onnx', {
    initializers: [{ name: 'w', dims: [3, 4], values: EXACT }],
    nodes: [matMul('w')],
  });
  const { storage } = openCheckpoint(file).weights[0]!;
  fs.truncateSync(file, denseStorage(storage).segments[0]!.offset + 8);
  expect(() => readValues(storage)).toThrow(/ends after \d+ bytes, but 48 bytes are expected/);
});

/** Index of the first value that differs, -1 where none does. */
function firstDifference(found: Float64Array, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  return found.findIndex((value, k) => !Object.is(value, expected[k]));
}

/** What 16 bits mean, from the definition of the format alone. */
function meaning(dtype: 'float16' | 'bfloat16', bits: number): number {
  const [exponentBits, bias] = dtype === 'float16' ? [5, 15] : [8, 127];
  const fractionBits = 15 - exponentBits;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = bits & (2 ** fractionBits - 1);
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 2 ** exponentBits - 1) return fraction ? NaN : sign * Infinity;
  const leading = exponent === 0 ? 0 : 1;
  return sign * (leading + fraction / 2 ** fractionBits) * 2 ** (Math.max(exponent, 1) - bias);
}

function bitsField(dtype: 'float16' | 'bfloat16', value: number): Uint8Array {
  const [low, high] = elementBytes(dtype, [value]);
  return varintField(5, low! + 256 * high!);
}

/** A [3, 4] tensor `w` whose values are given as bytes of the wire, used by a MatMul. */
function writeTensor(name: string, dtype: ElementType, values: Uint8Array): string {
  const tensor = joined(
    varintField(1, 3),
    varintField(1, 4),
    varintField(2, DATA_TYPES[dtype]),
    bytesField(8, 'w'),
    values,
  );
  const node = onnx.NodeProto.encode(nodeProto(matMul('w'))).finish();
  const file = path.join(dir, name);
  fs.writeFileSync(file, modelAround(joined(bytesField(1, node), bytesField(5, tensor))));
  return file;
}
