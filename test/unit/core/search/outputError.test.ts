import { describe, expect, it } from 'vitest';
import { outputError, outputMeasures } from '../../../../src/core/search/outputError.ts';
import type { Tensors } from '../../../../src/core/verify/modelRunner.ts';
import type { TensorData } from '../../../../src/core/verify/tensorData.ts';

const tensor = (...values: number[]): TensorData => ({
  type: 'float32',
  shape: [1, values.length],
  values: Float32Array.from(values),
});

const numbers = tensor(3, 4, 0);
const probabilities = tensor(0.5, 0.25, 0.25);

describe('how an output is measured', () => {
  it.each<[string, Tensors[], readonly string[] | 'all', unknown]>([
    [
      'numbers',
      [{ y: numbers }, { y: numbers }],
      [],
      [{ name: 'y', measure: 'relative-l2', logits: false }],
    ],
    [
      'probabilities',
      [{ y: probabilities }, { y: probabilities }],
      [],
      [{ name: 'y', measure: 'kl', logits: false }],
    ],
    [
      'what is probabilities on one sample only',
      [{ y: probabilities }, { y: numbers }],
      [],
      [{ name: 'y', measure: 'relative-l2', logits: false }],
    ],
    ['logits', [{ y: numbers }], ['y'], [{ name: 'y', measure: 'kl', logits: true }]],
    [
      'all outputs as logits',
      [{ y: numbers }],
      'all',
      [{ name: 'y', measure: 'kl', logits: true }],
    ],
    [
      'several, without texts and zeros',
      [{ t: { type: 'string', shape: [1], values: ['a'] }, z: tensor(0, 0), y: numbers }],
      [],
      [{ name: 'y', measure: 'relative-l2', logits: false }],
    ],
  ])('%s', (_, references, logits, expected) => {
    expect(outputMeasures(references, logits)).toEqual(expected);
  });

  it.each<[string, Tensors[], RegExp]>([
    ['zeros alone', [{ y: tensor(0, 0) }], /No output of the model can be measured/],
    ['no samples', [], /No output of the model can be measured/],
    [
      'a NaN of the original',
      [{ y: numbers }, { y: tensor(1, NaN) }],
      /gives 1 values that are NaN or infinite in its output 'y' on sample 1/,
    ],
  ])('is refused for %s', (_, references, message) => {
    expect(() => outputMeasures(references, [])).toThrow(message);
  });
});

describe('the error of outputs', () => {
  const error = (a: Tensors, b: Tensors, logits: readonly string[] = []): number =>
    outputError(a, b, outputMeasures([a], logits));

  it.each<[string, number, Tensors, Tensors, string[]?]>([
    ['is 0 for equal ones', 0, { y: numbers }, { y: numbers }],
    ['is the relative one of numbers', 0.2, { y: numbers }, { y: tensor(3, 4, 1) }],
    [
      'is the divergence of probabilities',
      0.5 * Math.log(0.5 / 0.25) + 0.25 * Math.log(0.25 / 0.5),
      { y: probabilities },
      { y: tensor(0.25, 0.5, 0.25) },
    ],
    [
      'is the divergence of the softmax of logits',
      0.5 * Math.log(0.5 / 0.2) + 0.5 * Math.log(0.5 / 0.8),
      { y: tensor(1, 1) },
      { y: tensor(0, Math.log(4)) },
      ['y'],
    ],
    [
      'is the mean over outputs',
      0.1,
      { y: numbers, z: numbers },
      { y: numbers, z: tensor(3, 4, 1) },
    ],
    ['is infinite for a NaN', Infinity, { y: numbers }, { y: tensor(3, 4, NaN) }],
    ['is infinite for another shape', Infinity, { y: numbers }, { y: tensor(3, 4) }],
    ['is infinite for an output that is not there', Infinity, { y: numbers }, {}],
    [
      'is infinite for what is no distribution any more',
      Infinity,
      { y: probabilities },
      { y: numbers },
    ],
  ])('%s', (_, expected, a, b, logits) => {
    const found = error(a, b, logits);
    if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 6);
    else expect(found).toBe(expected);
  });
});
