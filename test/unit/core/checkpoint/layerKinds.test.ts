import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint.ts';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { writeOnnx, type ModelSpec, type NodeSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

function open(model: ModelSpec): Checkpoint {
  return openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
}

/** `role orientation`, and the parts `name: rows x cols @ first element / row stride`, or why there are none. */
function viewsOfW(
  nodes: readonly NodeSpec[],
  dims: readonly number[],
  mode: 'robust' | 'compat' = 'robust',
): readonly string[] {
  const { weights } = open({ nodes, initializers: [zeros('w', ...dims)] });
  const weight = weights.find(({ tensor }) => tensor === 'w')!;
  const { parts, reason } = matrixViews(weight, mode);
  return [
    `${weight.role} ${weight.orientation}`,
    ...parts.map(({ part, view: { rows, cols, offsets, rowStride } }) =>
      `${part}: ${rows} x ${cols} @ ${offsets.join()} / ${rowStride}`.replace(/^: /, ''),
    ),
    ...(reason === '' ? [] : [reason]),
  ];
}

type Case = readonly [
  what: string,
  node: NodeSpec,
  dims: readonly number[],
  robust: readonly string[],
  compat: readonly string[],
];

const LEFT_OUT =
  'the gates of a recurrent layer in one tensor of 3 axes, which WeightWatcher leaves out';

const RECURRENT: readonly Case[] = [
  [
    'LSTM, W',
    op('LSTM', ['x', 'w', 'r'], 'y'),
    [1, 8, 5],
    [
      'recurrent out-in',
      'forward, gate i: 2 x 5 @ 0 / 5',
      'forward, gate o: 2 x 5 @ 10 / 5',
      'forward, gate f: 2 x 5 @ 20 / 5',
      'forward, gate c: 2 x 5 @ 30 / 5',
    ],
    ['recurrent out-in', LEFT_OUT],
  ],
  [
    'GRU, R, both directions',
    op('GRU', ['x', 'v', 'w'], 'y', { direction: 'bidirectional' }),
    [2, 6, 2],
    [
      'recurrent out-in',
      'forward, gate z: 2 x 2 @ 0 / 2',
      'forward, gate r: 2 x 2 @ 4 / 2',
      'forward, gate h: 2 x 2 @ 8 / 2',
      'backward, gate z: 2 x 2 @ 12 / 2',
      'backward, gate r: 2 x 2 @ 16 / 2',
      'backward, gate h: 2 x 2 @ 20 / 2',
    ],
    ['recurrent out-in', LEFT_OUT],
  ],
  [
    'RNN, W, backward',
    op('RNN', ['x', 'w', 'r'], 'y', { direction: 'reverse' }),
    [1, 3, 4],
    ['recurrent out-in', 'backward: 3 x 4 @ 0 / 4'],
    ['recurrent out-in', LEFT_OUT],
  ],
  [
    'LSTM of one unit, whose gates are vectors',
    op('LSTM', ['x', 'w', 'r'], 'y'),
    [1, 4, 5],
    [
      'recurrent out-in',
      'each of its matrices is a vector of 5 values, whose only singular value is its norm',
    ],
    ['recurrent out-in', LEFT_OUT],
  ],
];

const CONVOLUTIONS: readonly Case[] = [
  [
    'Conv 3-D',
    op('Conv', ['x', 'w'], 'y'),
    [4, 3, 1, 2, 2],
    ['conv conv', '4 x 12 @ 0 / 12'],
    ['conv conv', 'a kernel over 3 axes, which WeightWatcher leaves out'],
  ],
  [
    'ConvTranspose',
    op('ConvTranspose', ['x', 'w'], 'y'),
    [4, 3, 1, 2],
    ['conv conv-transpose', '4 x 6 @ 0 / 6'],
    ['conv conv-transpose', '4 x 3 @ 0,1 / 6'],
  ],
  [
    'ConvTranspose 1-D in groups',
    op('ConvTranspose', ['x', 'w'], 'y', { group: 2 }),
    [4, 3, 2],
    ['conv conv-transpose', 'group 1: 2 x 6 @ 0 / 6', 'group 2: 2 x 6 @ 12 / 6'],
    ['conv conv-transpose', '4 x 3 @ 0,1 / 6'],
  ],
  [
    'depthwise ConvTranspose',
    op('ConvTranspose', ['x', 'w'], 'y', { group: 4 }),
    [4, 1, 1, 2],
    [
      'conv conv-transpose',
      'a depthwise convolution: each of its 4 filters is a vector of 2 values, whose only singular value is its norm',
    ],
    ['conv conv-transpose', '4 x 1 @ 0,1 / 2'],
  ],
];

