import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { constant, matMul, writeOnnx, type ModelSpec } from '../../../fixtures/onnxModel.ts';
import { op, zeros } from '../../../fixtures/onnxParts.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
let files = 0;

function open(model: ModelSpec): Checkpoint {
  return openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
}

describe('weights are found wherever a graph keeps them', () => {
  test('an initialiser that is also a graph input (IR version 3) is a weight', () => {
    const { weights } = open({
      irVersion: 3,
      inputs: ['x', 'w'],
      initializers: [zeros('w', 3, 5)],
      nodes: [matMul('w')],
    });
    expect(weights.map(({ id }) => id)).toEqual(['w']);
  });

  test('Constant nodes at the top and in the branches of If, and outer names in inner graphs', () => {
    const branch = (name: string): ModelSpec => ({
      nodes: [constant(zeros(name, 3, 5)), matMul(name), matMul('outer', `${name}_2`)],
    });
    const { weights } = open({
      initializers: [zeros('outer', 3, 5)],
      nodes: [
        constant(zeros('top', 3, 5)),
        matMul('top'),
        {
          op: 'If',
          name: 'choose',
          inputs: ['cond'],
          outputs: ['r'],
          attributes: { then_branch: { graph: branch('a') }, else_branch: { graph: branch('b') } },
        },
      ],
    });
    expect(weights.map(({ id, consumers }) => [id, consumers])).toEqual([
      ['top', ['MatMul #1']],
      ['choose/then_branch/a', ['MatMul #2']],
      ['outer', ['MatMul #3', 'MatMul #5']],
      ['choose/else_branch/b', ['MatMul #4']],
    ]);
  });

  test('a name that an inner graph uses again means the inner tensor there', () => {
    const { weights, skipped } = open({
      initializers: [zeros('w', 3, 5)],
      nodes: [
        {
          op: 'Loop',
          name: 'loop',
          inputs: ['n', 'c'],
          outputs: ['r'],
          attributes: {
            body: { graph: { initializers: [zeros('w', 4, 6)], nodes: [matMul('w')] } },
          },
        },
      ],
    });
    expect(weights.map(({ id, shape: dims }) => [id, dims])).toEqual([['loop/body/w', [4, 6]]]);
    expect(skipped).toMatchObject([{ tensor: 'w', shape: [3, 5], reason: 'no node uses it' }]);
  });

  test('a Loop input hides an outer weight of the same name', () => {
    const { weights } = open({
      initializers: [zeros('w', 3, 5)],
      nodes: [op('Scan', ['x'], 'y', { body: { graph: { inputs: ['w'], nodes: [matMul('w')] } } })],
    });
    expect(weights).toHaveLength(0);
  });

  test('a weight that leaves a branch of If is followed in the graph around it', () => {
    const { weights } = open({
      initializers: [zeros('w', 3, 5)],
      nodes: [
        op('If', ['c'], 'chosen', {
          then_branch: { graph: { nodes: [op('Identity', ['w'], 'i')], outputs: ['i'] } },
          else_branch: { graph: { nodes: [], outputs: ['w'] } },
        }),
        matMul('chosen'),
      ],
    });
    expect(weights.map(({ id, consumers }) => [id, consumers])).toEqual([['w', ['MatMul #1']]]);
  });

  test('three levels down, and every level keeps its own tensors', () => {
    const nest = (depth: number): ModelSpec => ({
      initializers: [zeros('w', 2 + depth, 5)],
      nodes: [
        matMul('w'),
        ...(depth === 3 ? [] : [op('If', ['c'], 'r', { then_branch: { graph: nest(depth + 1) } })]),
      ],
    });
    const { weights } = open(nest(0));
    expect(weights.map(({ shape: dims }) => dims[0])).toEqual([2, 3, 4, 5]);
    expect(weights[3]!.id).toBe('If #1/then_branch/If #2/then_branch/If #3/then_branch/w');
  });

  test('through model-local functions, with their attributes, constants and results', () => {
    const { weights, skipped } = open({
      opset: { '': 17, local: 1 },
      initializers: [zeros('kernel', 4, 3, 3, 3), zeros('w', 3, 5), zeros('v', 3, 5)],
      nodes: [
        { op: 'Block', domain: 'local', inputs: ['x', 'w'], outputs: ['y'], name: 'block_1' },
        {
          op: 'Grouped',
          domain: 'local',
          inputs: ['x', 'kernel'],
          outputs: ['z'],
          attributes: { g: 2 },
        },
        { op: 'Flip', domain: 'local', inputs: ['v'], outputs: ['vt'] },
        matMul('vt'),
      ],
      functions: [
        {
          domain: 'local',
          name: 'Block',
          inputs: ['a', 'b'],
          outputs: ['d'],
          nodes: [
            op('MatMul', ['a', 'b'], 'c'),
            constant(zeros('own', 5, 7)),
            op('MatMul', ['c', 'own'], 'd'),
          ],
        },
        {
          domain: 'local',
          name: 'Grouped',
          inputs: ['a', 'k'],
          outputs: ['b'],
          attributes: ['g'],
          nodes: [op('Conv', ['a', 'k'], 'b', { group: { ref: 'g' } })],
        },
        {
          domain: 'local',
          name: 'Flip',
          inputs: ['a'],
          outputs: ['b'],
          nodes: [op('Transpose', ['a'], 'b')],
        },
      ],
    });
    expect(skipped).toEqual([]);
    expect(weights.map(({ id, orientation, groups }) => [id, orientation, groups])).toEqual([
      ['w', 'in-out', 1],
      ['function local.Block/own', 'in-out', 1],
      ['kernel', 'conv', 2],
      ['v', 'out-in', 1],
    ]);
  });

  test('functions that call themselves end with an error', () => {
    const recursive = {
      domain: 'local',
      name: 'F',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [{ op: 'F', domain: 'local', inputs: ['a'], outputs: ['b'] }],
    };
    const model = {
      initializers: [zeros('w', 3, 5)],
      nodes: [{ op: 'F', domain: 'local', inputs: ['w'], outputs: ['y'] }],
      functions: [recursive],
    };
    expect(() => open(model)).toThrow(/functions call one another more than 32 deep/);
  });

  test('a cycle of Identity nodes ends', () => {
    const nodes = [
      op('Identity', ['w'], 'a'),
      op('Identity', ['a'], 'b'),
      op('Identity', ['b'], 'a'),
    ];
    const { skipped } = open({ nodes, initializers: [zeros('w', 3, 5)] });
    expect(skipped[0]!.reason).toMatch(/^no node takes it/);
  });
});

