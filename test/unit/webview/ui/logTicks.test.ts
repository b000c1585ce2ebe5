import { describe, expect, it } from 'vitest';
import { logTicks, powerOfTen } from '../../../../webview/ui/logTicks.ts';

const labels = (min: number, max: number, most: number): string[] =>
  logTicks(min, max, most).map((tick) => tick.label);

describe('logTicks', () => {
  it.each([
    ['every decade', 0.02, 3000, 8, ['10⁻¹', '10⁰', '10¹', '10²', '10³']],
    ['the decades at both ends', 0.01, 10, 8, ['10⁻²', '10⁻¹', '10⁰', '10¹']],
    [
      'every fourth decade where there is little room',
      1e-12,
      1,
      4,
      ['10⁻¹²', '10⁻⁸', '10⁻⁴', '10⁰'],
    ],
    ['steps inside a single decade', 1.5, 30, 8, ['2', '5', '10¹', '20']],
    ['steps below 1', 0.015, 0.09, 8, ['0.02', '0.05']],
  ])('are %s', (_what, min, max, most, expected) => {
    expect(labels(min, max, most)).toEqual(expected);
  });

  it('lie in the range and rise', () => {
    const values = logTicks(3e-7, 4e5, 6).map((tick) => tick.value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.every((value) => value >= 3e-7 && value <= 4e5)).toBe(true);
  });
});

it.each([
  [0, '10⁰'],
  [-3, '10⁻³'],
  [12, '10¹²'],
])('10 to the %i is written %s', (exponent, text) => {
  expect(powerOfTen(exponent)).toBe(text);
});
