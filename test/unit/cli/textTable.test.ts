import { describe, expect, it } from 'vitest';
import { printable, textTable } from '../../../src/cli/textTable.ts';

describe('textTable', () => {
  it('aligns columns and shortens long names in the middle', () => {
    const lines = textTable(
      [
        { title: 'Layer', align: 'left', maxWidth: 9 },
        { title: 'Alpha', align: 'right' },
      ],
      [
        ['encoder.0.weight', '2.5'],
        ['fc', '11.25'],
      ],
    );
    expect(lines).toEqual(['Layer      Alpha', 'enco…ight    2.5', 'fc         11.25']);
  });

  it.each([
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['two\nlines', 'two\\u{a}lines'],
    ['right\u202Eleft', 'right\\u{202e}left'],
    ['plain é 模型', 'plain é 模型'],
  ])('shows control characters of %j instead of obeying them', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
