import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../../../src/core/checkpoint/blocks.ts';

/** Names of a model, each with the block it should be in. */
const MODELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a transformer by its node paths': {
    '/encoder/layer.0/attention/query/MatMul': 'encoder.layer.0',
    '/encoder/layer.0/output/dense/MatMul': 'encoder.layer.0',
    '/encoder/layer.11/attention/query/MatMul': 'encoder.layer.11',
    '/pooler/dense/Gemm': '',
  },
  'a transformer by its parameters': {
    'model.embed_tokens.weight': '',
    'model.layers.0.self_attn.q_proj.weight': 'model.layers.0',
    'model.layers.0.mlp.fc1.weight': 'model.layers.0',
    'model.layers.0.mlp.fc2.weight': 'model.layers.0',
    'model.layers.1.mlp.fc1.weight': 'model.layers.1',
    'lm_head.weight': '',
  },
  'a mixture of experts': {
    'layers.0.attn.qkv.weight': 'layers.0',
    'layers.0.mlp.experts.0.up.weight': 'layers.0',
    'layers.0.mlp.experts.0.down.weight': 'layers.0',
    'layers.0.mlp.experts.1.up.weight': 'layers.0',
    'layers.0.mlp.experts.1.down.weight': 'layers.0',
    'layers.1.mlp.experts.0.up.weight': 'layers.1',
  },
  'stages of blocks': {
    'conv1.weight': '',
    'layer1.0.conv1.weight': 'layer1.0',
    'layer1.0.conv2.weight': 'layer1.0',
    'layer1.1.conv1.weight': 'layer1.1',
    'layer1.1.conv2.weight': 'layer1.1',
    'layer2.0.conv1.weight': 'layer2.0',
    'layer2.0.conv2.weight': 'layer2.0',
    'layer2.0.downsample.0.weight': 'layer2.0',
    'fc.weight': '',
  },
  'stages with a layer between their blocks': {
    'layers.0.blocks.0.attn.qkv.weight': 'layers.0.blocks.0',
    'layers.0.blocks.0.mlp.fc1.weight': 'layers.0.blocks.0',
    'layers.0.blocks.1.attn.qkv.weight': 'layers.0.blocks.1',
    'layers.0.blocks.1.mlp.fc1.weight': 'layers.0.blocks.1',
    'layers.0.downsample.reduction.weight': 'layers.0',
    'layers.1.blocks.0.attn.qkv.weight': 'layers.1.blocks.0',
    'layers.1.blocks.0.mlp.fc1.weight': 'layers.1.blocks.0',
  },
  'blocks whose layers are a sequence': {
    'features.1.conv.0.0.weight': 'features.1',
    'features.1.conv.1.weight': 'features.1',
    'features.2.conv.0.0.weight': 'features.2',
    'features.2.conv.1.weight': 'features.2',
  },
  'Keras names without deeper paths': {
    'model/block_3_expand/Conv2D/ReadVariableOp': 'model.block_3',
    'model/block_3_project/Conv2D/ReadVariableOp': 'model.block_3',
    'model/block_4_expand/Conv2D/ReadVariableOp': 'model.block_4',
    'model/conv2d_3/Conv2D/ReadVariableOp': '',
    'model/conv2d_4/Conv2D/ReadVariableOp': '',
  },
  'numbers without repetition beneath': {
    'conv2d_10.w_0': '',
    'conv2d_158.w_0': '',
    'linear_77.w_0': '',
    'net.0.weight': '',
    'net.2.weight': '',
    'MatMul #12': '',
    'Conv #13': '',
    'rnn.weight_ih_l0': '',
    'rnn.weight_hh_l1_reverse': '',
  },
  'one unit alone': { 'first.0.proj.weight': '', 'first.0.conv.0.weight': '' },
  'the same graph in two branches': {
    'encoder.0.conv.weight (then_branch)': 'encoder.0 (then_branch)',
    'encoder.1.conv.weight (then_branch)': 'encoder.1 (then_branch)',
    'encoder.0.reparam_conv.weight (else_branch)': 'encoder.0 (else_branch)',
    'encoder.1.reparam_conv.weight (else_branch)': 'encoder.1 (else_branch)',
    'encoder.1.reparam_conv.weight (else_branch) #2': 'encoder.1 (else_branch)',
  },
};

describe('blocksOf', () => {
  it.each(Object.entries(MODELS))('%s', (_, model) => {
    const names = Object.keys(model);
    const blocks = blocksOf(names);
    expect(Object.fromEntries(names.map((name, k) => [name, blocks[k]]))).toEqual(model);
  });

  it('has nothing to say of no weights', () => {
    expect(blocksOf([])).toEqual([]);
  });

  it('takes a hostile name of many numbers in its stride', () => {
    const name = Array.from({ length: 300 }, (_, k) => `m${k}`).join('.');
    const other = name.replace('m299', 'm300');
    expect(blocksOf([name, other])).toEqual(['', '']);
  });
});
