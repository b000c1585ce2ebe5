import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { matMul, writeOnnx, type ModelSpec, type NodeSpec } from '../../../fixtures/onnxModel.ts';
import { op, zeros } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

function open(model: ModelSpec): Checkpoint {
  return openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
}

/** Why the one tensor `w` of a model is skipped. */
function reasonOfW(nodes: readonly NodeSpec[], dims: readonly number[]): string {
  const { skipped } = open({ nodes, initializers: [zeros('w', ...dims)] });
  return skipped.find(({ tensor }) => tensor === 'w')!.reason;
}

describe('what is no weight matrix is skipped with a reason in words', () => {
  const cases: readonly (readonly [string, readonly NodeSpec[], readonly number[], RegExp])[] = [
    [
      'a bias',
      [op('Add', ['x', 'w'], 'y')],
      [5],
      /^a vector of 5 values \(a bias or scale\), not a matrix$/,
    ],
    ['a number', [op('Mul', ['x', 'w'], 'y')], [], /^a single number, not a matrix$/],
    ['an unused tensor', [], [3, 5], /^no node uses it$/],
    [
      'columns that Gather takes',
      [op('Gather', ['w', 'x'], 'y', { axis: 1 })],
      [9, 5],
      /^a tensor of shape 9 x 5 that Gather takes entries of along axis 1/,
    ],
    [
      'a cache of keys that MultiHeadAttention takes',
      [op('MultiHeadAttention', ['q', 'k', 'v', '', '', '', 'w'], 'y', {}, 'com.microsoft')],
      [1, 2, 3, 4],
      /^an input of MultiHeadAttention \(data, biases, positions or a cache\); its projections/,
    ],
    [
      'the probabilities of experts',
      [op('MoE', ['x', 'w', 'f', '', 'g'], 'y', {}, 'com.microsoft')],
      [5, 3],
      /^the probabilities by which MoE chooses experts, not a weight$/,
    ],
    [
      'the biases of experts',
      [op('MoE', ['x', 'p', 'f', 'w', 'g'], 'y', {}, 'com.microsoft')],
      [3, 5],
      /^the biases of the experts of MoE$/,
    ],
    [
      'a table of single values',
      [op('Gather', ['w', 'x'], 'y')],
      [9, 1],
      /^a table of shape 9 x 1 that Gather looks single values up in$/,
    ],
    [
      'a tensor of which Gather takes matrices',
      [op('Gather', ['w', 'x'], 'y')],
      [9, 5, 2],
      /only the rows of a matrix are an embedding$/,
    ],
    [
      'a table whose single values are taken',
      [op('GatherND', ['w', 'x'], 'y')],
      [9, 5],
      /^a table that GatherND takes single values out of/,
    ],
    ['the biases of an LSTM', [op('LSTM', ['x', 'v', 'r', 'w'], 'y')], [2, 64], /^the biases of/],
    [
      'the peephole weights of an LSTM',
      [op('LSTM', ['x', 'v', 'r', '', '', '', '', 'w'], 'y')],
      [2, 24],
      /^the peephole weights of LSTM/,
    ],
    [
      'the initial state of a GRU',
      [op('GRU', ['x', 'v', 'r', '', '', 'w'], 'y')],
      [2, 4, 8],
      /^the initial state/,
    ],
    [
      'an LSTM whose rows are no four gates',
      [op('LSTM', ['x', 'w'], 'y')],
      [1, 10, 5],
      /^gate weights of LSTM of shape 1 x 10 x 5, which is not \[directions, 4 gates of rows, columns\]$/,
    ],
    [
      'an LSTM of three directions',
      [op('LSTM', ['x', 'w'], 'y')],
      [3, 8, 5],
      /^gate weights of LSTM of shape 3 x 8 x 5/,
    ],
    [
      'a GRU whose weight is cut, but not joined whole',
      [op('Slice', ['w'], 't'), op('Concat', ['t', 't'], 'u'), op('GRU', ['x', 'u'], 'y')],
      [9, 5],
      /^changed by Concat before GRU takes it/,
    ],
    [
      'Conv 4-D',
      [op('Conv', ['x', 'w'], 'y')],
      [4, 3, 2, 2, 2, 2],
      /^the kernel of a convolution over 4 axes/,
    ],
    [
      'groups that do not divide a transposed convolution',
      [op('ConvTranspose', ['x', 'w'], 'y', { group: 2 })],
      [3, 4, 2, 2],
      /^ConvTranspose has 2 groups, which do not divide its 3 inputs$/,
    ],
    [
      'an Einsum that multiplies element by element',
      [op('Einsum', ['x', 'w'], 'y', { equation: 'bij,ij->bij' })],
      [3, 5],
      /^an operand of the Einsum 'bij,ij->bij', which does not multiply by it as a matrix$/,
    ],
    [
      'an Einsum that takes a diagonal',
      [op('Einsum', ['x', 'w'], 'y', { equation: 'bi,ii->b' })],
      [5, 5],
      /^an operand of the Einsum 'bi,ii->b', which does not say/,
    ],
    [
      'an Einsum that only sums an axis',
      [op('Einsum', ['x', 'w'], 'y', { equation: 'bi,ij->b' })],
      [3, 5],
      /does not say what becomes of its axes/,
    ],
    [
      'an Einsum with an ellipsis in the weight',
      [op('Einsum', ['x', 'w'], 'y', { equation: 'bi,...i->b...' })],
      [3, 5],
      /^an operand of the Einsum 'bi,...i->b...', which does not say/,
    ],
    [
      'an Einsum whose contracted axes are not stored side by side',
      [op('Einsum', ['x', 'w'], 'y', { equation: 'bac,aoc->bo' })],
      [3, 5, 2],
      /for which it is not stored as one matrix$/,
    ],
    [
      'an Einsum without an equation',
      [op('Einsum', ['x', 'w'], 'y')],
      [3, 5],
      /^an operand of an Einsum without an equation$/,
    ],
    [
      'packed weights of other widths than the matrix has',
      [op('Attention', ['x', 'w'], 'y', { qkv_hidden_sizes: [4, 4, 5] }, 'com.microsoft')],
      [6, 12],
      /^packed weights of Attention of shape 6 x 12, whose columns are not those of query, key and value$/,
    ],
    [
      'groups that do not divide',
      [op('Conv', ['x', 'w'], 'y', { group: 3 })],
      [4, 3, 2, 2],
      /^Conv has 3 groups, which do not divide its 4 outputs$/,
    ],
    ['an operand', [op('Mul', ['x', 'w'], 'y')], [3, 5], /^an operand of Mul/],
    ['the bias of Gemm', [op('Gemm', ['x', 'v', 'w'], 'y')], [3, 5], /^the bias of Gemm$/],
    [
      'weights that are quantised on the way',
      [op('QuantizeLinear', ['w', 's'], 't')],
      [3, 5],
      /^a scale, zero point or operand of QuantizeLinear, not a matrix of weights$/,
    ],
    [
      'an operator of a custom domain',
      [op('MatMul', ['x', 'w'], 'y', {}, 'acme')],
      [3, 5],
      /^an input of MatMul \(acme\), which is not a matrix product/,
    ],
    [
      'a sliced weight',
      [op('Slice', ['w'], 't'), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      /^changed by Slice before MatMul takes it/,
    ],
    [
      'a Reshape known at run time',
      [op('Reshape', ['w', 'x'], 't'), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      /known only when the model runs/,
    ],
    [
      'Cast to an integer type',
      [op('Cast', ['w'], 't', { to: 7 }), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      /^cast to a type/,
    ],
    [
      'a permuted kernel',
      [op('Transpose', ['w'], 't', { perm: [3, 2, 0, 1] }), op('Conv', ['x', 't'], 'y')],
      [3, 3, 4, 8],
      /reordered before Conv/,
    ],
    [
      'an empty tensor',
      [op('Resize', ['x', 'w'], 'y')],
      [0, 5],
      /^holds no values \(its shape is 0 x 5\)$/,
    ],
    [
      'normalisation',
      [op('LayerNormalization', ['x', 'w'], 'y')],
      [3, 5],
      /^scale, shift or statistics of LayerNormalization$/,
    ],
  ];
  test.each(cases)('%s', (_, nodes, dims, expected) => {
    expect(reasonOfW(nodes, dims)).toMatch(expected);
  });

  test('a weight that is only a result', () => {
    const { skipped } = open({ initializers: [zeros('w', 3, 5)], outputs: ['w'] });
    expect(skipped[0]!.reason).toBe('no node takes it; the graph only hands it out as a result');
  });

  test('element types that are no floats', () => {
    const { skipped } = open({
      initializers: [
        { name: 'i', dims: [2, 2], dtype: 'int64', values: [1, 2, 3, 4] },
        { name: 'q', dims: [2, 2], dtype: 'int8', values: [1, 2, 3, 4] },
        { name: 'b', dims: [2], dtype: 'bool', values: [1, 0] },
      ],
      nodes: [op('DequantizeLinear', ['q', 's'], 'y'), matMul('y'), op('Gather', ['x', 'i'], 'z')],
    });
    expect(skipped.map(({ tensor, dtype, reason }) => [tensor, dtype, reason])).toEqual([
      ['i', 'int64', 'int64: integers such as indices or shapes, not weights'],
      [
        'q',
        'int8',
        'quantised values whose scale (DequantizeLinear) is known only when the model runs',
      ],
      ['b', 'bool', 'bool: true and false, not weights'],
    ]);
  });

  test('sparse initialisers, attributes that are no constants, and training graphs', () => {
    const { weights, skipped } = open({
      sparse: [
        {
          values: { name: 'sp', dims: [2], values: [1, 2] },
          indices: { name: '', dims: [2], dtype: 'int64', values: [0, 3] },
          dims: [2, 2],
        },
      ],
      nodes: [
        op('ConstantOfShape', ['x'], 'y', { value: { tensor: zeros('', 1) } }),
        op('Odd', ['x'], 'z', { tables: { tensors: [zeros('a', 2, 2), zeros('b', 2, 2)] } }),
        op('Constant', [], 'c', {
          sparse_value: {
            sparse: {
              values: { name: 'sv', dims: [1], values: [1] },
              indices: { name: '', dims: [1], dtype: 'int64', values: [0] },
              dims: [2],
            },
          },
        }),
      ],
    });
    expect(weights).toHaveLength(0);
    expect(skipped.map(({ tensor, reason }) => `${tensor}: ${reason}`)).toEqual([
      'ConstantOfShape #1/value: an attribute of ConstantOfShape, not a weight',
      'a: an attribute of Odd, not a weight',
      'b: an attribute of Odd, not a weight',
      'c: no node uses it',
      'c.indices: indices of a sparse tensor, not weights',
      'sp: no node uses it',
      'sp.indices: indices of a sparse tensor, not weights',
    ]);
  });
});
