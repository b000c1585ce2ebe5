import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchProgress, SearchRequest, SearchResult } from '../../../src/engine/engineApi.ts';
import { writePlantedSensitivity } from '../../fixtures/plantedSensitivity.ts';
import { searchRequest, writeSearchInputs } from '../../fixtures/searchRequest.ts';
import { childrenOf } from '../../fixtures/childProcesses.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const model = writePlantedSensitivity(folder, 'planted.onnx', 7);
const inputs = writeSearchInputs(folder, 1).file;
const SHORT = { generations: 8, offspring: 8 };

/** A search that keeps its state in a file of that name. */
const kept = (name: string, changes: Partial<SearchRequest> = {}): SearchRequest =>
  searchRequest(model, [inputs], { stateFile: path.join(folder, name), search: SHORT, ...changes });

const stateIn = (name: string): string => fs.readFileSync(path.join(folder, name), 'utf8');

/** What a search gives that nobody disturbs. */
let whole: SearchResult;

beforeAll(async () => {
  whole = await engine.search(kept('whole.search.json'));
});

describe('a search that is stopped', () => {
  it('gives the best plan so far, and goes on from there as if it had not been', async () => {
    const abort = new AbortController();
    const seen: SearchProgress[] = [];
    const endless = { generations: 100_000, offspring: 8 };
    const stopped = await engine.search(kept('cancelled.search.json', { search: endless }), {
      signal: abort.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.phase === 'search' && progress.generation === 3) abort.abort();
      },
    });
    expect(stopped.finished).toBe(false);
    const { generations, scored } = stopped.plan.search!;
    expect(generations).toBeGreaterThanOrEqual(3);
    expect(scored.best).toBeLessThan(scored.start);
    // The plan that is given is the one on disk, and no process is left that could score another.
    expect(JSON.parse(stateIn('cancelled.search.json'))).toMatchObject({
      generation: generations,
      evaluations: stopped.plan.search!.evaluations,
      scored,
    });
    expect(childrenOf(engine.pid!)).toEqual([]);
    expect(stopped.plan.notes.join()).toContain(`stopped after ${generations} generations`);
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['weights', 'samples', 'search']);
    const search = { generations: generations + 2, offspring: 8 };
    const resumed = await engine.search(kept('cancelled.search.json', { resume: true, search }));
    expect(resumed).toEqual(await engine.search(kept('undisturbed.search.json', { search })));
    expect(stateIn('cancelled.search.json')).toBe(stateIn('undisturbed.search.json'));
  });

  it('before there is any plan is cancelled, and keeps no state', async () => {
    const abort = new AbortController();
    const cancelled = engine.search(kept('early.search.json'), {
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase === 'samples') abort.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ name: 'CancelledError' });
    expect(fs.existsSync(path.join(folder, 'early.search.json'))).toBe(false);
  });

  it('by a kill loses at most the generation it was at', async () => {
    const own = testEngine();
    let told = -1;
    const killed = own.search(kept('killed.search.json'), {
      onProgress: (progress) => {
        if (progress.phase !== 'search') return;
        told = progress.generation;
        if (told === 2) process.kill(own.pid!, 'SIGKILL');
      },
    });
    await expect(killed).rejects.toMatchObject({ name: 'DisconnectedError' });
    own.dispose();
    const { generation } = JSON.parse(stateIn('killed.search.json')) as { generation: number };
    expect(generation).toBeGreaterThanOrEqual(told);
    expect(await engine.search(kept('killed.search.json', { resume: true }))).toEqual(whole);
  });

  it('goes on further when it is asked for more generations', async () => {
    const few = await engine.search(
      kept('few.search.json', { search: { generations: 3, offspring: 8 } }),
    );
    expect(few.plan.search!.generations).toBe(3);
    expect(await engine.search(kept('few.search.json', { resume: true }))).toEqual(whole);
  });

  it('gives its best plan at once where nothing is left to do', async () => {
    const again = kept('whole.search.json', { resume: true });
    expect(await engine.search(again)).toEqual(whole);
  });

  it.each<[string, Partial<SearchRequest>, RegExp]>([
    [
      'another model',
      { file: writePlantedSensitivity(folder, 'odd.onnx', 8) },
      /of a search for another model/,
    ],
    [
      'another target',
      { target: { kind: 'parameters', value: 0.6 } },
      /with target parameters=0\.5, and now it is parameters=0\.6/,
    ],
    ['another method', { method: 'energy' }, /with method error-optimal, and now it is energy/],
    ['another seed', { seed: 2 }, /with seed 1, and now it is 2/],
    [
      'another number of offspring',
      { search: { generations: 8, offspring: 4 } },
      /with offspring 8, and now it is 4/,
    ],
    ['other samples', { inputs: [writeSearchInputs(folder, 2).file] }, /was made on other samples/],
  ])('is not gone on with for %s', async (_, changes, message) => {
    const before = stateIn('whole.search.json');
    const resumed = engine.search(kept('whole.search.json', { resume: true, ...changes }));
    await expect(resumed).rejects.toThrow(message);
    expect(stateIn('whole.search.json')).toBe(before);
  });
});

