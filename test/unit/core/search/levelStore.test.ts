import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LevelStore } from '../../../../src/core/search/levelStore.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const root = tempFolder();
let folders = 0;

function storeOf(limit: number, isThere = true) {
  const folder = path.join(root, String(folders++));
  if (isThere) fs.mkdirSync(folder);
  const made: string[] = [];
  const store = new LevelStore(folder, limit);
  const take = (key: string): number[] =>
    Array.from(
      store.values({
        key,
        type: 'float32',
        make: () => (made.push(key), Float32Array.of(key.charCodeAt(0), 2, 3, 4)),
      }) as Float32Array,
    );
  return { folder, made, take };
}

const valuesOf = (key: string): number[] => [key.charCodeAt(0), 2, 3, 4];

describe('a store of levels', () => {
  it('computes each once, whatever memory holds', () => {
    const { made, take } = storeOf(40);
    for (const key of 'abcdabcdeedcba') expect(take(key)).toEqual(valuesOf(key));
    expect(made.join('')).toBe('abcde');
  });

  it('keeps those used last in memory, and the others in files', () => {
    const { folder, take } = storeOf(48);
    for (const key of 'abc') take(key);
    expect(fs.readdirSync(folder)).toEqual([]);
    take('a');
    take('d');
    const files = fs.readdirSync(folder);
    expect(files).toHaveLength(1);
    expect(fs.statSync(path.join(folder, files[0]!)).size).toBe(16);
    for (const key of 'cad') take(key);
    expect(fs.readdirSync(folder)).toHaveLength(1);
  });

  it('has the level asked for last, even one above the limit', () => {
    const { take, made } = storeOf(1);
    for (const key of 'aab') expect(take(key)).toEqual(valuesOf(key));
    expect(made.join('')).toBe('ab');
  });

  it('computes again where the disk takes nothing', () => {
    const { take, made } = storeOf(32, false);
    for (const key of 'abcabc') expect(take(key)).toEqual(valuesOf(key));
    expect(made.join('')).toBe('abcabc');
  });
});
