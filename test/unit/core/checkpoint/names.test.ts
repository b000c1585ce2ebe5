import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import {
  constant,
  graphProto,
  nodeProto,
  writeOnnx,
  type NodeSpec,
} from '../../../fixtures/onnxModel.ts';
import { op, zeros } from '../../../fixtures/onnxParts.ts';
import { onnx } from '../../../fixtures/onnxProto.ts';
import { bytesField, joined, modelAround } from '../../../fixtures/protobufWire.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

/** The name shown for a weight called `tensor` that a MatMul called `node` takes. */
function shown(tensor: string, node: string): string {
  const file = writeOnnx(dir, `${++files}.onnx`, {
    initializers: [zeros(tensor, 3, 5)],
    nodes: [{ ...op('MatMul', ['x', tensor], 'y'), name: node }],
  });
  return openCheckpoint(file).weights[0]!.name;
}

describe('the name that a person reads', () => {
  const names: readonly (readonly [tensor: string, node: string, shown: string])[] = [
    ['encoder.layer.0.query.weight', 'MatMul_12', 'encoder.layer.0.query.weight'],
    ['conv2d_10.w_0', 'p2o.Conv.0', 'conv2d_10.w_0'],
    ['666', '/encoder/layer.0/query/MatMul', 'encoder.layer.0.query'],
    ['onnx::MatMul_2076', '/encoder/layer.0/query/MatMul', 'encoder.layer.0.query'],
    ['onnx::MatMul_2076', '/encoder/layer.0/query/MatMul_1', 'encoder.layer.0.query'],
    ['val_125', 'node_MatMul_125', 'MatMul #1'],
    ['val_125', 'MatMul_7', 'MatMul #1'],
    ['val_125', '', 'MatMul #1'],
    ['Constant_12', 'head', 'head'],
    ['/model/Constant_12_output_0', '/model/head/MatMul', 'model.head'],
    ['/model/q/Transpose_output_0', '/model/q/MatMul', 'model.q'],
    ['p2o.Constant.7', 'p2o.MatMul.3', 'MatMul #1'],
    ['const_fold_opt__1234', 'model/dense/MatMul', 'model.dense'],
    ['const.3', 'StatefulPartitionedCall/bert/query/MatMul', 'StatefulPartitionedCall.bert.query'],
    ['model/dense/kernel', 'model/dense/MatMul', 'model/dense/kernel'],
    ['StatefulPartitionedCall/net/conv2d_2/Conv2D/ReadVariableOp:0', 'Conv_1', 'net/conv2d_2'],
    ['StatefulPartitionedCall_1/net/dw/depthwise/ReadVariableOp_1:0', 'Conv_1', 'net/dw'],
    ['net/lstm/cell/MatMul_1/ReadVariableOp:0', 'MatMul_1', 'net/lstm/cell/MatMul_1'],
    ['conv1/weights/read:0', 'Conv_1', 'conv1/weights'],
    ['Conv2D_1/filter:0', 'Conv_1', 'Conv2D_1/filter'],
    ['block/ReadVariableOp', 'MatMul_1', 'block/ReadVariableOp'],
    ['W', '', 'W'],
    ['value', '', 'MatMul #1'],
    ['5f2b7c0e9d1a4b8c', '', 'MatMul #1'],
  ];
  test.each(names)('tensor %j of node %j is shown as %j', (tensor, node, expected) => {
    expect(shown(tensor, node)).toBe(expected);
  });

  test('comes from the bias beside a weight that has lost its name', () => {
    const file = writeOnnx(dir, 'bias.onnx', {
      initializers: [
        zeros('onnx::MatMul_1', 3, 5),
        zeros('layer.0.query.bias', 5),
        zeros('1122', 4, 3, 2),
        zeros('stem.bias', 4),
        zeros('val_3', 5, 3),
        zeros('val_4', 3),
      ],
      nodes: [
        op('MatMul', ['x', 'onnx::MatMul_1'], 'a'),
        op('Add', ['layer.0.query.bias', 'a'], 'b'),
        op('Conv', ['x', '1122', 'stem.bias'], 'c'),
        op('Gemm', ['x', 'val_3', 'val_4'], 'd'),
      ],
    });
    expect(openCheckpoint(file).weights.map(({ name }) => name)).toEqual([
      'layer.0.query.weight',
      'stem.weight',
      'Gemm #1',
    ]);
  });

  test('comes from the modules that PyTorch leaves in the metadata of the node', () => {
    const entry = joined(
      bytesField(1, 'pkg.torch.onnx.name_scopes'),
      bytesField(2, "['', 'layers.0', 'layers.0.mlp', 'linear_3']"),
    );
    const node = onnx.NodeProto.encode(nodeProto(op('MatMul', ['x', 'val_1'], 'y'))).finish();
    const tensor = onnx.TensorProto.encode(
      graphProto({ initializers: [zeros('val_1', 3, 5)] }).initializer![0]!,
    ).finish();
    const file = path.join(dir, 'scopes.onnx');
    fs.writeFileSync(
      file,
      modelAround(joined(bytesField(1, joined(node, bytesField(9, entry))), bytesField(5, tensor))),
    );
    expect(openCheckpoint(file).weights[0]!.name).toBe('layers.0.mlp');
  });

  test('of a Constant node is the own name of its tensor, before that of its output', () => {
    const file = writeOnnx(dir, 'inlined.onnx', {
      nodes: [
        constant(zeros('decoder.weight', 3, 5), 'If_0_else_branch__Inline_0__decoder.weight'),
        op('MatMul', ['x', 'If_0_else_branch__Inline_0__decoder.weight'], 'y'),
        constant(zeros('', 3, 5), 'head.weight'),
        op('MatMul', ['x', 'head.weight'], 'z'),
      ],
    });
    expect(openCheckpoint(file).weights.map(({ name, tensor, id }) => [name, tensor, id])).toEqual([
      [
        'decoder.weight',
        'If_0_else_branch__Inline_0__decoder.weight',
        'If_0_else_branch__Inline_0__decoder.weight',
      ],
      ['head.weight', 'head.weight', 'head.weight'],
    ]);
  });
});

