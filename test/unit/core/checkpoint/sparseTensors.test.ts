import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { storedBytes } from '../../../../src/core/checkpoint/storedBytes.ts';
import {
  matMul,
  writeOnnx,
  type SparseSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import {
  bytesField,
  float32Field,
  joined,
  modelAround,
  varintField,
} from '../../../fixtures/protobufWire.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { refusal } from './refusal.ts';

const dir = tempFolder();
let files = 0;

const values = (...list: readonly number[]): TensorSpec => ({
  name: 'w',
  dims: [list.length],
  values: list,
});

const places = (...list: readonly number[]): TensorSpec => ({
  name: 'places',
  dims: [list.length],
  dtype: 'int64',
  values: list,
});

const coordinates = (...list: readonly (readonly number[])[]): TensorSpec => ({
  ...places(...list.flat()),
  dims: [list.length, list[0]!.length],
});

const sparse = (
  dims: readonly number[],
  ofValues: TensorSpec,
  indices: TensorSpec,
): SparseSpec => ({ values: ofValues, indices, dims });

function write(tensor: SparseSpec): string {
  return writeOnnx(dir, `${++files}.onnx`, { sparse: [tensor], nodes: [matMul('w')] });
}

function weightOf(tensor: SparseSpec): Weight {
  return openCheckpoint(write(tensor)).weights[0]!;
}

/** The error that reading the values of the tensor gives, after the file was opened without one. */
function readingFault(tensor: SparseSpec): CheckpointError {
  const { storage } = weightOf(tensor);
  try {
    readValues(storage);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return error as CheckpointError;
  }
  throw new Error('the values were read');
}

const FILLED = [0, 0, 1.5, 0, -2, 0];

describe('a sparse tensor is a weight with its zeros', () => {
  const forms: readonly (readonly [string, SparseSpec])[] = [
    ['row-major places', sparse([2, 3], values(1.5, -2), places(2, 4))],
    ['coordinates', sparse([2, 3], values(1.5, -2), coordinates([0, 2], [1, 1]))],
    [
      'places as variable-length integers',
      sparse([2, 3], values(1.5, -2), { ...places(2, 4), encoding: 'typed' }),
    ],
    [
      'values of half precision in int32_data',
      sparse(
        [2, 3],
        { ...values(1.5, -2), dtype: 'float16', encoding: 'typed' },
        coordinates([0, 2], [1, 1]),
      ),
    ],
  ];
  test.each(forms)('given by %s', (_, tensor) => {
    const weight = weightOf(tensor);
    expect(weight).toMatchObject({
      tensor: 'w',
      shape: [2, 3],
      parameters: 6,
      role: 'linear',
      orientation: 'in-out',
    });
    expect(weight.storage.encoding).toBe('sparse');
    expect([...readValues(weight.storage)]).toEqual(FILLED);
  });

  test('given by a Constant node, under the name of its result', () => {
    const tensor = sparse([2, 3], { ...values(1.5, -2), name: '' }, places(2, 4));
    const file = writeOnnx(dir, `${++files}.onnx`, {
      nodes: [
        { op: 'Constant', outputs: ['c'], attributes: { sparse_value: { sparse: tensor } } },
        matMul('c'),
      ],
    });
    const { weights, skipped, parameters } = openCheckpoint(file);
    expect(weights.map((weight) => weight.tensor)).toEqual(['c']);
    expect([...readValues(weights[0]!.storage)]).toEqual(FILLED);
    expect(skipped.map((entry) => entry.tensor)).toEqual(['c.indices']);
    expect(parameters).toBe(6);
  });

  test('without any value it is zero throughout', () => {
    const weight = weightOf(sparse([2, 3], values(), places()));
    expect([...readValues(weight.storage)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('longer than one chunk, in either form of its places', () => {
    const random = seededRandom(3);
    const [rows, cols] = [900, 1000];
    const filled = new Float64Array(rows * cols);
    for (let k = 0; k < filled.length; k++)
      if (random.integer(2) === 0) filled[k] = Math.fround(random.normal());
    const at = Array.from(filled.keys()).filter((k) => filled[k] !== 0);
    const list = { name: 'w', dims: [at.length], values: at.map((k) => filled[k]!) };
    const int64 = { name: 'places', dtype: 'int64' } as const;
    const inRows = at.flatMap((k) => [Math.floor(k / cols), k % cols]);
    const forms: readonly TensorSpec[] = [
      { ...int64, dims: [at.length], values: at },
      { ...int64, dims: [at.length], values: at, encoding: 'typed' },
      { ...int64, dims: [at.length, 2], values: inRows },
    ];
    for (const indices of forms) {
      const found = readValues(weightOf(sparse([rows, cols], list, indices)).storage);
      expect(found.findIndex((value, k) => value !== filled[k])).toBe(-1);
    }
  });

  test('its stored bytes are those of the values and of the places', () => {
    const bytes = (tensor: SparseSpec): string => {
      const hash = createHash('sha256');
      storedBytes(weightOf(tensor).storage, (chunk) => hash.update(chunk));
      return hash.digest('hex');
    };
    const one = bytes(sparse([2, 3], values(1, 2), places(1, 4)));
    expect(bytes(sparse([2, 3], values(1, 2), places(1, 4)))).toBe(one);
    expect(bytes(sparse([2, 3], values(1, 3), places(1, 4)))).not.toBe(one);
    expect(bytes(sparse([2, 3], values(1, 2), places(1, 5)))).not.toBe(one);
  });
});

describe('indices that make no sense are refused when they are read', () => {
  const cases: readonly (readonly [string, SparseSpec, string])[] = [
    [
      'beyond the end',
      sparse([2, 3], values(1, 2), places(0, 6)),
      'has the index 6 for its value 1, where 0 to 5 is expected',
    ],
    [
      'below zero',
      sparse([2, 3], values(1, 2), places(-1, 5)),
      'has the index -1 for its value 0, where 0 to 5 is expected',
    ],
    [
      'below zero, as variable-length integers',
      sparse([2, 3], values(1, 2), { ...places(-1, 5), encoding: 'typed' }),
      'has the index -1 for its value 0, where 0 to 5 is expected',
    ],
    [
      'far beyond any file',
      sparse([2, 3], values(1), places(2 ** 60)),
      `has the index ${2 ** 60} for its value 0, where 0 to 5 is expected`,
    ],
    [
      'a column beyond its row, at a place inside the tensor',
      sparse([2, 3], values(1), coordinates([0, 3])),
      'has the index 3 for its value 0, where 0 to 2 is expected',
    ],
    [
      'the same place twice',
      sparse([2, 3], values(1, 2), places(4, 4)),
      'has two values for the place 4, where one is expected',
    ],
    [
      'places that descend',
      sparse([2, 3], values(1, 2), coordinates([1, 1], [0, 2])),
      'has its value 1 at the place 2 after one at 4, where ascending places are expected',
    ],
  ];
  test.each(cases)('%s', (_, tensor, expected) => {
    const { code, message, place } = readingFault(tensor);
    expect(code).toBe('malformed');
    expect(place.tensor).toBe('w');
    expect(message).toContain(
      `the sparse tensor 'w' ${expected}. The file is damaged; export it again.`,
    );
  });
});

describe('sparse tensors whose parts do not agree are refused when the file is opened', () => {
  const cases: readonly (readonly [string, SparseSpec, RegExp])[] = [
    [
      'fewer indices than values',
      sparse([2, 3], values(1, 2), places(1)),
      /has indices of shape 1 of int64 for 2 sparse values, where \[2\] or \[2, 2\] of int64 is expected/,
    ],
    [
      'coordinates of other axes',
      sparse([2, 3], values(1), coordinates([0, 0, 0])),
      /has indices of shape 1 x 3 of int64 for 1 sparse values, where \[1\] or \[1, 2\] of int64 is expected/,
    ],
    [
      'indices of another type',
      sparse([2, 3], values(1), { ...places(1), dtype: 'int32' }),
      /has indices of shape 1 of int32 for 1 sparse values/,
    ],
    [
      'values of two axes',
      sparse([2, 3], { ...values(1, 2), dims: [1, 2] }, places(1, 2)),
      /has sparse values of shape 1 x 2, where one axis is expected/,
    ],
    [
      'more values than the shape has room for',
      sparse([1, 1], values(1, 2), places(0, 1)),
      /has 2 sparse values, but its shape 1 x 1 has room for 1/,
    ],
    [
      'a shape beyond all numbers',
      sparse([2 ** 50, 2 ** 50], values(1), places(0)),
      /more values than any file can hold/,
    ],
    [
      'a negative axis',
      sparse([-2, 3], values(1), places(0)),
      /has the shape -2 x 3, whose axis 0 is negative/,
    ],
    [
      'values that are not all there',
      sparse([2, 3], { name: 'w', dims: [2], values: [1] }, places(0, 1)),
      /has 4 bytes of raw_data, where its shape 2 of float32 needs 8/,
    ],
  ];
  test.each(cases)('%s', (_, tensor, expected) => {
    const { message, place } = refusal(write(tensor));
    expect(message).toMatch(expected);
    expect(place.tensor).toBe('w');
  });

  const LENGTH = varintField(3, 4);
  const VALUES = bytesField(
    1,
    joined(varintField(1, 1), varintField(2, 1), bytesField(8, 'w'), float32Field(4, 1)),
  );
  const parts: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['no values', LENGTH, /the field .* ends without values, which a sparse tensor must have/],
    [
      'values twice',
      joined(VALUES, VALUES, LENGTH),
      /graph.sparse_initializer\[0\].values .*occurs twice in one sparse tensor/,
    ],
    [
      'no indices',
      joined(VALUES, LENGTH),
      /'w' .*has 1 sparse values, but no indices that say where they stand/,
    ],
    [
      'indices in a field for floats',
      joined(
        VALUES,
        bytesField(2, joined(varintField(1, 1), varintField(2, 7), float32Field(4, 0))),
        LENGTH,
      ),
      /'w' .*has its indices in a field for floating-point values/,
    ],
    [
      'more axes than are read',
      joined(VALUES, ...Array.from({ length: 65 }, () => varintField(3, 1))),
      /has more than 64 axes/,
    ],
  ];
  test.each(parts)('%s', (_, tensor, expected) => {
    const file = path.join(dir, `${++files}.onnx`);
    fs.writeFileSync(file, modelAround(bytesField(15, tensor)));
    expect(refusal(file).message).toMatch(expected);
  });
});

test('a few bytes that declare a thousand million elements are skipped, and never filled in', () => {
  const { weights, skipped } = openCheckpoint(
    write(sparse([31_623, 31_623], values(1), places(0))),
  );
  expect(weights).toEqual([]);
  expect(skipped[0]!.reason).toBe(
    'a sparse tensor of 1000014129 elements with its zeros (31623 x 31623); more than 268435456 are not filled in',
  );
});
