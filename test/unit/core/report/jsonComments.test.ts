import { describe, expect, it } from 'vitest';
import { withoutComments } from '../../../../src/core/report/jsonComments.ts';

describe('JSON with comments', () => {
  it.each<[string, string, string]>([
    ['a comment to the end of its line', '{ // a\n}', '{     \n}'],
    ['a comment within a line', '[1, /* 2, */ 3]', '[1,          3]'],
    ['a comment over lines keeps them', '[/*\n*/1]', '[  \n  1]'],
    ['what only looks like one in a string', '["// no", "/* no */"]', '["// no", "/* no */"]'],
    ['an escaped quote in a string', '["\\"// no"]', '["\\"// no"]'],
    ['a comment that does not end', '1 /* x', '1     '],
    ['a string that does not end', '["// x', '["// x'],
  ])('%s', (_name, text, plain) => {
    expect(withoutComments(text)).toBe(plain);
  });

  it.each([['"\\'], ['/*'], ['\\"'], ['"']])('takes one pass over a million of %j', (unit) => {
    const text = unit.repeat(1_000_000);
    expect(withoutComments(text)).toHaveLength(text.length);
  });
});
