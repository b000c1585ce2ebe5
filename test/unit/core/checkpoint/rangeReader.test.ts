import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { readOnnxCheckpoint } from '../../../../src/core/checkpoint/onnx/onnxCheckpoint.ts';
import { openRangeReader } from '../../../../src/core/checkpoint/rangeReader.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { matMul, writeOnnx } from '../../../fixtures/onnxModel.ts';
import { zeros } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();

test('a range is read from where it is asked, and only so much', () => {
  const file = path.join(dir, 'bytes');
  fs.writeFileSync(
    file,
    Uint8Array.from({ length: 100 }, (_, k) => k),
  );
  const reader = openRangeReader(file);
  const target = new Uint8Array(4);
  reader.read(37, target);
  expect([reader.size, ...target]).toEqual([100, 37, 38, 39, 40]);
  expect(() => reader.read(98, target)).toThrow(CheckpointError);
  expect(() => reader.read(98, target)).toThrow(
    /ends after 100 bytes, but 4 bytes are expected at byte 98/,
  );
  reader.close();
  reader.close();
  expect(() => reader.read(0, target)).toThrow(CheckpointError);
});

test('opening a model reads its structure and none of its values', () => {
  const file = writeOnnx(dir, 'large.onnx', {
    initializers: [zeros('a', 1024, 1024), zeros('b', 1024, 512)],
    nodes: [matMul('a'), matMul('b')],
  });
  const reader = openRangeReader(file);
  let bytesRead = 0;
  const checkpoint = readOnnxCheckpoint({
    ...reader,
    read(offset, target) {
      bytesRead += target.length;
      reader.read(offset, target);
    },
  });
  reader.close();
  expect(checkpoint.weights).toHaveLength(2);
  expect(reader.size).toBeGreaterThan(6_000_000);
  expect(bytesRead).toBeLessThan(100_000);
});

test('reading the values of a tensor opens its file once and closes it', () => {
  const file = writeOnnx(dir, 'once.onnx', {
    initializers: [zeros('a', 8, 8)],
    nodes: [matMul('a')],
  });
  const reader = openRangeReader(file);
  const { storage } = readOnnxCheckpoint(reader).weights[0]!;
  const calls: string[] = [];
  const values = readValues(storage, (asked) => {
    calls.push(`open ${path.basename(asked)}`);
    return { ...reader, close: () => calls.push('close') };
  });
  reader.close();
  expect(values).toHaveLength(64);
  expect(calls).toEqual(['open once.onnx', 'close']);
});
