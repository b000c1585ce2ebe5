import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import {
  constant,
  encodeOnnx,
  matMul,
  type FunctionSpec,
  type ModelSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { bytesField, modelAround, varintField } from '../../../fixtures/protobufWire.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { fileWriter } from '../../../fixtures/fileWriter.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { refusal } from './refusal.ts';

const dir = tempFolder();
const write = fileWriter(dir);

const VALUES = Float32Array.from({ length: 15 }, (_, k) => k);
const WEIGHT: TensorSpec = { name: 'w', dims: [3, 5], values: VALUES };
const MODEL: ModelSpec = { initializers: [WEIGHT], nodes: [matMul('w')] };

describe('files made to exhaust the reader end quickly', () => {
  test('graphs nested ten thousand deep', () => {
    let graph: Uint8Array = bytesField(2, 'g');
    for (let depth = 0; depth < 10_000; depth++)
      graph = bytesField(1, bytesField(5, bytesField(6, graph)));
    const error = refusal(write(modelAround(graph)));
    expect(error.code).toBe('limit-exceeded');
    expect(error.message).toMatch(/nested more than 100 messages deep/);
  });

  const repeated = (part: Uint8Array, times: number): Uint8Array => {
    const all = new Uint8Array(part.length * times);
    for (let k = 0; k < times; k++) all.set(part, k * part.length);
    return all;
  };
  const floods: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    [
      'a million empty nodes',
      () => modelAround(repeated(bytesField(1, ''), 1_000_000)),
      /one of more than 500000 nodes/,
    ],
    [
      'a million empty tensors',
      () => modelAround(repeated(bytesField(5, ''), 1_000_000)),
      /one of more than 500000 tensors/,
    ],
    [
      'nine million unknown fields',
      () => modelAround(repeated(varintField(20, 0), 9_000_000)),
      /comes after 8000000 others/,
    ],
    [
      'a name of a megabyte',
      () => modelAround(bytesField(1, bytesField(4, new Uint8Array(1 << 20).fill(65)))),
      /a name of 1048576 bytes/,
    ],
    [
      'a node of a thousand attributes',
      () => modelAround(bytesField(1, repeated(bytesField(5, ''), 1000))),
      /one of more than 256/,
    ],
  ];
  test.each(floods)('%s', (_, bytes, message) => {
    const error = refusal(write(bytes()));
    expect(error.code).toBe('limit-exceeded');
    expect(error.message).toMatch(message);
  });

  test('functions that call each other twice at every level', () => {
    const level = (k: number): FunctionSpec => ({
      domain: 'l',
      name: `F${k}`,
      inputs: ['a'],
      outputs: ['b'],
      nodes: [0, 1].map((n) => ({
        op: `F${k + 1}`,
        domain: 'l',
        inputs: ['a'],
        outputs: [`b${n}`],
      })),
    });
    const bytes = encodeOnnx({
      initializers: [WEIGHT],
      nodes: [{ op: 'F0', domain: 'l', inputs: ['w'], outputs: ['y'] }],
      functions: Array.from({ length: 30 }, (_, k) => level(k)),
    });
    expect(refusal(write(bytes)).message).toMatch(/takes more than 400000 steps/);
  });
});

describe('damage at random', () => {
  test('a model of every kind of part, with bytes changed, opens or is refused as a CheckpointError', () => {
    const rich = encodeOnnx({
      ...MODEL,
      initializers: [
        WEIGHT,
        {
          name: 'h',
          dims: [2, 3],
          dtype: 'float16',
          values: [1, 2, 3, 4, 5, 6],
          encoding: 'typed',
        },
      ],
      nodes: [
        matMul('w'),
        matMul('h'),
        constant({ name: 'c', dims: [2, 2], values: [1, 2, 3, 4], encoding: 'typed' }),
        matMul('c'),
        op('If', ['q'], 'r', { then_branch: { graph: MODEL }, else_branch: { graph: MODEL } }),
      ],
      functions: [
        { domain: 'l', name: 'F', inputs: ['a'], outputs: ['b'], nodes: [op('Relu', ['a'], 'b')] },
      ],
    });
    expect(openCheckpoint(write(rich)).weights).toHaveLength(5);
    const random = seededRandom(42);
    let opened = 0;
    let refused = 0;
    const file = write('');
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(rich);
      for (let changes = 1 + random.integer(3); changes > 0; changes--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      fs.writeFileSync(file, bytes);
      try {
        for (const { storage } of openCheckpoint(file).weights) readValues(storage);
        opened++;
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        refused++;
      }
    }
    expect(opened + refused).toBe(3000);
    expect(opened).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});