const TABLES: readonly Case[] = [
  [
    'Gather',
    op('Gather', ['w', 'x'], 'y'),
    [9, 5],
    ['embedding in-out', '9 x 5 @ 0 / 5'],
    ['embedding in-out', '9 x 5 @ 0 / 5'],
  ],
  [
    'the words of EmbedLayerNormalization',
    op('EmbedLayerNormalization', ['x', '', 'w'], 'y', {}, 'com.microsoft'),
    [9, 5],
    ['embedding in-out', '9 x 5 @ 0 / 5'],
    ['embedding in-out', '9 x 5 @ 0 / 5'],
  ],
];

const PRODUCTS: readonly Case[] = [
  [
    'a batch on the right of MatMul',
    op('MatMul', ['x', 'w'], 'y'),
    [2, 3, 5],
    ['linear in-out', 'batch 1: 3 x 5 @ 0 / 5', 'batch 2: 3 x 5 @ 15 / 5'],
    ['linear in-out', 'a batch of matrices (2 x 3 x 5), which WeightWatcher does not take apart'],
  ],
  [
    'a batch over two axes',
    op('MatMul', ['w', 'x'], 'y'),
    [1, 2, 3, 5],
    ['linear out-in', 'batch 1: 3 x 5 @ 0 / 5', 'batch 2: 3 x 5 @ 15 / 5'],
    [
      'linear out-in',
      'a batch of matrices (1 x 2 x 3 x 5), which WeightWatcher does not take apart',
    ],
  ],
  [
    'a batch of more than is analyzed',
    op('MatMul', ['x', 'w'], 'y'),
    [65_537, 2, 2],
    ['linear in-out', '65537 matrices are more than are analyzed'],
    [
      'linear in-out',
      'a batch of matrices (65537 x 2 x 2), which WeightWatcher does not take apart',
    ],
  ],
  [
    'packed weights of Attention',
    op('Attention', ['x', 'w', 'b'], 'y', { num_heads: 1 }, 'com.microsoft'),
    [4, 6],
    ['linear in-out', 'query: 4 x 2 @ 0 / 6', 'key: 4 x 2 @ 2 / 6', 'value: 4 x 2 @ 4 / 6'],
    ['linear in-out', '4 x 6 @ 0 / 6'],
  ],
  [
    'packed weights of DecoderMaskedSelfAttention',
    op('DecoderMaskedSelfAttention', ['x', 'w', 'b'], 'y', { num_heads: 1 }, 'com.microsoft'),
    [4, 6],
    ['linear in-out', 'query: 4 x 2 @ 0 / 6', 'key: 4 x 2 @ 2 / 6', 'value: 4 x 2 @ 4 / 6'],
    ['linear in-out', '4 x 6 @ 0 / 6'],
  ],
  [
    'the second layer of MoE',
    op('MoE', ['x', 'p', 'v', '', 'w'], 'y', {}, 'com.microsoft'),
    [2, 3, 5],
    ['linear out-in', 'expert 1: 3 x 5 @ 0 / 5', 'expert 2: 3 x 5 @ 15 / 5'],
    ['linear out-in', 'a batch of matrices (2 x 3 x 5), which WeightWatcher does not take apart'],
  ],
  [
    'the first layer of MoE, with the halves of a SwiGLU one after the other',
    op(
      'MoE',
      ['x', 'p', 'w', '', 'v'],
      'y',
      { activation_type: 'swiglu', swiglu_fusion: 2 },
      'com.microsoft',
    ),
    [1, 4, 5],
    [
      'linear out-in',
      'expert 1, first half: 2 x 5 @ 0 / 5',
      'expert 1, second half: 2 x 5 @ 10 / 5',
    ],
    ['linear out-in', '4 x 5 @ 0 / 5'],
  ],
  [
    'a batch of experts on the right of MatMul',
    { ...op('MatMul', ['x', 'w'], 'y'), name: '/layers.0/mlp/experts/MatMul' },
    [2, 3, 5],
    ['linear in-out', 'expert 1: 3 x 5 @ 0 / 5', 'expert 2: 3 x 5 @ 15 / 5'],
    ['linear in-out', 'a batch of matrices (2 x 3 x 5), which WeightWatcher does not take apart'],
  ],
  [
    'a batch inside of one expert',
    { ...op('MatMul', ['x', 'w'], 'y'), name: '/layers.0/mlp/experts.3/MatMul' },
    [2, 3, 5],
    ['linear in-out', 'batch 1: 3 x 5 @ 0 / 5', 'batch 2: 3 x 5 @ 15 / 5'],
    ['linear in-out', 'a batch of matrices (2 x 3 x 5), which WeightWatcher does not take apart'],
  ],
  [
    'packed weights of unequal widths',
    op('Attention', ['x', 'w'], 'y', { qkv_hidden_sizes: [2, 2, 3] }, 'com.microsoft'),
    [4, 7],
    ['linear in-out', 'query: 4 x 2 @ 0 / 7', 'key: 4 x 2 @ 2 / 7', 'value: 4 x 3 @ 4 / 7'],
    ['linear in-out', '4 x 7 @ 0 / 7'],
  ],
];

