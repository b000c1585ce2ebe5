import { describe, expect, test } from 'vitest';
import { nonFinite } from '../../../../src/core/checkpoint/nonFinite.ts';
import { roundingVariance } from '../../../../src/core/checkpoint/rounding.ts';
import { float16Bits, bfloat16Bits } from '../../../fixtures/elementBytes.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

describe('the variance of rounding is ulp squared over 12', () => {
  const cases: readonly (readonly [
    'float32' | 'float64' | 'float16' | 'bfloat16',
    number,
    number,
  ])[] = [
    ['float32', 1, 2 ** -23],
    ['float32', -1.999, 2 ** -23],
    ['float32', 2, 2 ** -22],
    ['float32', 0, 2 ** -149],
    ['float32', 2 ** -140, 2 ** -149],
    ['float32', 2 ** -126, 2 ** -149],
    ['float32', 2 ** 127, 2 ** 104],
    ['float16', 1, 2 ** -10],
    ['float16', 0, 2 ** -24],
    ['float16', 2 ** -20, 2 ** -24],
    ['float16', 65504, 2 ** 5],
    ['bfloat16', 1, 2 ** -7],
    ['bfloat16', 3, 2 ** -6],
    ['bfloat16', 0, 2 ** -133],
    ['float64', 1, 2 ** -52],
    ['float64', 1e-3, 2 ** -62],
  ];
  test.each(cases)('%s %d', (dtype, value, ulp) => {
    expect(roundingVariance(Float64Array.of(value), dtype)).toBe(ulp ** 2 / 12);
  });

  test('it is the mean over the finite entries', () => {
    const values = Float64Array.of(1, 2, NaN, Infinity, -0);
    const expected = (2 ** -46 + 2 ** -44 + 2 ** -298) / 3 / 12;
    expect(roundingVariance(values, 'float32')).toBe(expected);
    expect(roundingVariance(new Float64Array(0), 'float32')).toBe(0);
    expect(roundingVariance(Float64Array.of(NaN), 'float32')).toBe(0);
  });

  test('it is the variance that rounding Gaussian entries really has', () => {
    const random = seededRandom(3);
    const exact = Float64Array.from({ length: 40_000 }, () => random.normal() / 30);
    const rounded = {
      float32: Math.fround,
      float16: (x: number) => decoded16(float16Bits(x)),
      bfloat16: (x: number) => decodedB16(bfloat16Bits(x)),
    };
    for (const [dtype, round] of Object.entries(rounded)) {
      const measured = exact.reduce((sum, x) => sum + (round(x) - x) ** 2, 0) / exact.length;
      const predicted = roundingVariance(exact.map(round), dtype as keyof typeof rounded);
      expect(measured / predicted, dtype).toBeCloseTo(1, 1);
    }
  });
});

test('values that are not finite are counted, and the first is named', () => {
  expect(nonFinite(Float64Array.of(1, 2, 3))).toBeUndefined();
  expect(nonFinite(new Float64Array(0))).toBeUndefined();
  expect(nonFinite(Float64Array.of(1, -Infinity, NaN, 4))).toEqual({ count: 2, firstIndex: 1 });
});

function decoded16(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const scale = 2 ** (Math.max(exponent, 1) - 25);
  return (bits & 0x8000 ? -1 : 1) * ((bits & 1023) + (exponent ? 1024 : 0)) * scale;
}

function decodedB16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}
