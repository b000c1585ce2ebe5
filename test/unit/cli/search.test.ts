import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { stateFileOf } from '../../../src/cli/planSearch.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { writePlantedSensitivity } from '../../fixtures/plantedSensitivity.ts';
import { writeSearchInputs } from '../../fixtures/searchRequest.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const run = commandLine(folder);
const model = writePlantedSensitivity(folder, 'm.onnx', 7);
const inputs = writeSearchInputs(folder, 1).file;

const ASKED = ['plan', model, '--axis', 'lowrank', '--target', 'parameters=0.5'];
const SEARCH = [...ASKED, '--method', 'search', '--inputs', inputs, '--offspring', '8'];

const read = (name: string): Plan => {
  const file = path.join(folder, name);
  return parsePlan(fs.readFileSync(file, 'utf8'), file);
};

describe('eigenscope plan --method search', () => {
  let table: string;

  beforeAll(() => {
    const { status, stdout, stderr } = run(
      ...SEARCH,
      '--generations',
      '6',
      '-o',
      'm.eigenplan.json',
    );
    expect({ status, stdout, stderr: status === 0 ? '' : stderr }).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    table = stderr;
  });

  it('writes a plan with what was measured, and the state beside it', () => {
    const plan = read('m.eigenplan.json');
    expect(plan).toMatchObject({
      method: 'search',
      search: {
        start: 'error-optimal',
        generations: 6,
        offspring: 8,
        finished: true,
        inputs: { kind: 'given', scored: 12, heldOut: 12 },
      },
    });
    expect(fs.existsSync(path.join(folder, 'm.search.json'))).toBe(true);
    expect(table).toMatch(/outputs +0\.\d+ > 0\.\d+ \(-\d+(\.\d+)? %\) on 12 samples held out/);
    expect(table).toMatch(/from the plan of error-optimal in 6 generations, \d+ plans/);
  });

  it('goes on from the state, over its own plan', () => {
    const before = read('m.eigenplan.json').search!;
    const { status } = run(
      ...SEARCH,
      '--generations',
      '9',
      '--resume',
      '-o',
      'm.eigenplan.json',
      '--quiet',
    );
    expect(status).toBe(0);
    const { generations, scored } = read('m.eigenplan.json').search!;
    expect(generations).toBe(9);
    expect(scored.best).toBeLessThanOrEqual(before.scored.best);
  });

  it('does not go over a plan that a person has changed since', () => {
    const file = path.join(folder, 'edited.eigenplan.json');
    const plan = read('m.eigenplan.json');
    const layers = plan.layers.map((layer, k) =>
      k === 0 ? { ...layer, action: 'lowrank', rank: 7 } : layer,
    );
    const text = JSON.stringify({ ...plan, layers });
    fs.writeFileSync(file, text);
    fs.copyFileSync(path.join(folder, 'm.search.json'), path.join(folder, 'edited.search.json'));
    const { status, stderr } = run(...SEARCH, '--resume', '-o', file);
    expect([status, fs.readFileSync(file, 'utf8')]).toEqual([2, text]);
    expect(stderr).toMatch(/edited\.eigenplan\.json exists, .* or --force/);
  });

  it('writes to standard output without a state', () => {
    const names = fs.readdirSync(folder);
    const { status, stdout } = run(...SEARCH, '--generations', '2', '-o', '-', '--quiet');
    expect(status).toBe(0);
    expect(parsePlan(stdout, 'standard output').search!.generations).toBe(2);
    expect(fs.readdirSync(folder)).toEqual(names);
  });

  it('interrupted, writes the best plan so far and says how to go on', async () => {
    const output = path.join(folder, 'stopped.eigenplan.json');
    const state = stateFileOf(output);
    const args = [...SEARCH, '--generations', '100000', '-o', output];
    const child = spawn(process.execPath, [path.join(DIST, 'cli.mjs'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, XDG_CACHE_HOME: path.join(folder, '.cache') },
      // A group of its own, so that the interrupt reaches all of its processes, as a terminal's does.
      detached: true,
    });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    const watcher = fs.watch(folder, () => {
      if (!fs.existsSync(state)) return;
      watcher.close();
      process.kill(-child.pid!, 'SIGINT');
    });
    const status = await new Promise((resolve) => child.on('exit', resolve));
    expect(status).toBe(130);
    expect(text).toMatch(
      /Stopped: the plan is the best so far\. --resume goes on from .*stopped\.search\.json/,
    );
    expect(read('stopped.eigenplan.json').search!.finished).toBe(false);
    expect(fs.readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});

describe('eigenscope plan refuses of a search', () => {
  const ours = ['-o', 'x.eigenplan.json'];

  beforeAll(() => {
    fs.writeFileSync(path.join(folder, 'there.search.json'), 'mine');
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'its options without the method',
      [...ASKED, '--generations', '5', ...ours],
      /--generations is of --method search only/,
    ],
    [
      'a start that is no method of the axis',
      [...SEARCH, '--start', 'alpha-linear', ...ours],
      /error-optimal/,
    ],
    [
      'no offspring',
      [...SEARCH, '--offspring', '1', ...ours],
      /--offspring is a whole number from 2 up/,
    ],
    ['one sample', [...SEARCH, '--samples', '1', ...ours], /--samples is a whole number from 2 up/],
    [
      'to go on from nothing',
      [...SEARCH, '--resume', ...ours],
      /no search to go on with: .*x\.search\.json does not exist/,
    ],
    ['to go on from standard output', [...SEARCH, '--resume', '-o', '-'], /give one with -o/],
    [
      'to begin over a state that is there',
      [...SEARCH, '-o', 'there.eigenplan.json'],
      /there\.search\.json is there from an earlier search/,
    ],
    [
      'to go on from what is no state',
      [...SEARCH, '--resume', '-o', 'there.eigenplan.json'],
      /there\.search\.json is not JSON/,
    ],
    [
      'inputs of another shape',
      [...ASKED, '--method', 'search', '--inputs', 'm.onnx', ...ours],
      /m\.onnx/,
    ],
  ])('%s', (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(fs.readFileSync(path.join(folder, 'there.search.json'), 'utf8')).toBe('mine');
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('x.'))).toEqual([]);
  });
});

describe('the state of a search is kept', () => {
  it.each([
    ['m.eigenplan.json', 'm.search.json'],
    ['a/b.json', 'a/b.search.json'],
    ['plan', 'plan.search.json'],
    ['-', ''],
  ])('of %s in %s', (output, state) => expect(stateFileOf(output)).toBe(state));
});
