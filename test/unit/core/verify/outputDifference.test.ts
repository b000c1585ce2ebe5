import { describe, expect, it } from 'vitest';
import { outputDifference } from '../../../../src/core/verify/outputDifference.ts';
import type { TensorData } from '../../../../src/core/verify/tensorData.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const row = (...values: number[]): TensorData => ({
  type: 'float32',
  shape: [1, values.length],
  values: Float32Array.from(values),
});

const text = (...values: string[]): TensorData => ({
  type: 'string',
  shape: [values.length],
  values,
});

describe('the difference of two outputs', () => {
  it.each([
    ['numbers', [3, -4, 0.1, 7]],
    ['probabilities', [0.1, 0.2, 0.7]],
    ['zeros', [0, 0]],
    ['huge numbers', [3e38, -1e38]],
    ['tiny numbers', [1e-44, 3e-45]],
  ])('of equal %s is exactly 0', (_what, values) => {
    const found = outputDifference(row(...values), row(...values), false);
    expect([found.relativeL2, found.cosine, found.maxAbs, found.kl ?? 0]).toEqual([0, 1, 0, 0]);
  });

  it('of a thousand random rows with themselves is exactly 0 as logits too', () => {
    const random = seededRandom(5);
    const tensor: TensorData = {
      type: 'float32',
      shape: [1000, 7],
      values: Float32Array.from({ length: 7000 }, () => 9 * random.normal()),
    };
    expect(outputDifference(tensor, tensor, true)).toMatchObject({ relativeL2: 0, kl: 0, top1: 1 });
  });

  it.each([
    // ||(0, 1)|| / ||(3, 4)||, and the angle of (3, 4) and (3, 3).
    ['one value off', row(3, 4), row(3, 3), 1 / 5, 21 / (5 * Math.sqrt(18)), 1],
    ['the other way round', row(3, 4), row(-3, -4), 2, -1, 8],
    ['a right angle', row(1, 0), row(0, 1), Math.SQRT2, 0, 1],
    ['nothing left', row(3, 4), row(0, 0), 1, 0, 4],
    ['something of nothing', row(0, 0), row(3, 4), null, 0, 4],
  ])('%s', (_what, a, b, relativeL2, cosine, maxAbs) => {
    const found = outputDifference(a, b, false);
    for (const [value, wanted] of [
      [found.relativeL2, relativeL2],
      [found.cosine, cosine],
      [found.maxAbs, maxAbs],
    ] as const)
      if (wanted === null) expect(value).toBe(null);
      else expect(value).toBeCloseTo(wanted, 12);
  });

  it('has the divergence and the agreement of probabilities', () => {
    const found = outputDifference(row(0.5, 0.25, 0.25), row(0.25, 0.5, 0.25), false);
    expect(found).toMatchObject({ probabilities: true, top1: 0 });
    // 0.5 ln 2 + 0.25 ln (1/2)
    expect(found.kl).toBeCloseTo(0.25 * Math.LN2, 12);
  });

  it('counts a probability that B rounds to 0 as the least float32', () => {
    const { kl } = outputDifference(row(0.5, 0.5), row(1, 0), false);
    expect(kl).toBeCloseTo(0.5 * Math.log(0.5) + 0.5 * Math.log(0.5 / 2 ** -149), 9);
  });

  it('reads logits where it is told so: a shift of all changes nothing', () => {
    const found = outputDifference(row(1, 2, 3), row(101, 102, 103), true);
    expect([found.kl, found.top1]).toEqual([0, 1]);
    expect(outputDifference(row(1, 2, 3), row(101, 102, 103), false).kl).toBe(null);
  });

  it.each([
    ['sums to 2', row(1, 1)],
    ['is negative', row(-0.5, 1.5)],
    ['has one class', row(1)],
  ])('has no divergence where A %s', (_what, a) => {
    expect(outputDifference(a, a, false)).toMatchObject({ kl: null, top1: null });
  });

  it('has no divergence where B gives no probabilities', () => {
    const found = outputDifference(row(0.5, 0.5), row(0.5, 0.9), false);
    expect(found).toMatchObject({ kl: null, top1: 0, comparable: false });
  });

  it.each([
    ['NaN in B alone', row(1, 2), row(1, NaN), { a: 0, b: 1, differing: 1 }],
    ['NaN in both', row(1, NaN), row(1, NaN), { a: 1, b: 1, differing: 1 }],
    ['the same infinity', row(1, -Infinity), row(1, -Infinity), { a: 1, b: 1, differing: 0 }],
    ['opposite infinities', row(1, -Infinity), row(1, Infinity), { a: 1, b: 1, differing: 1 }],
  ])('counts %s, and compares the rest', (_what, a, b, nonFinite) => {
    expect(outputDifference(a, b, false)).toMatchObject({ nonFinite, relativeL2: 0, kl: null });
  });

  it('has no figures where no place is finite', () => {
    expect(outputDifference(row(NaN), row(NaN), false)).toMatchObject({ relativeL2: null });
  });

  it.each([
    ['shapes', row(1, 2), row(1, 2, 3), /shape \[1, 2\] and B \[1, 3\]/],
    ['texts', text('a', 'b'), text('a', 'c'), /1 of 2 texts differ/],
    ['kinds', text('a'), { ...row(1), shape: [1] }, /values of string and B of float32/],
  ])('says where %s differ', (_what, a, b, mismatch) => {
    const found = outputDifference(a, b, false);
    expect([found.relativeL2, mismatch.test(found.mismatch)]).toEqual([null, true]);
  });
});
