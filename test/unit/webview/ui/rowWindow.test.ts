import { describe, expect, it } from 'vitest';
import { pageOf, rowForKey, visibleRange } from '../../../../webview/ui/rowWindow.ts';

describe('visibleRange', () => {
  it.each([
    ['at the top', 0, 240, 5000, 0, 20],
    ['in the middle', 24_000, 240, 5000, 990, 1020],
    ['at the end', 119_760, 240, 5000, 4980, 5000],
    ['beyond the end, after a filter', 119_760, 240, 3, 3, 3],
    ['of a short list', 0, 240, 3, 0, 3],
    ['of an empty list', 0, 240, 0, 0, 0],
  ])('%s', (_what, top, height, count, first, last) => {
    expect(visibleRange(top, height, 24, count)).toEqual({ first, last });
  });
});

describe('rowForKey', () => {
  it.each([
    ['ArrowDown', 4, 5],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 4, 3],
    ['ArrowUp', 0, 0],
    ['PageDown', 4, 14],
    ['PageDown', 95, 99],
    ['PageUp', 4, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
  ])('%s from %i to %i of 100', (key, active, expected) => {
    expect(rowForKey(key, active, 100, 10)).toBe(expected);
  });

  it.each(['a', 'Tab', 'Enter', 'toString'])('leaves %s to others', (key) => {
    expect(rowForKey(key, 4, 100, 10)).toBeUndefined();
  });
});

describe('pageOf', () => {
  it.each([
    [240, 9],
    [24, 1],
    [0, 1],
  ])('a box of %i pixels moves by %i rows', (height, rows) => {
    expect(pageOf(height, 24)).toBe(rows);
  });
});
