import { expect, it } from 'vitest';
import { csvText, type CsvCell } from '../../../../src/core/report/csv.ts';

it.each<[string, CsvCell, string]>([
  ['a number in full', 0.1 + 0.2, '0.30000000000000004'],
  ['a negative number as a number', -1.5, '-1.5'],
  ['null as an empty field', null, ''],
  ['plain text as it is', 'layer.0/fc1', 'layer.0/fc1'],
  ['a comma in quotes', 'a,b', '"a,b"'],
  ['a quote doubled', 'a"b', '"a""b"'],
  ['a line break in quotes', 'a\nb', '"a\nb"'],
  ['a formula defused', '=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ['a sum defused', '+1', "'+1"],
  ['a minus at the start of text defused', '-cmd', "'-cmd"],
  ['a mention defused', '@SUM(1)', "'@SUM(1)"],
])('writes %s', (_what, cell, expected) => {
  expect(csvText(['column'], [[cell]])).toBe(`column\r\n${expected}\r\n`);
});
