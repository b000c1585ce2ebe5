import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../fixtures/commandLine.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { writeChain } from '../../fixtures/testEngine.ts';

const SIZE = 40;

/** A repository with a model in a folder: layer_0 is sound, layer_1 has a NaN, layer_2 lost its rank. */
const repository = tempFolder();
const models = path.join(repository, 'models');
fs.mkdirSync(path.join(repository, '.git'));
fs.mkdirSync(models);
writeChain(models, 'model.onnx', 3, SIZE, (values, layer) => {
  if (layer === 1) values[3] = NaN;
  if (layer === 2) values.fill(0, 0, 30 * SIZE);
});
writeChain(models, 'collapsed.onnx', 3, SIZE, (values, layer) => {
  if (layer === 2) values.fill(0, 0, 30 * SIZE);
});

const eigenscope = commandLine(models);

function write(file: string, value: object | string): void {
  fs.writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Runs with `eigenscope.json` there, and without it afterwards. */
function accepting(folder: string, value: object | string, ...args: string[]) {
  const file = path.join(folder, 'eigenscope.json');
  write(file, value);
  try {
    return eigenscope('analyze', 'model.onnx', '--quiet', ...args);
  } finally {
    fs.rmSync(file);
  }
}

const analyze = (...args: string[]) => eigenscope('analyze', 'model.onnx', '--quiet', ...args);

const NON_FINITE = { layer: 'layer_1', code: 'non-finite', reason: 'trained so' };
const COLLAPSED = { layer: 'layer_?', code: 'rank-collapse', reason: 'pruned by hand' };

describe('--fail-on', () => {
  it.each([
    ['non-finite', 1, '1 finding.\n  non-finite: layer_1\n'],
    [
      'rank-collapse,non-finite',
      1,
      '2 findings.\n  non-finite: layer_1\n  rank-collapse: layer_2\n',
    ],
    ['error', 1, '1 finding.\n  non-finite: layer_1\n'],
  ])('%s names the layers', (codes, status, lines) => {
    expect(analyze('--fail-on', codes)).toEqual({
      status,
      stdout: '',
      stderr: `eigenscope: model.onnx fails --fail-on ${codes}: ${lines}`,
    });
  });

  it('exits 0 where there is no such finding, and says so unless quiet', () => {
    expect(analyze('--fail-on', 'no-weights')).toEqual({ status: 0, stdout: '', stderr: '' });
    const { stderr } = eigenscope('analyze', 'model.onnx', '--fail-on', 'no-weights');
    expect(stderr).toMatch(/model\.onnx passes --fail-on no-weights: 0 findings\.\n$/);
  });

  it('still writes the report that it fails', () => {
    const { status, stdout } = analyze('--fail-on', 'error', '--csv', '-');
    expect([status, stdout.split('\r\n').length]).toEqual([1, 5]);
  });

  it('lists the codes there are when it does not know one', () => {
    const { status, stderr } = analyze('--fail-on', 'rank');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^eigenscope: --fail-on takes heavy-tail, .*, error, not 'rank'\. Try/);
  });
});

describe('--baseline', () => {
  const failing = (...args: string[]) => analyze('--fail-on', 'rank-collapse,non-finite', ...args);
  eigenscope('analyze', 'model.onnx', '--quiet', '--json', 'same.json');
  eigenscope('analyze', 'collapsed.onnx', '--quiet', '--json', 'before.json');
  eigenscope('analyze', 'model.onnx', '--quiet', '--json', 'compat.json', '--mode', 'compat');

  it('leaves nothing to fail where nothing is new', () => {
    expect(failing('--baseline', 'same.json')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('leaves what is new', () => {
    expect(failing('--baseline', 'before.json')).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'eigenscope: model.onnx fails --fail-on rank-collapse,non-finite: 1 finding (not counted: 1 in the baseline).\n  non-finite: layer_1\n',
    });
  });

  it('may be the file that the new report replaces', () => {
    fs.copyFileSync(path.join(models, 'before.json'), path.join(models, 'kept.json'));
    expect(failing('--baseline', 'kept.json', '--json', 'kept.json').status).toBe(1);
    expect(failing('--baseline', 'kept.json', '--json', 'kept.json').status).toBe(0);
  });

  it.each([
    ['nowhere.json', /^eigenscope: nowhere\.json cannot be read: /],
    ['model.onnx', /^eigenscope: model\.onnx is not JSON: /],
    ['other.json', /^eigenscope: other\.json is not a report of schema eigenscope\.report\/1: /],
    ['compat.json', /^eigenscope: compat\.json is a report in compat mode .* give --mode compat/],
  ])('%s is refused before anything is analyzed', (file, message) => {
    write(path.join(models, 'other.json'), { layers: [] });
    const { status, stderr } = failing('--baseline', file);
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });
});

describe('eigenscope.json', () => {
  const failOn = ['--fail-on', 'rank-collapse,non-finite'];

  it.each([
    ['beside the model', models],
    ['at the root of the repository', repository],
  ])('%s accepts findings, which then do not fail', (_what, folder) => {
    const both = { accepted: [NON_FINITE, COLLAPSED] };
    expect(accepting(folder, both, ...failOn)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(accepting(folder, { accepted: [COLLAPSED] }, ...failOn)).toMatchObject({
      status: 1,
      stderr:
        'eigenscope: model.onnx fails --fail-on rank-collapse,non-finite: 1 finding (not counted: 1 accepted).\n  non-finite: layer_1\n',
    });
  });

  it('of the nearest folder holds alone', () => {
    write(path.join(repository, 'eigenscope.json'), { accepted: [NON_FINITE] });
    expect(accepting(models, { accepted: [] }, '--fail-on', 'non-finite').status).toBe(1);
    expect(analyze('--fail-on', 'non-finite').status).toBe(0);
    fs.rmSync(path.join(repository, 'eigenscope.json'));
  });

  it('above the root of the repository does not hold', () => {
    fs.mkdirSync(path.join(models, '.git'));
    expect(accepting(repository, { accepted: [NON_FINITE] }, '--fail-on', 'error').status).toBe(1);
    fs.rmdirSync(path.join(models, '.git'));
  });

  it('above the model does not hold where there is no repository', () => {
    fs.rmdirSync(path.join(repository, '.git'));
    expect(accepting(repository, { accepted: [NON_FINITE] }, '--fail-on', 'error').status).toBe(1);
    fs.mkdirSync(path.join(repository, '.git'));
  });

  it('has its findings listed as accepted, with the reason', () => {
    write(path.join(models, 'eigenscope.json'), { accepted: [NON_FINITE] });
    const { stderr } = eigenscope('analyze', 'model.onnx');
    fs.rmSync(path.join(models, 'eigenscope.json'));
    expect(stderr).toMatch(
      /\naccepted: non-finite \(1\)\n {2}layer_1 has .* Accepted: trained so\n/,
    );
    expect(stderr).not.toMatch(/^error: non-finite/m);
  });

  it.each([
    ['no JSON', '{', /eigenscope\.json is not JSON/],
    ['an unknown code', { accepted: [{ ...COLLAPSED, code: 'x' }] }, /at accepted\.0\.code: /],
    ['no reason', { accepted: [{ layer: 'a', code: 'heavy-tail' }] }, /at accepted\.0\.reason: /],
  ])('with %s is refused by name', (_what, value, message) => {
    const { status, stderr } = accepting(models, value);
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(path.join(models, 'eigenscope.json'));
    expect(stderr).toMatch(message);
  });
});
