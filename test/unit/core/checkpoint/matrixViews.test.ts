import { describe, expect, test } from 'vitest';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';

function weight(shape: readonly number[], more: Partial<Weight> = {}): Weight {
  const parameters = shape.reduce((all, each) => all * each, 1);
  return {
    id: 'w',
    name: 'w',
    tensor: 'w',
    op: 'MatMul',
    role: 'linear',
    orientation: 'in-out',
    dtype: 'float32',
    shape,
    rowAxes: 1,
    parameters,
    groups: 1,
    consumers: [],
    storage: {
      file: 'f',
      tensor: 'w',
      dtype: 'float32',
      elements: parameters,
      encoding: 'raw',
      segments: [{ offset: 0, bytes: 4 * parameters }],
    },
    ...more,
  };
}

const conv = (shape: readonly number[], groups = 1): Weight =>
  weight(shape, { role: 'conv', orientation: 'conv', op: 'Conv', groups });

/** Every matrix of a view as the row-major indices of its elements in the tensor. */
function elements(of: Weight, mode: 'robust' | 'compat'): number[][][] {
  return matrixViews(of, mode).parts.flatMap(({ view }) =>
    view.offsets.map((offset) =>
      Array.from({ length: view.rows }, (_, i) =>
        Array.from(
          { length: view.cols },
          (_, j) => offset + i * view.rowStride + j * view.colStride,
        ),
      ),
    ),
  );
}

describe('a linear weight is one matrix as stored', () => {
  test.each(['robust', 'compat'] as const)('in %s mode', (mode) => {
    const { parts, reason } = matrixViews(weight([2, 3]), mode);
    expect(reason).toBe('');
    expect(parts).toEqual([
      {
        part: '',
        kind: 'matrix',
        view: { rows: 2, cols: 3, rowStride: 3, colStride: 1, offsets: [0] },
      },
    ]);
  });

  test('joined axes are rows or columns together', () => {
    expect(elements(weight([2, 2, 3], { rowAxes: 2 }), 'robust')).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11],
      ],
    ]);
    expect(matrixViews(weight([2, 2, 3], { rowAxes: 1 }), 'robust').parts[0]!.view).toMatchObject({
      rows: 2,
      cols: 6,
    });
  });

  test('a vector has no spectrum worth the name in robust mode, and one value in compat mode', () => {
    expect(matrixViews(weight([1, 9]), 'robust')).toEqual({
      parts: [],
      reason: 'a 1 x 9 matrix is a vector, whose only singular value is its norm',
    });
    expect(matrixViews(weight([9, 1]), 'robust').parts).toEqual([]);
    expect(matrixViews(weight([1, 9]), 'compat').parts).toHaveLength(1);
  });
});

describe('a convolution', () => {
  test('is flattened in robust mode', () => {
    expect(elements(conv([2, 2, 1, 3]), 'robust')).toEqual([
      [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
      ],
    ]);
  });

  test('is one matrix for each group in robust mode', () => {
    const { parts } = matrixViews(conv([4, 1, 2], 2), 'robust');
    expect(parts.map(({ part, kind }) => [part, kind])).toEqual([
      ['group 1', 'flattened'],
      ['group 2', 'flattened'],
    ]);
    expect(elements(conv([4, 1, 2], 2), 'robust')).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [
        [4, 5],
        [6, 7],
      ],
    ]);
  });

  test('is its pooled slices in compat mode, and groups are not seen', () => {
    const { parts } = matrixViews(conv([4, 2, 1, 2], 2), 'compat');
    expect(parts.map(({ part, kind }) => [part, kind])).toEqual([['', 'slices']]);
    expect(elements(conv([2, 2, 1, 2]), 'compat')).toEqual([
      [
        [0, 2],
        [4, 6],
      ],
      [
        [1, 3],
        [5, 7],
      ],
    ]);
    expect(elements(conv([2, 2, 2]), 'compat')).toEqual(elements(conv([2, 2, 1, 2]), 'compat'));
  });

  test('whose kernel is larger than its channels is sliced as WeightWatcher does, the other way round', () => {
    expect(matrixViews(conv([2, 1, 2, 3]), 'compat').parts[0]!.view).toEqual({
      rows: 2,
      cols: 3,
      rowStride: 3,
      colStride: 1,
      offsets: [0, 6],
    });
    expect(matrixViews(conv([3, 2, 2, 3]), 'compat').parts[0]!.view.offsets).toHaveLength(6);
  });

  test('every element belongs to exactly one place of one matrix', () => {
    for (const mode of ['robust', 'compat'] as const)
      for (const of of [
        conv([6, 2, 3, 3]),
        conv([6, 2, 3, 3], 3),
        conv([4, 3, 5]),
        conv([2, 2, 5, 5]),
      ]) {
        const all = elements(of, mode)
          .flat(2)
          .sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: of.parameters }, (_, k) => k));
      }
  });

  const vectors: readonly (readonly [Weight, RegExp])[] = [
    [
      conv([8, 1, 3, 3], 8),
      /^a depthwise convolution: each of its 8 filters is a vector of 9 values/,
    ],
    [conv([1, 64, 1, 1]), /^each of its matrices is a vector of 64 values/],
    [conv([64, 1, 1, 1]), /^each of its matrices is a vector of 64 values/],
  ];
  test.each(vectors)('that is made of vectors has no matrix in robust mode %#', (of, reason) => {
    const views = matrixViews(of, 'robust');
    expect(views.parts).toEqual([]);
    expect(views.reason).toMatch(reason);
    expect(matrixViews(of, 'compat').parts).toHaveLength(1);
  });

  test('from one channel is a matrix', () => {
    expect(matrixViews(conv([8, 1, 3, 3]), 'robust').parts[0]!.view).toMatchObject({
      rows: 8,
      cols: 9,
    });
  });
});
