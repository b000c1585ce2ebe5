import { describe, expect, test } from 'vitest';
import type { FunctionSpec, NodeSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { attention, BIAS, PROJECTION, QKV, SPLIT, W } from '../../../fixtures/projection.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { bandsReader } from './bandsOfW.ts';

const bandsOfW = bandsReader(tempFolder());

describe('a projection inside model-local functions', () => {
  const body = (
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    nodes: readonly NodeSpec[],
  ): FunctionSpec => ({ domain: 'pkg', name, inputs, outputs, nodes });
  const core = body('core', ['q', 'k', 'v', 'scale'], ['y'], [...attention('q', 'k', 'v')]);
  const linear = body('linear', ['x', 'w', 'b'], ['h'], PROJECTION);
  const cases: readonly (readonly [
    string,
    readonly NodeSpec[],
    readonly FunctionSpec[],
    string,
  ])[] = [
    [
      'with its weight and bias, and attention, in one function',
      [op('layer', ['x', 'w', 'b'], 'y', {}, 'pkg')],
      [body('layer', ['x', 'w', 'b'], ['y'], [...PROJECTION, SPLIT, ...attention('a', 'b1', 'c')])],
      QKV,
    ],
    [
      'whose product is a function, and whose attention is another one',
      [
        op('linear', ['x', 'w', 'b'], 'h', {}, 'pkg'),
        SPLIT,
        op('core', ['c', 'b1', 'a', 'scale'], 'y', {}, 'pkg'),
      ],
      [linear, core],
      'cols value 0+4 key 4+4 query 8+4',
    ],
    [
      'two functions deep, after a bias outside, past a function of the query',
      [op('layer', ['x', 'w', 'b'], 'y', {}, 'pkg')],
      [
        body('product', ['x', 'w'], ['p'], [op('MatMul', ['x', 'w'], 'p')]),
        body('turn', ['a'], ['z'], [op('Neg', ['a'], 'z')]),
        core,
        body(
          'layer',
          ['x', 'w', 'b'],
          ['y'],
          [
            op('product', ['x', 'w'], 'p', {}, 'pkg'),
            op('Add', ['b', 'p'], 'h'),
            SPLIT,
            op('turn', ['a'], 'turned', {}, 'pkg'),
            op('core', ['turned', 'b1', 'c', 'scale'], 'y', {}, 'pkg'),
          ],
        ),
      ],
      QKV,
    ],
    [
      'cut inside a function that takes the outputs',
      [...PROJECTION, op('cut', ['h'], 'y', {}, 'pkg')],
      [body('cut', ['h'], ['y'], [SPLIT, ...attention('a', 'b1', 'c')])],
      QKV,
    ],
    [
      'stays whole where the function has the name of an operator but not its doing',
      [...PROJECTION, SPLIT, op('Attention', ['a', 'b1', 'c'], 'y', {}, 'pkg')],
      [
        body(
          'Attention',
          ['q', 'k', 'v'],
          ['y'],
          [op('Mul', ['q', 'k'], 'm'), op('Add', ['m', 'v'], 'y')],
        ),
      ],
      'whole',
    ],
    [
      'stays whole where the function gives the outputs out as well',
      [
        { op: 'both', inputs: ['x', 'w', 'b'], outputs: ['h', 'g'], domain: 'pkg' },
        SPLIT,
        ...attention('a', 'b1', 'c'),
      ],
      [body('both', ['x', 'w', 'b'], ['h', 'g'], [...PROJECTION, op('Relu', ['h'], 'g')])],
      'whole',
    ],
  ];
  test.each(cases)('%s', (_, nodes, functions, expected) => {
    expect(bandsOfW(nodes, [W, BIAS], ['y'], functions)).toBe(expected);
  });
});
