import { describe, expect, test } from 'vitest';
import type { NodeSpec, TensorSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { attention, BIAS, PROJECTION, QKV, SPLIT, W } from '../../../fixtures/projection.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { bandsReader } from './bandsOfW.ts';

const bandsOfW = bandsReader(tempFolder());

/** Reshape to `shape`, heads to the front, and each of three taken by `take`. */
const cutAfterReshape = (
  take: (index: number, output: string) => NodeSpec,
): readonly NodeSpec[] => [
  ...PROJECTION,
  op('Reshape', ['h', 'shape'], 'r'),
  op('Transpose', ['r'], 't', { perm: [2, 0, 3, 1, 4] }),
  take(0, 'a'),
  take(1, 'b1'),
  take(2, 'c'),
  ...attention('a', 'b1', 'c'),
];
const gather = (index: number, output: string): NodeSpec =>
  op('Gather', ['t', `i${index}`], output, { axis: 0 });
const INDICES = [integers('i0', 0), integers('i1', 1), integers('i2', -1)];

describe('a projection that attention takes as query, key and value has three parts', () => {
  const cases: readonly (readonly [string, readonly NodeSpec[], readonly TensorSpec[], string])[] =
    [
      [
        'by Split of the last axis',
        [...PROJECTION, SPLIT, ...attention('a', 'b1', 'c')],
        [W, BIAS],
        QKV,
      ],
      [
        'by Split, used in another order',
        [...PROJECTION, SPLIT, ...attention('c', 'a', 'b1')],
        [W, BIAS],
        'cols key 0+4 value 4+4 query 8+4',
      ],
      [
        'by Split into unequal parts, whose axis is told by their lengths',
        [
          ...PROJECTION,
          { ...SPLIT, inputs: ['h', 'sizes'], attributes: { axis: 2 } },
          ...attention('a', 'b1', 'c'),
        ],
        [W, BIAS, integers('sizes', 8, 2, 2)],
        'cols query 0+8 key 8+2 value 10+2',
      ],
      [
        'by Gemm with transB, as rows',
        [
          op('Gemm', ['x', 'w', 'b'], 'h', { transB: 1 }),
          { ...SPLIT, attributes: { axis: 1, split: [4, 4, 4] } },
          ...attention('a', 'b1', 'c'),
        ],
        [zeros('w', 12, 4), BIAS],
        'rows query 0+4 key 4+4 value 8+4',
      ],
      [
        'by Reshape, Transpose and Gather',
        cutAfterReshape(gather),
        [W, BIAS, integers('shape', 0, -1, 3, 2, 2), ...INDICES],
        QKV,
      ],
      [
        'by Reshape to a shape put together at run time, Transpose and Slice',
        [
          op('Shape', ['x'], 's'),
          op('Slice', ['s'], 'batch', { axes: [0], starts: [0], ends: [1] }),
          op('Gather', ['s', 'i1'], 'tokens'),
          op('Unsqueeze', ['tokens'], 'tokens1', { axes: [0] }),
          op('Concat', ['batch', 'tokens1', 'rest'], 'shape', { axis: 0 }),
          ...cutAfterReshape((k, output) =>
            op('Slice', ['t'], output, { axes: [0], starts: [k], ends: [k + 1] }),
          ),
        ],
        [W, BIAS, integers('rest', 3, 2, 2), ...INDICES],
        QKV,
      ],
      [
        'by slices of the last axis, one taken twice',
        [
          ...PROJECTION,
          ...[0, 1, 2].map((k) =>
            op('Slice', ['h'], ['a', 'b1', 'c'][k]!, {
              axes: [-1],
              starts: [4 * k],
              ends: [4 * k + 4],
            }),
          ),
          op('Slice', ['h'], 'again', { axes: [-1], starts: [0], ends: [4] }),
          op('Shape', ['h'], 'asked'),
          ...attention('a', 'b1', 'c'),
        ],
        [W, BIAS],
        QKV,
      ],
      [
        'into MultiHeadAttention',
        [
          ...PROJECTION,
          SPLIT,
          op('MultiHeadAttention', ['a', 'b1', 'c'], 'y', { num_heads: 2 }, 'com.microsoft'),
        ],
        [W, BIAS],
        QKV,
      ],
      [
        'of each head, by Reshape and Gather',
        [
          ...PROJECTION,
          op('Reshape', ['h', 'shape'], 'r'),
          ...['a', 'b1', 'c'].map((name, k) => op('Gather', ['r', `i${k}`], name, { axis: 3 })),
          ...attention('a', 'b1', 'c'),
        ],
        [W, BIAS, integers('shape', 0, -1, 2, 3, 2), ...INDICES],
        'cols query 0+2x2/6 key 2+2x2/6 value 4+2x2/6',
      ],
      [
        'of each group of heads that share key and value, by Slice',
        [
          ...PROJECTION,
          op('Reshape', ['h', 'shape'], 'r'),
          op('Slice', ['r'], 'a', { axes: [-2], starts: [0], ends: [-2] }),
          op('Slice', ['r'], 'b1', { axes: [-2], starts: [-2], ends: [-1] }),
          op('Slice', ['r'], 'c', { axes: [-2], starts: [-1], ends: [9] }),
          ...attention('a', 'b1', 'c'),
        ],
        [W, BIAS, integers('shape', 0, -1, 2, 6, 1)],
        'cols query 0+4x2/6 key 4+1x2/6 value 5+1x2/6',
      ],
      [
        'taken apart by MultiHeadAttention itself, head by head',
        [
          ...PROJECTION,
          op('Reshape', ['h', 'shape'], 'r'),
          op('MultiHeadAttention', ['r'], 'y', { num_heads: 2 }, 'com.microsoft'),
        ],
        [W, BIAS, integers('shape', 0, -1, 2, 3, 2)],
        'cols query 0+2x2/6 key 2+2x2/6 value 4+2x2/6',
      ],
      [
        'taken apart by PackedMultiHeadAttention',
        [
          ...PROJECTION,
          op('Reshape', ['h', 'shape'], 'r'),
          op('PackedMultiHeadAttention', ['r', '', ''], 'y', { num_heads: 4 }, 'com.microsoft'),
        ],
        [W, BIAS, integers('shape', -1, 4, 3, 1)],
        'cols query 0+1x4/3 key 1+1x4/3 value 2+1x4/3',
      ],
      [
        'key and value alone, taken apart by MultiHeadAttention',
        [
          ...PROJECTION,
          op('Reshape', ['h', 'shape'], 'r'),
          op('MultiHeadAttention', ['x', 'r'], 'y', { num_heads: 2 }, 'com.microsoft'),
        ],
        [W, BIAS, integers('shape', 0, -1, 2, 2, 3)],
        'cols key 0+3x2/6 value 3+3x2/6',
      ],
      [
        'taken apart by GroupQueryAttention',
        [
          ...PROJECTION,
          op(
            'GroupQueryAttention',
            ['h', '', '', '', '', 'lengths', 'total'],
            'y',
            { num_heads: 4, kv_num_heads: 1 },
            'com.microsoft',
          ),
        ],
        [W, BIAS],
        'cols query 0+8 key 8+2 value 10+2',
      ],
      [
        'with a cache of keys and positions turned in',
        [
          ...PROJECTION,
          SPLIT,
          op('Mul', ['a', 'cos'], 'a1'),
          op('Neg', ['a'], 'a2'),
          op('Add', ['a1', 'a2'], 'turned'),
          op('Concat', ['past', 'b1'], 'keys', { axis: 1 }),
          ...attention('turned', 'keys', 'c'),
        ],
        [W, BIAS],
        QKV,
      ],
    ];
  test.each(cases)('%s', (_, nodes, tensors, expected) => {
    expect(bandsOfW(nodes, tensors)).toBe(expected);
  });
});

describe('a projection stays whole', () => {
  const cases: readonly (readonly [string, readonly NodeSpec[], readonly TensorSpec[]])[] = [
    [
      'where its three parts are gates, not attention',
      [
        ...PROJECTION,
        SPLIT,
        op('Sigmoid', ['a'], 'update'),
        op('Mul', ['update', 'b1'], 'mixed'),
        op('Add', ['mixed', 'c'], 'state'),
        op('MatMul', ['state', 'v'], 'y'),
      ],
      [W, BIAS, zeros('v', 4, 4)],
    ],
    [
      'where there is no Softmax between the products',
      [
        ...PROJECTION,
        SPLIT,
        op('MatMul', ['a', 'b1'], 'scores'),
        op('MatMul', ['scores', 'c'], 'y'),
      ],
      [W, BIAS],
    ],
    [
      'where another axis than that of the outputs is taken apart',
      [
        ...PROJECTION,
        op('Transpose', ['h'], 'columns', { perm: [0, 2, 1] }),
        op('Reshape', ['columns', 'shape'], 'r'),
        ...['a', 'b1', 'c'].map((name, k) => op('Gather', ['r', `i${k}`], name, { axis: 2 })),
        ...attention('a', 'b1', 'c'),
      ],
      [W, BIAS, integers('shape', 0, 12, 3, 2, 2), ...INDICES],
    ],
    [
      'where MultiHeadAttention has another number of heads than its outputs',
      [
        ...PROJECTION,
        op('Reshape', ['h', 'shape'], 'r'),
        op('MultiHeadAttention', ['r'], 'y', { num_heads: 4 }, 'com.microsoft'),
      ],
      [W, BIAS, integers('shape', 0, -1, 2, 3, 2)],
    ],
    [
      'where it is the query alone of GroupQueryAttention',
      [
        ...PROJECTION,
        op(
          'GroupQueryAttention',
          ['h', 'x', 'x', '', '', 'lengths', 'total'],
          'y',
          { num_heads: 4, kv_num_heads: 1 },
          'com.microsoft',
        ),
      ],
      [W, BIAS],
    ],
    [
      'where one part is not taken',
      cutAfterReshape((k, output) => gather(Math.min(k, 1), output)),
      [W, BIAS, integers('shape', 0, -1, 3, 2, 2), ...INDICES],
    ],
    [
      'where the whole is taken too',
      [...PROJECTION, SPLIT, ...attention('a', 'b1', 'c'), op('Relu', ['h'], 'z')],
      [W, BIAS],
    ],
    [
      'where the axis of the cut is not known',
      [...PROJECTION, { ...SPLIT, attributes: { axis: 2 } }, ...attention('a', 'b1', 'c')],
      [W, BIAS],
    ],
    [
      'where it is cut along another axis',
      [...PROJECTION, { ...SPLIT, attributes: { axis: -2 } }, ...attention('a', 'b1', 'c')],
      [W, BIAS],
    ],
    [
      'where the lengths of the cut are computed',
      [...PROJECTION, { ...SPLIT, inputs: ['h', 'x'] }, ...attention('a', 'b1', 'c')],
      [W, BIAS],
    ],
    [
      'where what is added is no bias',
      [
        op('MatMul', ['x', 'w'], 'p'),
        op('Add', ['p', 'x'], 'h'),
        SPLIT,
        ...attention('a', 'b1', 'c'),
      ],
      [W],
    ],
    [
      'where another node multiplies by all of it',
      [...PROJECTION, SPLIT, ...attention('a', 'b1', 'c'), op('MatMul', ['z', 'w'], 'whole')],
      [W, BIAS],
    ],
  ];
  test.each(cases)('%s', (_, nodes, tensors) => {
    expect(bandsOfW(nodes, tensors)).toBe('whole');
  });

  test('where all of it is a result of the graph', () => {
    const nodes = [...PROJECTION, SPLIT, ...attention('a', 'b1', 'c')];
    expect(bandsOfW(nodes, [W, BIAS], ['y', 'h'])).toBe('whole');
    expect(bandsOfW(nodes, [W, BIAS])).toBe(QKV);
  });
});
