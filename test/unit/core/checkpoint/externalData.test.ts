import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { elementBytes, type ElementType } from '../../../fixtures/elementBytes.ts';
import { constant, matMul, writeOnnx, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { denseStorage } from './denseStorage.ts';
import { refusal } from './refusal.ts';

// Windows makes links only for administrators.
const testWithLinks = test.skipIf(process.platform === 'win32');

const root = tempFolder();
const dir = path.join(root, 'model');
const VALUES = [0, 1, -2, 3, 0.5, 96];
let files = 0;

beforeAll(() => {
  fs.mkdirSync(path.join(dir, 'parts'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'weights.bin'), elementBytes('float32', [...VALUES, ...VALUES]));
  fs.writeFileSync(path.join(dir, 'parts', 'w'), elementBytes('float32', VALUES));
  fs.writeFileSync(path.join(root, 'secret.bin'), elementBytes('float32', VALUES));
  fs.mkdirSync(path.join(dir, 'folder.bin'));
});

function model(external: Record<string, string>, dtype: ElementType = 'float32'): string {
  const tensor: TensorSpec = { name: 'w', dims: [2, 3], dtype, external };
  return writeOnnx(dir, `${++files}.onnx`, { initializers: [tensor], nodes: [matMul('w')] });
}

describe('external data is read from the file beside the model', () => {
  const places: readonly (readonly [string, Record<string, string>])[] = [
    ['from its start', { location: 'weights.bin' }],
    ['with a length', { location: 'weights.bin', length: '24' }],
    ['from an offset', { location: 'weights.bin', offset: '24' }],
    [
      'from an offset with a length and a checksum',
      { location: 'weights.bin', offset: '24', length: '24', checksum: 'abc' },
    ],
    ['in a folder below', { location: 'parts/w' }],
    ['by a path with a dot', { location: './parts/./w' }],
  ];
  test.each(places)('%s', (_, external) => {
    const [weight] = openCheckpoint(model(external)).weights;
    expect([...readValues(weight!.storage)]).toEqual(VALUES);
  });

  test('of any float type', () => {
    for (const dtype of ['float64', 'float16', 'bfloat16'] as const) {
      fs.writeFileSync(path.join(dir, `${dtype}.bin`), elementBytes(dtype, VALUES));
      const [weight] = openCheckpoint(model({ location: `${dtype}.bin` }, dtype)).weights;
      expect([...readValues(weight!.storage)]).toEqual(VALUES);
    }
  });

  test('beyond two gigabytes, without reading what lies before', () => {
    const offset = 5 * 2 ** 30;
    const descriptor = fs.openSync(path.join(dir, 'sparse.bin'), 'w');
    fs.writeSync(descriptor, elementBytes('float32', VALUES), 0, 24, offset);
    fs.closeSync(descriptor);
    const [weight] = openCheckpoint(
      model({ location: 'sparse.bin', offset: String(offset) }),
    ).weights;
    expect(denseStorage(weight!.storage).segments).toEqual([{ offset, bytes: 24 }]);
    expect([...readValues(weight!.storage)]).toEqual(VALUES);
  });

  test('of a Constant node', () => {
    const tensor = { name: 'w', dims: [2, 3], external: { location: 'weights.bin' } };
    const file = writeOnnx(dir, 'constant.onnx', { nodes: [constant(tensor), matMul('w')] });
    expect([...readValues(openCheckpoint(file).weights[0]!.storage)]).toEqual(VALUES);
  });

  testWithLinks('through a link that stays inside the folder', () => {
    fs.symlinkSync(path.join(dir, 'weights.bin'), path.join(dir, 'link.bin'));
    const [weight] = openCheckpoint(model({ location: 'link.bin' })).weights;
    expect([...readValues(weight!.storage)]).toEqual(VALUES);
  });

  testWithLinks(
    'when the model itself is opened through a link in another folder, beside that link',
    () => {
      const file = model({ location: 'weights.bin' });
      const elsewhere = path.join(root, 'elsewhere.onnx');
      fs.symlinkSync(file, elsewhere);
      expect(refusal(elsewhere).code).toBe('external-missing');
    },
  );
});

describe('external data that is not there, too short or elsewhere is refused', () => {
  const refusals: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
    [
      'missing',
      { location: 'nowhere.bin' },
      'external-missing',
      /is stored in .*nowhere\.bin, which does not exist/,
    ],
    ['a folder', { location: 'folder.bin' }, 'external-missing', /which is not a file/],
    [
      'too short',
      { location: 'weights.bin', offset: '28' },
      'external-short',
      /needs the bytes 28 to 52 of .*weights\.bin, which has only 48/,
    ],
    [
      'too short for its length',
      { location: 'weights.bin', length: '49' },
      'external-short',
      /needs the bytes 0 to 49 of/,
    ],
    [
      'an offset beyond the end',
      { location: 'weights.bin', offset: '1000000' },
      'external-short',
      /needs the bytes 1000000 to 1000024/,
    ],
    [
      'a length too short for the shape',
      { location: 'weights.bin', length: '20' },
      'short-data',
      /has 20 bytes of external data, where its shape 2 x 3 of float32 needs 24/,
    ],
    [
      'a length too long for the shape',
      { location: 'weights.bin', length: '48' },
      'malformed',
      /has 48 bytes of external data/,
    ],
    [
      'a parent folder',
      { location: '../secret.bin' },
      'external-outside',
      /the location "\.\.\/secret\.bin", outside the model's folder/,
    ],
    [
      'a parent folder further down',
      { location: 'parts/../../secret.bin' },
      'external-outside',
      /outside the model's folder/,
    ],
    [
      'a parent folder in Windows form',
      { location: '..\\secret.bin' },
      'external-outside',
      /outside the model's folder/,
    ],
    [
      'an absolute path',
      { location: '/etc/hostname' },
      'external-outside',
      /outside the model's folder/,
    ],
    [
      'a Windows drive',
      { location: 'C:\\secret.bin' },
      'external-outside',
      /outside the model's folder/,
    ],
    [
      'a drive-relative path',
      { location: 'C:secret.bin' },
      'external-outside',
      /outside the model's folder/,
    ],
    [
      'a network share',
      { location: '\\\\server\\share' },
      'external-outside',
      /outside the model's folder/,
    ],
    ['the folder itself', { location: '.' }, 'external-outside', /outside the model's folder/],
    ['no location', { offset: '0' }, 'malformed', /location of that file is not given/],
    ['a location with a zero byte', { location: 'weights.bin\0.txt' }, 'malformed', /no file name/],
    [
      'a negative offset',
      { location: 'weights.bin', offset: '-4' },
      'malformed',
      /offset "-4", where a number of bytes is expected/,
    ],
    [
      'an offset that is no number',
      { location: 'weights.bin', offset: '0x10' },
      'malformed',
      /offset "0x10"/,
    ],
    [
      'an offset beyond 2^53',
      { location: 'weights.bin', offset: '9'.repeat(20) },
      'malformed',
      /offset "9+"/,
    ],
  ];
  test.each(refusals)('%s', (_, external, code, message) => {
    const error = refusal(model(external));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.place).toMatchObject({ tensor: 'w' });
    expect(error.place.field).toMatch(/^graph\.initializer\[0\]/);
  });

  testWithLinks('a link that leads outside, whether to a file or through a folder', () => {
    fs.symlinkSync(path.join(root, 'secret.bin'), path.join(dir, 'out.bin'));
    fs.symlinkSync(root, path.join(dir, 'out'));
    for (const location of ['out.bin', 'out/secret.bin']) {
      const error = refusal(model({ location }));
      expect(error.code).toBe('external-outside');
      expect(error.message).toMatch(/a link to .*secret\.bin outside the model's folder/);
    }
  });
});