describe('a state that was changed by hand', () => {
  type Action = { id: string; action: { action: string; rank?: number } };

  it.each<[string, (actions: Action[]) => Action[], RegExp]>([
    [
      'a weight is missing',
      (actions) => actions.slice(1),
      /has nothing for 'branch_0', which is none of the \d+ levels/,
    ],
    [
      'a rank is none of the levels',
      ([first, ...others]) => [{ ...first!, action: { action: 'lowrank', rank: 999 } }, ...others],
      /has 'rank 999' for 'branch_0'/,
    ],
    [
      'its plan is too large',
      (actions) => actions.map(({ id }) => ({ id, action: { action: 'keep' } })),
      /holds a plan that is larger than the search allows/,
    ],
  ])('is refused where %s', async (_, change, message) => {
    const state = JSON.parse(stateIn('whole.search.json')) as { actions: Action[] };
    const changed = { ...state, actions: change(state.actions) };
    fs.writeFileSync(path.join(folder, 'changed.search.json'), JSON.stringify(changed));
    const resumed = engine.search(kept('changed.search.json', { resume: true }));
    await expect(resumed).rejects.toThrow(message);
  });
});

describe('a search refuses', () => {
  it.each<[string, Partial<SearchRequest>, RegExp]>([
    ['one sample', { inputs: [], samples: 1 }, /at least 2 samples/],
    [
      'one offspring',
      { search: { generations: 1, offspring: 1 } },
      /offspring is a whole number from 2 up, not 1/,
    ],
    ['logits of no output', { logits: ['nil'] }, /names 'nil', but the outputs are 'y'/],
    [
      'too little memory',
      { inputs: [], samples: 4, dims: { batch: 8192 }, memoryLimit: 2 ** 22 },
      /needs 1 MB for the weights of one plan and 6 MB for the original's outputs, and 4 MB may be/,
    ],
    [
      'a state in a folder that is not there',
      { stateFile: path.join(folder, 'nil', 's.json') },
      /cannot be kept in .*s\.json/,
    ],
    [
      'a target that cannot be met',
      { target: { kind: 'parameters', value: 0.01 } },
      /cannot be met/,
    ],
  ])('%s', async (_, changes, message) => {
    const request = kept('refused.search.json', changes);
    await expect(engine.search(request)).rejects.toThrow(message);
    expect(fs.existsSync(path.join(folder, 'refused.search.json'))).toBe(false);
  });

  it('a model of which every weight is locked', async () => {
    const locked = whole.plan.layers.map((layer) => ({ ...layer, locked: true }));
    const request = kept('locked.search.json', { locked });
    await expect(engine.search(request)).rejects.toMatchObject({ code: 'nothing' });
  });
});
