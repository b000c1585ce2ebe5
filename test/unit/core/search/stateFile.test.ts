import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SEARCH_STATE_SCHEMA, type SearchState } from '../../../../src/core/plan/searchState.ts';
import { readStateFile, writeStateFile } from '../../../../src/core/search/stateFile.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const folder = tempFolder();
const file = path.join(folder, 'm.search.json');

const STATE: SearchState = {
  schema: SEARCH_STATE_SCHEMA,
  model: { file: 'm.onnx', sha256: 'ab' },
  settings: { axis: 'lowrank', seed: '1' },
  samples: 'cd',
  generation: 3,
  evaluations: 97,
  scored: { start: 0.5, best: 0.25 },
  heldOut: { start: 0.6, best: 0.3 },
  actions: [
    { id: 'a', action: { action: 'keep' } },
    { id: 'b', action: { action: 'lowrank', rank: 4 } },
    { id: 'c', action: { action: 'prune', sparsity: 0.5, pattern: '2:4' } },
    { id: 'd', action: { action: 'quantize', bits: 4, block: 32 } },
  ],
};

describe('the state of a search', () => {
  it('comes back as it was written, over the last one, with nothing left beside it', () => {
    writeStateFile(file, { ...STATE, generation: 2 });
    writeStateFile(file, STATE);
    expect(readStateFile(file, STATE)).toEqual(STATE);
    expect(fs.readdirSync(folder)).toEqual(['m.search.json']);
  });

  it.each<[string, Pick<SearchState, 'model' | 'settings'>, RegExp]>([
    [
      'another model',
      { ...STATE, model: { file: 'm.onnx', sha256: 'ba' } },
      /of a search for another model, .* was ab and is ba/,
    ],
    [
      'another seed',
      { ...STATE, settings: { axis: 'lowrank', seed: '2' } },
      /with seed 1, and now it is 2/,
    ],
    [
      'a setting that it lacks',
      { ...STATE, settings: { ...STATE.settings, logits: 'y' } },
      /with logits absent, and now it is y/,
    ],
    [
      'a setting that is gone',
      { ...STATE, settings: { axis: 'lowrank' } },
      /with seed 1, and now it is absent/,
    ],
  ])('is not that of %s', (_, expected, message) => {
    writeStateFile(file, STATE);
    expect(() => readStateFile(file, expected)).toThrow(message);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['a plan', '{"schema":"eigenscope.plan/1"}', /is not the state of a search .* at schema/],
    [
      'a rank of no number',
      JSON.stringify({
        ...STATE,
        actions: [{ id: 'a', action: { action: 'lowrank', rank: 'x' } }],
      }),
      /at actions\.0\.action\.rank/,
    ],
    [
      'a figure that is none',
      JSON.stringify({ ...STATE, scored: { start: 1, best: null } }),
      /at scored\.best/,
    ],
  ])('is refused where the file holds %s', (_, text, message) => {
    const odd = path.join(folder, 'odd.json');
    fs.writeFileSync(odd, text);
    expect(() => readStateFile(odd, STATE)).toThrow(message);
    fs.rmSync(odd);
  });

  it('is missing where there is no file', () => {
    expect(() => readStateFile(path.join(folder, 'nil.json'), STATE)).toThrow(
      /no search to go on with .*nil\.json/,
    );
  });

  it('stays as it was where the new one cannot be written', () => {
    const own = path.join(folder, 'own');
    fs.mkdirSync(own);
    const there = path.join(own, 's.json');
    fs.mkdirSync(there);
    fs.writeFileSync(path.join(there, 'mine'), 'mine');
    expect(() => writeStateFile(there, STATE)).toThrow(/cannot be kept in .*s\.json/);
    expect(fs.readdirSync(own)).toEqual(['s.json']);
    expect(fs.readdirSync(there)).toEqual(['mine']);
  });
});
