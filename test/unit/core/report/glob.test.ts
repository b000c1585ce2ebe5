import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../../src/core/report/glob.ts';

describe('globMatcher', () => {
  it.each([
    ['', 'anything', true],
    ['*', 'anything', true],
    ['encoder.*', 'encoder.0.weight', true],
    ['encoder.*', 'decoder.0.weight', false],
    ['layer?', 'layer1', true],
    ['layer?', 'layer12', false],
    ['a.b', 'axb', false],
    ['x,*.weight', 'fc.weight', true],
    ['x, y', 'y', true],
    ['[a]', 'a', false],
    ['[a]', '[a]', true],
    ['*', 'two\nlines', true],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*.weight', 'a.weight.weight', true],
    ['**', 'a', true],
    ['a*', 'a*', true],
    ['*a'.repeat(30), `${'a'.repeat(5000)}b`, false],
  ])('%j on %j is %s', (glob, name, matches) => {
    expect(globMatcher(glob)(name)).toBe(matches);
  });
});
