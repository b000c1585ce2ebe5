import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { givenSamples } from '../../../../src/core/verify/givenSamples.ts';
import { readInputFiles } from '../../../../src/core/verify/inputFiles.ts';
import type { ModelValue } from '../../../../src/core/verify/modelRunner.ts';
import { asFloat64 } from '../../../../src/core/verify/tensorData.ts';
import { floatNpy, npyFile, zipFile } from '../../../fixtures/inputArchives.ts';
import { tensorProto, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const folder = tempFolder();

function file(name: string, bytes: Uint8Array | string): string {
  const place = path.join(folder, name);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.writeFileSync(place, bytes);
  return place;
}

const npz = (name: string, arrays: Readonly<Record<string, Buffer>>): string =>
  file(
    name,
    zipFile(Object.entries(arrays).map(([each, bytes]) => ({ name: `${each}.npy`, bytes }))),
  );

const protoFile = (name: string, spec: TensorSpec): string =>
  file(name, onnx.TensorProto.encode(tensorProto(spec)).finish());

const longs = (shape: readonly number[], ...values: number[]): Buffer =>
  npyFile({
    descr: '<i8',
    shape,
    bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  });

const X: ModelValue = { name: 'x', type: 'float32', shape: ['batch', 2] };
const IDS: ModelValue = { name: 'ids', type: 'int64', shape: ['batch', 3] };

function samplesOf(
  files: readonly string[],
  inputs: readonly ModelValue[] = [X],
  options: { limit?: number; rows?: boolean } = {},
) {
  const samples = givenSamples(readInputFiles(files), inputs, {
    limit: 100,
    rows: false,
    ...options,
  });
  return samples.map(({ label, inputs: each }) => [
    label,
    Object.fromEntries(
      Object.entries(each).map(([name, tensor]) => [
        name,
        [tensor.type, tensor.shape, [...asFloat64(tensor)]],
      ]),
    ),
  ]);
}

const x = (...values: number[]) => ({ x: ['float32', [1, 2], values] });

describe('inputs that are given', () => {
  it.each<[string, readonly string[]]>([
    ['.npy', [file('one.npy', floatNpy([1, 2], [1, 2]))]],
    ['.npz', [npz('one.npz', { x: floatNpy([1, 2], [1, 2]) })]],
    ['.json', [file('one.json', '{"x": [[1, 2]]}')]],
    ['.pb', [protoFile('input_0.pb', { name: 'x', dims: [1, 2], values: [1, 2] })]],
    [
      '.pb of typed fields',
      [
        protoFile('typed/input_0.pb', {
          name: '',
          dims: [1, 2],
          values: [1, 2],
          encoding: 'typed',
        }),
      ],
    ],
    [
      '.npy of float64',
      [
        file(
          'wide.npy',
          npyFile({
            descr: '<f8',
            shape: [1, 2],
            bytes: new Uint8Array(Float64Array.of(1, 2).buffer),
          }),
        ),
      ],
    ],
    ['.npy of integers', [file('whole.npy', longs([1, 2], 1, 2))]],
    ['NAME=FILE', [`x=${file('named.npy', floatNpy([1, 2], [1, 2]))}`]],
  ])('of one sample are read from %s', (_kind, files) => {
    const [[, inputs]] = samplesOf(files) as [[string, unknown]];
    expect(inputs).toEqual(x(1, 2));
  });

  it('hold a sample in each entry of an axis more', () => {
    const many = npz('many.npz', { x: floatNpy([3, 1, 2], [1, 2, 3, 4, 5, 6]) });
    expect(samplesOf([many])).toEqual([
      ['many.npz[0]', x(1, 2)],
      ['many.npz[1]', x(3, 4)],
      ['many.npz[2]', x(5, 6)],
    ]);
    expect(samplesOf([many], [X], { limit: 2 })).toHaveLength(2);
  });

  it('are one batch, or by rows a sample each', () => {
    const rows = npz('rows.npz', { x: floatNpy([2, 2], [1, 2, 3, 4]) });
    expect(samplesOf([rows])).toEqual([['rows.npz', { x: ['float32', [2, 2], [1, 2, 3, 4]] }]]);
    expect(samplesOf([rows], [X], { rows: true })).toEqual([
      ['rows.npz[0]', x(1, 2)],
      ['rows.npz[1]', x(3, 4)],
    ]);
  });

  it('share an array that has no axis of samples', () => {
    const both = npz('both.npz', {
      x: floatNpy([2, 1, 2], [1, 2, 3, 4]),
      ids: longs([1, 3], 7, 8, 9),
    });
    const ids = ['int64', [1, 3], [7, 8, 9]];
    expect(samplesOf([both], [X, IDS])).toEqual([
      ['both.npz[0]', { ...x(1, 2), ids }],
      ['both.npz[1]', { ...x(3, 4), ids }],
    ]);
  });

  it('are read from folders of ONNX test data in the order of their numbers, by place where names differ', () => {
    for (const k of [0, 1, 10]) {
      protoFile(`data/test_data_set_${k}/input_0.pb`, {
        name: 'old',
        dims: [1, 2],
        values: [k, k],
      });
      protoFile(`data/test_data_set_${k}/input_1.pb`, {
        name: '',
        dims: [1, 3],
        dtype: 'int64',
        values: [k, -k, 2 ** 40],
        encoding: 'typed',
      });
    }
    expect(samplesOf([path.join(folder, 'data')], [X, IDS])).toEqual(
      [0, 1, 10].map((k) => [
        `test_data_set_${k}`,
        { ...x(k, k), ids: ['int64', [1, 3], [k, k === 0 ? 0 : -k, 2 ** 40]] },
      ]),
    );
  });

  it('are a list of samples in JSON, which takes the types of the model', () => {
    const list = file(
      'list.json',
      '[{"x": [[1, 2]], "ids": [[1, 2, 3]]}, {"x": [[0.5, 2]], "ids": [[4, 5, 6]]}]',
    );
    expect(samplesOf([list], [X, IDS])).toEqual([
      ['list.json[0]', { ...x(1, 2), ids: ['int64', [1, 3], [1, 2, 3]] }],
      ['list.json[1]', { ...x(0.5, 2), ids: ['int64', [1, 3], [4, 5, 6]] }],
    ]);
  });

  const good = npz('good.npz', { x: floatNpy([1, 2], [1, 2]) });
  it.each<[string, readonly string[], readonly ModelValue[], RegExp]>([
    ['a file that is not there', ['nowhere.npz'], [X], /nowhere\.npz do not exist/],
    ['a file of another kind', [file('x.csv', '1,2')], [X], /x\.csv is not of a kind that is read/],
    [
      'a folder without test data',
      [fs.mkdtempSync(path.join(folder, 'empty'))],
      [X],
      /holds no ONNX test data/,
    ],
    ['an empty file', [file('empty.pb', '')], [X], /empty\.pb is empty/],
    [
      'a .pb that is none',
      [file('text.pb', 'some text, no tensor')],
      [X],
      /text\.pb.*one tensor of ONNX test data/,
    ],
    [
      'a .pb whose bytes do not fit',
      [protoFile('short.pb', { name: 'x', dims: [1, 2], raw: new Uint8Array(4) })],
      [X],
      /short\.pb.*raw_data/,
    ],
    [
      'a .pb that declares more than is read',
      [protoFile('huge.pb', { name: 'x', dims: [100_000, 100_000] })],
      [X],
      /declares 40000000000 bytes/,
    ],
    ['a .npz of no arrays', [npz('none.npz', {})], [X], /holds no arrays/],
    [
      'a .npz of other files',
      [file('other.npz', zipFile([{ name: 'readme.txt', bytes: Buffer.from('hi') }]))],
      [X],
      /readme\.txt in .*is no array/,
    ],
    ['text that is no JSON', [file('bad.json', '{')], [X], /bad\.json is not JSON/],
    [
      'ragged lists',
      [file('ragged.json', '{"x": [[1, 2], [3]]}')],
      [X],
      /ragged.*has 1 entries, another 2/,
    ],
    [
      'words',
      [file('words.json', '{"x": [["a", 2]]}')],
      [X],
      /holds "a" where a number is expected/,
    ],
    ['a list of numbers', [file('numbers.json', '[1, 2]')], [X], /sample 0 is not an object/],
    ['no samples', [file('nolist.json', '[]')], [X], /empty list/],
    [
      'an input that is missing',
      [good],
      [X, IDS],
      /input 'ids' is missing. It takes 'x', 'ids'; given are 'x'/,
    ],
    [
      'a name that is no input',
      [npz('more.npz', { x: floatNpy([1, 2], [1, 2]), y: floatNpy([1], [1]) })],
      [X],
      /no input for it called 'y'/,
    ],
    [
      'an axis of another length',
      [npz('three.npz', { x: floatNpy([1, 3], [1, 2, 3]) })],
      [X],
      /shape \[1, 3\], but the input 'x' takes \[batch, 2\]: axis 1 must be 2, not 3/,
    ],
    ['too few axes', [npz('flat.npz', { x: floatNpy([2], [1, 2]) })], [X], /2 axes are expected/],
    ['no entries', [npz('zero.npz', { x: floatNpy([0, 1, 2], []) })], [X], /holds no samples/],
    [
      'batches that differ',
      [npz('batches.npz', { x: floatNpy([1, 2], [1, 2]), ids: longs([2, 3], 1, 2, 3, 4, 5, 6) })],
      [X, IDS],
      /'batch' is 1 in another input and 2 here/,
    ],
    [
      'numbers of samples that differ',
      [
        npz('counts.npz', {
          x: floatNpy([2, 1, 2], [1, 2, 3, 4]),
          ids: longs([3, 1, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9),
        }),
      ],
      [X, IDS],
      /'x' 2, 'ids' 3/,
    ],
    [
      'floats for integers',
      [npz('floats.npz', { ids: floatNpy([1, 3], [1, 2, 3]) })],
      [IDS],
      /is of float32, but the input 'ids' takes int64/,
    ],
    [
      'integers that do not fit',
      [npz('large.npz', { k: longs([1], 300) })],
      [{ name: 'k', type: 'uint8', shape: [1] }],
      /holds 300, which uint8 cannot hold/,
    ],
    [
      'an array given twice',
      [`x=${path.join(folder, 'one.npy')}`, `x=${path.join(folder, 'named.npy')}`],
      [X],
      /'x' is given twice/,
    ],
    [
      'arrays beside archives',
      [good, path.join(folder, 'one.npy')],
      [X],
      /cannot be given together/,
    ],
    ['a name for an archive', [`x=${good}`], [X], /only a \.npy or \.pb file/],
  ])('with %s are refused', (_what, files, inputs, message) => {
    expect(() => samplesOf(files, inputs)).toThrow(message);
  });
});
