import { expect, it } from 'vitest';
import { visibleName } from '../../../../src/core/report/visibleName.ts';

it.each([
  ['an override of direction', 'conv\u202Egnp', 'conv[U+202E]gnp'],
  ['isolates and marks', '\u2066a\u2069\u200F', '[U+2066]a[U+2069][U+200F]'],
  ['a zero-width space', 'a\u200Bb', 'a[U+200B]b'],
  ['a byte order mark', '\uFEFFa', '[U+FEFF]a'],
  ['a line break', 'a\nb', 'a[U+000A]b'],
  ['an escape sequence', '\u001b[31mred', '[U+001B][31mred'],
  ['a null', 'a\0b', 'a[U+0000]b'],
])('shows %s', (_what, name, expected) => {
  expect(visibleName(name)).toBe(expected);
});

it.each(['/model/блок.1/Conv', '层.0', 'שכבה', 'a b', '</script>', '😀'])(
  'leaves %s as it is',
  (name) => {
    expect(visibleName(name)).toBe(name);
  },
);
