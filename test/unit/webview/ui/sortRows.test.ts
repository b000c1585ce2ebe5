import { describe, expect, it } from 'vitest';
import { nextSort, sortRows, type SortKey } from '../../../../webview/ui/sortRows.ts';

describe('sortRows', () => {
  it.each<[string, SortKey[], SortKey[], SortKey[]]>([
    ['numbers by value', [10, 9, -1], [-1, 9, 10], [10, 9, -1]],
    ['numbers inside text', ['fc10', 'fc2', 'fc1'], ['fc1', 'fc2', 'fc10'], ['fc10', 'fc2', 'fc1']],
    ['nulls last either way', [null, 2, 1], [1, 2, null], [2, 1, null]],
    ['nulls alone as they are', [null, null], [null, null], [null, null]],
    ['nothing', [], [], []],
  ])('sorts %s', (_what, keys, ascending, descending) => {
    expect(sortRows(keys, (key) => key, 'ascending')).toEqual(ascending);
    expect(sortRows(keys, (key) => key, 'descending')).toEqual(descending);
  });

  it('keeps the order of equal keys and leaves its input alone', () => {
    const rows = ['b1', 'a1', 'b2', 'a2'];
    const byLetter = (row: string): string => row.slice(0, 1);
    expect(sortRows(rows, byLetter, 'ascending')).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(sortRows(rows, byLetter, 'descending')).toEqual(['b1', 'b2', 'a1', 'a2']);
    expect(rows).toEqual(['b1', 'a1', 'b2', 'a2']);
  });
});

describe('nextSort', () => {
  it('goes from ascending to descending to none', () => {
    const first = nextSort(undefined, 'alpha');
    const second = nextSort(first, 'alpha');
    expect([first, second, nextSort(second, 'alpha')]).toEqual([
      { column: 'alpha', direction: 'ascending' },
      { column: 'alpha', direction: 'descending' },
      undefined,
    ]);
  });

  it('begins anew with another column', () => {
    expect(nextSort({ column: 'alpha', direction: 'ascending' }, 'name')).toEqual({
      column: 'name',
      direction: 'ascending',
    });
  });
});
