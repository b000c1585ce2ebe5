import { describe, expect, it } from 'vitest';
import {
  learningRateFactors,
  tailExponent,
  type RateMap,
} from '../../../../src/core/spectrum/tempBalance.ts';

describe('learning rates from exponents', () => {
  it.each<readonly [RateMap, readonly number[], readonly number[]]>([
    ['linear', [2, 4, 3], [0.5, 1.5, 1]],
    ['sqrt', [1, 4, 9], [0.5, 1, 1.5]],
    ['log2', [2, 4, 8], [0.5, 1, 1.5]],
    ['step', [7, 2, 3, 2.5], [1.25, 0.5, 1, 0.75]],
    ['linear', [3, 3], [1, 1]],
    ['step', [5], [0.5]],
  ])('by %s of %j are %j', (map, exponents, factors) => {
    learningRateFactors(exponents, map).forEach((factor, k) =>
      expect(factor).toBeCloseTo(factors[k]!, 12),
    );
    expect(learningRateFactors(exponents, map)).toHaveLength(factors.length);
  });
});

describe('zeros', () => {
  const values = Float64Array.of(0, 1e-6, 1, 2, 4, 8);

  it('are left out where that is asked', () => {
    const rule = { kind: 'goodness-of-fit' } as const;
    expect(tailExponent(values, rule, true)).toEqual(tailExponent(values.subarray(2), rule));
  });

  it('stay where nothing else is there', () => {
    const zeros = Float64Array.of(1e-7, 2e-7, 3e-7, 9e-7);
    const rule = { kind: 'median' } as const;
    expect(tailExponent(zeros, rule, true)).toEqual(tailExponent(zeros, rule));
  });
});
