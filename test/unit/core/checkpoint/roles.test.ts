import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import {
  writeOnnx,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
} from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

function open(model: ModelSpec): Checkpoint {
  return openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
}

/** What a model says of its one tensor `w`: `op role orientation groups rows`, or the reason why not. */
function saysOfW(
  nodes: readonly NodeSpec[],
  dims: readonly number[],
  more: readonly TensorSpec[] = [],
): string {
  const { weights, skipped } = open({ nodes, initializers: [zeros('w', ...dims), ...more] });
  const [weight] = weights;
  if (weight)
    return [weight.op, weight.orientation, `g${weight.groups}`, `r${weight.rowAxes}`].join(' ');
  return skipped.find(({ tensor }) => tensor === 'w')!.reason;
}

describe('the node that takes a weight gives its role and orientation', () => {
  const perm = { perm: [1, 0] };
  const cases: readonly (readonly [string, readonly NodeSpec[], readonly number[], string])[] = [
    ['MatMul, right side', [op('MatMul', ['x', 'w'], 'y')], [3, 5], 'MatMul in-out g1 r1'],
    ['MatMul, left side', [op('MatMul', ['w', 'x'], 'y')], [3, 5], 'MatMul out-in g1 r1'],
    ['Gemm, B', [op('Gemm', ['x', 'w'], 'y')], [3, 5], 'Gemm in-out g1 r1'],
    ['Gemm, B, transB', [op('Gemm', ['x', 'w'], 'y', { transB: 1 })], [3, 5], 'Gemm out-in g1 r1'],
    ['Gemm, A', [op('Gemm', ['w', 'x'], 'y')], [3, 5], 'Gemm out-in g1 r1'],
    ['Gemm, A, transA', [op('Gemm', ['w', 'x'], 'y', { transA: 1 })], [3, 5], 'Gemm in-out g1 r1'],
    [
      'Gemm, A, transB means nothing to it',
      [op('Gemm', ['w', 'x'], 'y', { transB: 1 })],
      [3, 5],
      'Gemm out-in g1 r1',
    ],
    [
      'FusedMatMul, transB',
      [op('FusedMatMul', ['x', 'w'], 'y', { transB: 1 }, 'com.microsoft')],
      [3, 5],
      'FusedMatMul out-in g1 r1',
    ],
    [
      'FusedGemm',
      [op('FusedGemm', ['x', 'w'], 'y', {}, 'com.microsoft')],
      [3, 5],
      'FusedGemm in-out g1 r1',
    ],
    ['Conv 2-D', [op('Conv', ['x', 'w'], 'y')], [4, 3, 3, 3], 'Conv conv g1 r1'],
    ['Conv 1-D', [op('Conv', ['x', 'w'], 'y')], [4, 3, 5], 'Conv conv g1 r1'],
    [
      'Conv in groups',
      [op('Conv', ['x', 'w'], 'y', { group: 2 })],
      [4, 3, 3, 3],
      'Conv conv g2 r1',
    ],
    [
      'FusedConv',
      [op('FusedConv', ['x', 'w'], 'y', {}, 'com.microsoft')],
      [4, 3, 3, 3],
      'FusedConv conv g1 r1',
    ],
    [
      'through Transpose',
      [op('Transpose', ['w'], 't', perm), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      'MatMul out-in g1 r1',
    ],
    [
      'through Transpose without perm',
      [op('Transpose', ['w'], 't'), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      'MatMul out-in g1 r1',
    ],
    [
      'through Transpose twice',
      [op('Transpose', ['w'], 't'), op('Transpose', ['t'], 'u'), op('MatMul', ['x', 'u'], 'y')],
      [3, 5],
      'MatMul in-out g1 r1',
    ],
    [
      'Transpose and transB cancel',
      [op('Transpose', ['w'], 't'), op('Gemm', ['x', 't'], 'y', { transB: 1 })],
      [3, 5],
      'Gemm in-out g1 r1',
    ],
    [
      'through Identity',
      [op('Identity', ['w'], 't'), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      'MatMul in-out g1 r1',
    ],
    [
      'through Cast to float16',
      [op('Cast', ['w'], 't', { to: 10 }), op('MatMul', ['x', 't'], 'y')],
      [3, 5],
      'MatMul in-out g1 r1',
    ],
    [
      'through Squeeze by attribute',
      [op('Squeeze', ['w'], 't', { axes: [0] }), op('MatMul', ['x', 't'], 'y')],
      [1, 3, 5],
      'MatMul in-out g1 r2',
    ],
    ['leading axes of length 1', [op('MatMul', ['x', 'w'], 'y')], [1, 3, 5], 'MatMul in-out g1 r2'],
    [
      'through Flatten',
      [op('Flatten', ['w'], 't'), op('MatMul', ['x', 't'], 'y')],
      [3, 5, 2],
      'MatMul in-out g1 r1',
    ],
    [
      'Unsqueeze before Conv',
      [op('Unsqueeze', ['w'], 't', { axes: [2] }), op('Conv', ['x', 't'], 'y')],
      [4, 3, 5],
      'Conv conv g1 r1',
    ],
  ];
  test.each(cases)('%s', (_, nodes, dims, expected) => {
    expect(saysOfW(nodes, dims)).toBe(expected);
  });

  const reshapes: readonly (readonly [string, readonly number[], readonly number[], string])[] = [
    ['joins heads', [6, 2, 5], [6, 10], 'MatMul in-out g1 r1'],
    ['joins leading axes', [2, 5, 6], [10, 6], 'MatMul in-out g1 r2'],
    ['with -1', [6, 2, 5], [6, -1], 'MatMul in-out g1 r1'],
    ['with 0 for the same length', [6, 2, 5], [0, -1], 'MatMul in-out g1 r1'],
    ['drops axes of length 1', [6, 5, 1, 1], [6, 5], 'MatMul in-out g1 r1'],
    [
      'to another matrix',
      [6, 10],
      [15, 4],
      'cut up by Reshape from 6 x 10, so that it is not one matrix',
    ],
    [
      'to another number of elements',
      [6, 10],
      [6, 11],
      'cut up by Reshape from 6 x 10, so that it is not one matrix',
    ],
  ];
  test.each(reshapes)('Reshape %s', (_, dims, target, expected) => {
    const nodes = [op('Reshape', ['w', 's'], 't'), op('MatMul', ['x', 't'], 'y')];
    expect(saysOfW(nodes, dims, [integers('s', ...target)])).toBe(expected);
    const typed = { ...integers('s', ...target), encoding: 'typed' as const };
    expect(saysOfW(nodes, dims, [typed])).toBe(expected);
    const inNode = [
      { op: 'Constant', outputs: ['s'], attributes: { value_ints: target } },
      ...nodes,
    ];
    expect(saysOfW(inNode, dims)).toBe(expected);
    const byAttribute = [op('Reshape', ['w'], 't', { shape: target }), nodes[1]!];
    expect(saysOfW(byAttribute, dims)).toBe(expected);
  });

  test('a Transpose that does not leave one matrix is no matrix', () => {
    const nodes = [
      op('Transpose', ['w'], 't', { perm: [1, 0, 2] }),
      op('Reshape', ['t', 's'], 'u'),
      op('MatMul', ['x', 'u'], 'y'),
    ];
    expect(saysOfW(nodes, [2, 3, 4], [integers('s', 3, 8)])).toBe(
      'its axes are reordered before MatMul, so that it is not stored as one matrix',
    );
  });
});
