import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { HeadBlocks } from '../../../../src/core/checkpoint/checkpoint.ts';
import { writeOnnx, type NodeSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { REAL_MODELS } from '../../../fixtures/realModels.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

const said = ({ weight, part, side }: HeadBlocks): string =>
  `${weight}${part === '' ? '' : `#${part}`} ${side}`;

/** Each attention of a file: heads, then query, key, value and output. */
function attentionsOf(file: string): readonly string[] {
  return (openCheckpoint(file).attentions ?? []).map(({ heads, query, key, value, output }) =>
    [heads, said(query), said(key), said(value), output ? said(output) : 'none'].join(', '),
  );
}

function attentions(nodes: readonly NodeSpec[], tensors: readonly TensorSpec[]): readonly string[] {
  const model = { nodes, initializers: tensors, inputs: ['x'], outputs: ['y'] };
  return attentionsOf(writeOnnx(dir, `${++files}.onnx`, model));
}

const TENSORS = [
  zeros('q', 16, 12),
  zeros('k', 16, 12),
  zeros('v', 16, 12),
  zeros('o', 12, 16),
  zeros('bias', 12),
  zeros('scale', 1),
];

/** Projection, bias, Reshape into heads, heads to the front. */
const headed = (name: string, perm: readonly number[], shape = 'shape'): readonly NodeSpec[] => [
  op('MatMul', ['x', name], `${name}1`),
  op('Add', ['bias', `${name}1`], `${name}2`),
  op('Reshape', [`${name}2`, shape], `${name}3`),
  op('Transpose', [`${name}3`], `${name}4`, { perm }),
];

const separate = (shapes: readonly [string, string, string]): readonly NodeSpec[] => [
  ...headed('q', [0, 2, 1, 3], shapes[0]),
  ...headed('k', [0, 2, 3, 1], shapes[1]),
  ...headed('v', [0, 2, 1, 3], shapes[2]),
  op('MatMul', ['q4', 'k4'], 'scores'),
  op('Mul', ['scores', 'scale'], 'scaled'),
  op('Softmax', ['scaled'], 'weights'),
  op('MatMul', ['weights', 'v4'], 'context'),
  op('Transpose', ['context'], 'back', { perm: [0, 2, 1, 3] }),
  op('Reshape', ['back', 'joined'], 'whole'),
  op('MatMul', ['whole', 'o'], 'y'),
];

const SHAPE = integers('shape', 0, -1, 3, 4);
const JOINED = integers('joined', 0, -1, 12);
const ALL = 'q cols, k cols, v cols, o rows';

describe('the attentions of a graph', () => {
  it.each([
    ['by separate projections', separate(['shape', 'shape', 'shape']), [SHAPE], [`3, ${ALL}`]],
    [
      'by a size that follows from the others',
      separate(['shape', 'shape', 'shape']),
      [integers('shape', 0, 0, 3, -1)],
      [`3, ${ALL}`],
    ],
    [
      'none where key and query have other numbers of heads',
      separate(['shape', 'other', 'shape']),
      [SHAPE, integers('other', 0, -1, 4, 3)],
      [],
    ],
    [
      'none where the heads do not make up the outputs',
      separate(['shape', 'shape', 'shape']),
      [integers('shape', 0, -1, 2, 4)],
      [],
    ],
    ['none where the shape is computed', separate(['shape', 'shape', 'shape']), [], []],
  ] as const)('%s', (_, nodes, shapes, expected) => {
    expect(attentions(nodes, [...TENSORS, ...shapes, JOINED])).toEqual(expected);
  });

  it('of one head are not listed', () => {
    const nodes = separate(['shape', 'shape', 'shape']);
    const shape = integers('shape', 0, -1, 1, 12);
    expect(attentions(nodes, [...TENSORS, shape, JOINED])).toEqual([]);
  });

  it('of a real model, whose projections are fused', () => {
    expect(attentionsOf(REAL_MODELS.ocrRecognition)).toEqual(
      [
        [77, 78],
        [81, 82],
      ].map(([qkv, output]) =>
        [
          8,
          ...['query', 'key', 'value'].map((part) => `linear_${qkv}.w_0#${part} cols`),
          `linear_${output}.w_0 rows`,
        ].join(', '),
      ),
    );
    expect(attentionsOf(REAL_MODELS.silero5)).toEqual([]);
  });
});
