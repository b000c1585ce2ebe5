import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../../src/engine/glob.ts';

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
  ])('%j on %j is %s', (glob, name, matches) => {
    expect(globMatcher(glob)(name)).toBe(matches);
  });
});
