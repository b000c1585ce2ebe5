import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatShape,
  formatShare,
  formatShortCount,
} from '../../../../webview/ui/quantities.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [10_857_958, '10.9 MB'],
    [2.5e9, '2.50 GB'],
    [4e15, '4.00e+3 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatShare', () => {
  it.each([
    [0, 0, '0 %'],
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [999_999, 1_000_000, '99.9 %'],
    [1, 3, '33.3 %'],
  ])('%d of %d is %s', (part, whole, text) => {
    expect(formatShare(part, whole)).toBe(text);
  });
});

it('writes counts and shapes', () => {
  expect([formatCount(1234567), formatShortCount(2_663_808), formatShape([384, 1536])]).toEqual([
    '1,234,567',
    '2.66M',
    '384×1536',
  ]);
});