describe.each([
  ['recurrent layers', RECURRENT],
  ['convolutions', CONVOLUTIONS],
  ['tables', TABLES],
  ['products', PRODUCTS],
])('%s', (_, cases) => {
  test.each(cases)('%s', (__, node, dims, robust, compat) => {
    expect(viewsOfW([node], dims)).toEqual(robust);
    expect(viewsOfW([node], dims, 'compat')).toEqual(compat);
  });
});

describe('an Einsum multiplies by a matrix where its equation says so', () => {
  const cases: readonly (readonly [string, readonly number[], readonly string[]])[] = [
    ['bi,ij->bj', [3, 5], ['linear in-out', '3 x 5 @ 0 / 5']],
    ['bi, oi -> bo', [3, 5], ['linear out-in', '3 x 5 @ 0 / 5']],
    ['bi,io', [3, 5], ['linear in-out', '3 x 5 @ 0 / 5']],
    ['...i,io->...o', [3, 5], ['linear in-out', '3 x 5 @ 0 / 5']],
    ['bqi,ihd->bhqd', [6, 2, 3], ['linear in-out', '6 x 6 @ 0 / 6']],
    ['bhqd,hdo->bqo', [2, 3, 5], ['linear in-out', '6 x 5 @ 0 / 5']],
    ['bhqd,dho->bqo', [3, 2, 5], ['linear in-out', '6 x 5 @ 0 / 5']],
    [
      'bei,eio->beo',
      [2, 3, 5],
      ['linear in-out', 'batch 1: 3 x 5 @ 0 / 5', 'batch 2: 3 x 5 @ 15 / 5'],
    ],
  ];
  test.each(cases)('%s', (equation, dims, expected) => {
    expect(viewsOfW([op('Einsum', ['x', 'w'], 'y', { equation })], dims)).toEqual(expected);
  });
});