describe('a weight that several nodes use', () => {
  test('is one weight that lists them all in graph order', () => {
    const { weights } = open({
      initializers: [zeros('w', 3, 5)],
      nodes: [
        { ...op('Gather', ['w', 'i'], 'e'), name: 'embed' },
        { ...op('Transpose', ['w'], 't'), name: 'flip' },
        { ...op('MatMul', ['x', 't'], 'y'), name: 'head' },
        { ...op('MatMul', ['x', 'w'], 'z'), name: 'again' },
      ],
    });
    expect(weights).toMatchObject([
      { id: 'w', op: 'MatMul', orientation: 'out-in', consumers: ['embed', 'head', 'again'] },
    ]);
  });

  test('stands where its first product stands', () => {
    const { weights } = open({
      initializers: [zeros('late', 3, 5), zeros('early', 3, 5)],
      nodes: [matMul('early'), matMul('late')],
    });
    expect(weights.map(({ id }) => id)).toEqual(['early', 'late']);
  });
});

test('two tensors of one name in one graph are both accounted for', () => {
  const { weights, skipped } = open({
    initializers: [zeros('w', 3, 5), zeros('w', 4, 6)],
    nodes: [matMul('w')],
  });
  expect(weights).toMatchObject([{ id: 'w', shape: [3, 5] }]);
  expect(skipped).toMatchObject([
    { shape: [4, 6], reason: 'another tensor of the same graph has its name, and that one counts' },
  ]);
});

test('a model without weights has empty lists, and says what it is', () => {
  const { weights, skipped, parameters, irVersion, opset, producer } = open({
    nodes: [op('Relu', ['x'], 'y')],
    producer: 'tests',
    opset: { '': 13, 'com.microsoft': 1 },
  });
  expect({ weights, skipped, parameters, irVersion, opset, producer }).toEqual({
    weights: [],
    skipped: [],
    parameters: 0,
    irVersion: 8,
    opset: { 'ai.onnx': 13, 'com.microsoft': 1 },
    producer: 'tests',
  });
});
