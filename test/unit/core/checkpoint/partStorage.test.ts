import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { partStorage } from '../../../../src/core/checkpoint/partStorage.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { matMul, nodeProto, writeOnnx } from '../../../fixtures/onnxModel.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import {
  bytesField,
  float32Field,
  joined,
  modelAround,
  varintField,
} from '../../../fixtures/protobufWire.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
const VALUES = Array.from({ length: 12 }, (_, k) => k - 5.5);

/** A [3, 4] tensor one value at a time, another field between some of them. */
function unpacked(): string {
  const value = (k: number): Uint8Array => float32Field(4, VALUES[k]!);
  const tensor = joined(
    varintField(1, 3),
    varintField(1, 4),
    varintField(2, 1),
    bytesField(8, 'w'),
    ...VALUES.map((_, k) => (k === 5 ? joined(bytesField(12, 'note'), value(k)) : value(k))),
  );
  const node = onnx.NodeProto.encode(nodeProto(matMul('w'))).finish();
  const file = path.join(dir, 'unpacked.onnx');
  fs.writeFileSync(file, modelAround(joined(bytesField(1, node), bytesField(5, tensor))));
  return file;
}

const stored = (
  dtype: 'float32' | 'float64' | 'float16' | 'bfloat16',
  encoding: 'raw' | 'typed',
): string =>
  writeOnnx(dir, `${dtype}-${encoding}.onnx`, {
    initializers: [{ name: 'w', dims: [3, 4], dtype, encoding, values: VALUES }],
    nodes: [matMul('w')],
  });

test.each([
  ['raw', stored('float32', 'raw')],
  ['raw', stored('float64', 'raw')],
  ['raw', stored('bfloat16', 'raw')],
  ['float32List', stored('float32', 'typed')],
  ['float64List', stored('float64', 'typed')],
  ['float32Fields', unpacked()],
])('every run of elements of %s storage is read alone', (encoding, file) => {
  const { storage } = openCheckpoint(file).weights[0]!;
  expect(storage.encoding).toBe(encoding);
  for (let start = 0; start < VALUES.length; start++)
    for (let end = start + 1; end <= VALUES.length; end++)
      expect([...readValues(partStorage(storage, start, end - start)!)]).toEqual(
        VALUES.slice(start, end),
      );
});

test('what is stored in varying lengths has no part to be read alone', () => {
  const { storage } = openCheckpoint(stored('float16', 'typed')).weights[0]!;
  expect(storage.encoding).toBe('varintList');
  expect(partStorage(storage, 0, 4)).toBeUndefined();
});
