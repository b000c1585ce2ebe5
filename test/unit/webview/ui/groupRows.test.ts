import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../../webview/ui/groupRows.ts';
import { shareForKey } from '../../../../webview/ui/SplitView.tsx';
import { stopForKey } from '../../../../webview/ui/stopForKey.ts';

const rows = ['b2', 'a1', 'b1', 'a2'];
const keyOf = (row: string): string => row;
const grouping = (collapsed: readonly string[]) => ({
  of: (row: string) => row[0]!,
  label: (key: string) => key.toUpperCase(),
  collapsed: new Set(collapsed),
});
const show = (lines: ReturnType<typeof linesOf<string>>): string[] =>
  lines.map((line) => (line.kind === 'row' ? line.row : `${line.label} ${line.count}`));

describe('linesOf', () => {
  it('is the rows as they are ordered where nothing groups them', () => {
    expect(show(linesOf([...rows].sort(), rows, keyOf, undefined))).toEqual([
      'a1',
      'a2',
      'b1',
      'b2',
    ]);
  });

  it('keeps the groups in their order and sorts inside them', () => {
    expect(show(linesOf([...rows].sort(), rows, keyOf, grouping([])))).toEqual([
      'B 2',
      'b1',
      'b2',
      'A 2',
      'a1',
      'a2',
    ]);
  });

  it('leaves out the rows of a folded group, and still counts them', () => {
    expect(show(linesOf(rows, rows, keyOf, grouping(['b'])))).toEqual(['B 2', 'A 2', 'a1', 'a2']);
  });

  it('gives every line a key of its own', () => {
    const lines = linesOf(['a', 'b'], ['a', 'b'], keyOf, grouping([]));
    expect(new Set(lines.map(({ key }) => key)).size).toBe(4);
  });
});

describe('stopForKey', () => {
  it.each<[string, number, number | undefined]>([
    ['ArrowRight', 1, 2],
    ['ArrowRight', 2, 2],
    ['ArrowLeft', 1, 0],
    ['ArrowLeft', 0, 0],
    ['Home', 2, 0],
    ['End', 0, 2],
    ['ArrowDown', 0, undefined],
  ])('%s from %i of three goes to %s', (key, from, to) => {
    expect(stopForKey(key, from, 3)).toBe(to);
  });
});

describe('shareForKey', () => {
  const limits = { least: 15, most: 80 };
  it.each<['columns' | 'rows', string, boolean, number, number | undefined]>([
    ['columns', 'ArrowRight', false, 50, 52],
    ['columns', 'ArrowLeft', true, 50, 40],
    ['columns', 'ArrowDown', false, 50, undefined],
    ['rows', 'ArrowDown', false, 50, 52],
    ['rows', 'ArrowUp', true, 20, 15],
    ['rows', 'ArrowRight', false, 50, undefined],
    ['columns', 'Home', false, 50, 15],
    ['rows', 'End', false, 50, 80],
  ])('of %s: %s (shift: %s) from %i goes to %s', (along, key, shiftKey, share, expected) => {
    expect(shareForKey({ key, shiftKey }, { along, share, ...limits })).toBe(expected);
  });
});