describe('an LSTM whose gates are cut out and joined in another order', () => {
  const cut = (name: string, start: number, end: number): readonly NodeSpec[] => [
    op('Slice', ['w'], name, { axes: [0], starts: [start], ends: [end] }),
  ];
  const joined = (pieces: readonly string[], axis = 0): readonly NodeSpec[] => [
    op('Concat', pieces, 'j', { axis }),
    op('Unsqueeze', ['j'], 'u', { axes: [0] }),
    op('LSTM', ['x', 'u', 'r'], 'y'),
  ];

  test('has them where they are stored, as PyTorch writes them', () => {
    const nodes = [
      ...cut('i', 0, 2),
      ...cut('o', 6, 8),
      ...cut('fc', 2, 6),
      ...joined(['i', 'o', 'fc']),
    ];
    expect(viewsOfW(nodes, [8, 5])).toEqual([
      'recurrent out-in',
      'forward, gate i: 2 x 5 @ 0 / 5',
      'forward, gate f: 2 x 5 @ 10 / 5',
      'forward, gate c: 2 x 5 @ 20 / 5',
      'forward, gate o: 2 x 5 @ 30 / 5',
    ]);
    expect(viewsOfW(nodes, [8, 5], 'compat')).toEqual(['recurrent out-in', '8 x 5 @ 0 / 5']);
  });

  test('by inputs as by attributes, with places counted from the end and beyond it', () => {
    const nodes = [
      op('Slice', ['w', 'zero', 'two', 'zero', 'one'], 'i'),
      op('Slice', ['w', 'minus2', 'far', 'zero'], 'o'),
      op('Slice', ['w', 'two', 'minus2'], 'fc'),
      ...joined(['i', 'o', 'fc']),
    ];
    const { weights } = open({
      nodes,
      initializers: [
        zeros('w', 8, 5),
        integers('zero', 0),
        integers('one', 1),
        integers('two', 2),
        integers('minus2', -2),
        integers('far', 2 ** 62),
      ],
    });
    expect(weights[0]!.division!.bands.map(({ name, start }) => `${name} ${start}`)).toEqual([
      'forward, gate i 0',
      'forward, gate f 2',
      'forward, gate c 4',
      'forward, gate o 6',
    ]);
  });

  const broken: readonly (readonly [string, readonly NodeSpec[]])[] = [
    ['with a part missing', [...cut('a', 0, 2), ...cut('b', 2, 6), ...joined(['a', 'b'])]],
    ['with a part twice', [...cut('a', 0, 4), ...joined(['a', 'a'])]],
    [
      'with another tensor between',
      [...cut('a', 0, 2), ...cut('b', 2, 8), ...joined(['a', 'x', 'b'])],
    ],
    ['along the other axis', [...cut('a', 0, 4), ...cut('b', 4, 8), ...joined(['b', 'a'], 1)]],
    ['in pieces of gates', [...cut('a', 0, 1), ...cut('b', 1, 8), ...joined(['b', 'a'])]],
    [
      'with bounds known at run time',
      [op('Slice', ['w', 'x', 'x'], 'a'), ...cut('b', 4, 8), ...joined(['a', 'b'])],
    ],
  ];
  test.each(broken)('%s is left out with a reason', (_, nodes) => {
    const { weights, skipped } = open({ nodes, initializers: [zeros('w', 8, 5)] });
    expect(weights).toEqual([]);
    expect(skipped[0]!.reason).toMatch(
      /^(changed by Concat before LSTM|gate weights of LSTM|only some of its rows are gates)/,
    );
  });
});

describe('a table that also multiplies counts as what multiplies', () => {
  const tied: ModelSpec = {
    nodes: [
      op('Gather', ['w', 'ids'], 'h'),
      op('Transpose', ['w'], 't', { perm: [1, 0] }),
      op('MatMul', ['h', 't'], 'y'),
    ],
    initializers: [zeros('w', 9, 5)],
  };

  test('with all its nodes', () => {
    const [weight] = open(tied).weights;
    expect(weight).toMatchObject({
      op: 'MatMul',
      role: 'linear',
      orientation: 'out-in',
      consumers: ['Gather #1', 'MatMul #1'],
    });
  });

  test('and one fixed row that Gather takes makes no table', () => {
    const { skipped } = open({
      nodes: [op('Gather', ['w', 'row'], 'y')],
      initializers: [zeros('w', 9, 5), integers('row', 3)],
    });
    expect(skipped[0]!.reason).toBe(
      'a table that Gather takes one fixed row out of, not an embedding',
    );
  });
});

test('an initialiser that is also an input of the graph, as in IR version 4, is a weight', () => {
  const { weights } = open({
    irVersion: 4,
    inputs: ['x', 'w', 'r'],
    nodes: [op('MatMul', ['x', 'w'], 'y'), op('LSTM', ['y', 'r', 'r'], 'z')],
    initializers: [zeros('w', 4, 3), zeros('r', 1, 8, 2)],
  });
  expect(weights.map(({ id, role }) => `${id} ${role}`)).toEqual(['w linear', 'r recurrent']);
});