describe('names are unique in their file', () => {
  const branch = (tensor: string): { graph: { nodes: NodeSpec[] } } => ({
    graph: {
      nodes: [constant(zeros('w', 3, 5), tensor), op('MatMul', ['x', tensor], `${tensor}_y`)],
    },
  });

  test('by the branch, where that tells them apart', () => {
    const file = writeOnnx(dir, 'branches.onnx', {
      nodes: [
        {
          ...op('If', ['c'], 'r', { then_branch: branch('a'), else_branch: branch('b') }),
          name: 'rate',
        },
      ],
    });
    expect(openCheckpoint(file).weights.map(({ name }) => name)).toEqual([
      'w (then_branch)',
      'w (else_branch)',
    ]);
  });

  test('by the path, where branches have the same name', () => {
    const file = writeOnnx(dir, 'paths.onnx', {
      nodes: [
        { ...op('If', ['c'], 'r', { then_branch: branch('a') }), name: 'first' },
        { ...op('If', ['c'], 's', { then_branch: branch('b') }), name: 'second' },
      ],
    });
    expect(openCheckpoint(file).weights.map(({ name }) => name)).toEqual([
      'w (first/then_branch)',
      'w (second/then_branch)',
    ]);
  });

  test('by a number, where nothing else tells them apart, without taking another name', () => {
    const file = writeOnnx(dir, 'numbers.onnx', {
      nodes: [
        ...['a', 'b', 'c'].flatMap((output) => [
          constant(zeros('w', 3, 5), output),
          op('MatMul', ['x', output], `${output}_y`),
        ]),
        constant(zeros('w #2', 3, 5), 'd'),
        op('MatMul', ['x', 'd'], 'd_y'),
      ],
    });
    expect(openCheckpoint(file).weights.map(({ name }) => name)).toEqual([
      'w',
      'w #3',
      'w #4',
      'w #2',
    ]);
  });
});

test('ids are equal in two files of the same graph, whatever the values', () => {
  const write = (name: string, scale: number): string =>
    writeOnnx(dir, name, {
      nodes: [
        constant({ name: 'w', dims: [2, 2], values: [scale, 0, 0, scale] }),
        op('MatMul', ['x', 'w'], 'y'),
        op('If', ['c'], 'r', {
          then_branch: {
            graph: { initializers: [zeros('w', 3, 5)], nodes: [op('MatMul', ['x', 'w'], 'z')] },
          },
        }),
      ],
    });
  const ids = [1, 2].map((scale) =>
    openCheckpoint(write(`same-${scale}.onnx`, scale)).weights.map(({ id }) => id),
  );
  expect(ids[0]).toEqual(['w', 'If #1/then_branch/w']);
  expect(ids[1]).toEqual(ids[0]);
});
