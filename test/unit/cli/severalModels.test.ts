import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findModels } from '../../../src/cli/modelFiles.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { writeChain } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
for (const each of ['zoo/deep/er', 'zoo/node_modules/x', 'zoo/.git', 'zoo/dir.onnx', 'none'])
  fs.mkdirSync(path.join(folder, each), { recursive: true });
writeChain(folder, 'zoo/b.onnx', 1, 20);
writeChain(folder, 'zoo/A.ONNX', 2, 20);
writeChain(folder, 'zoo/deep/er/a.onnx', 1, 20, (values) => {
  values[0] = NaN;
});
for (const hidden of ['zoo/node_modules/x/n.onnx', 'zoo/.git/g.onnx', 'zoo/notes.txt'])
  fs.writeFileSync(path.join(folder, hidden), 'no model');
fs.symlinkSync('.', path.join(folder, 'zoo/loop'), 'dir');
fs.writeFileSync(path.join(folder, 'broken.onnx'), 'no model');

const eigenscope = commandLine(folder);
const ZOO = ['zoo/A.ONNX', 'zoo/b.onnx', 'zoo/deep/er/a.onnx'];

function reports(): string[] {
  const out = path.join(folder, 'out');
  return fs.existsSync(out)
    ? fs
        .readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
        .sort()
    : [];
}

beforeEach(() => fs.rmSync(path.join(folder, 'out'), { recursive: true, force: true }));

describe('findModels', () => {
  const found = (...args: string[]) => {
    const { models, several } = findModels(args.map((arg) => path.join(folder, arg)));
    return [models.map(({ label }) => path.relative(folder, label)), several];
  };

  it.each<[string[], string[], boolean]>([
    [['zoo/b.onnx'], ['zoo/b.onnx'], false],
    [['zoo'], ZOO, true],
    [['zoo/deep'], ['zoo/deep/er/a.onnx'], true],
    [['zoo/b.onnx', 'zoo'], ['zoo/b.onnx', 'zoo/A.ONNX', 'zoo/deep/er/a.onnx'], true],
    [['zoo/b.onnx', 'absent.onnx'], ['zoo/b.onnx', 'absent.onnx'], true],
  ])('%j are %j', (args, models, several) => {
    expect(found(...args)).toEqual([models, several]);
  });

  it.each(['none', 'zoo/dir.onnx'])('%s, without a model in it, is refused', (name) => {
    expect(() => found(name)).toThrow(/is a folder with no \.onnx file in it or below/);
  });
});

describe('eigenscope analyze of several models', () => {
  it('prints one line each, with the findings', () => {
    const { status, stdout, stderr } = eigenscope('analyze', 'zoo');
    expect([status, stdout]).toEqual([0, '']);
    const lines = stderr.trimEnd().split('\n');
    expect(
      lines.map((line) => line.replace(/, [\d.]+ s on .*?;/, ';').replace(/\d+ random.*/, '')),
    ).toEqual([
      expect.stringMatching(/^zoo\/A\.ONNX: 2 matrices analyzed, 0 tensors skipped; /),
      expect.stringMatching(/^zoo\/b\.onnx: 1 matrix analyzed, 0 tensors skipped; /),
      'zoo/deep/er/a.onnx: 0 matrices analyzed, 1 not solved, 0 tensors skipped; 1 non-finite.',
    ]);
  });

  it('writes each report into the folder, by its place in the folder that was searched', () => {
    const run = () => eigenscope('analyze', 'zoo', '--quiet', '--json', 'out/', '--csv', 'out/');
    expect([run(), run()].map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(reports()).toEqual([
      'A.ONNX.csv',
      'A.ONNX.json',
      'b.onnx.csv',
      'b.onnx.json',
      'deep/er/a.onnx.csv',
      'deep/er/a.onnx.json',
    ]);
  });

  it('writes the report of one model into a folder too', () => {
    expect(eigenscope('analyze', 'zoo/b.onnx', '--quiet', '--md', 'out/').status).toBe(0);
    expect(reports()).toEqual(['b.onnx.md']);
  });

  it.each([
    ['one file', ['zoo', '--json', 'all.json'], /give a folder, such as --json reports\/\./],
    [
      'standard output',
      ['zoo', '--md', '-'],
      /--md - is one place for several models; give a folder/,
    ],
    [
      'one name twice',
      ['zoo/b.onnx', 'other/b.onnx', '--csv', 'out/'],
      /--csv of zoo\/b\.onnx and --csv of other\/b\.onnx would both be written to out\/b\.onnx\.csv/,
    ],
    ['a folder under a file', ['zoo', '--csv', 'broken.onnx/x/'], /broken\.onnx is not a folder/],
    [
      'one baseline',
      ['zoo', '--fail-on', 'error', '--baseline', 'b.json'],
      /give the folder that --json/,
    ],
  ])('is refused with %s', (_what, args, message) => {
    const { status, stderr } = eigenscope('analyze', ...args);
    expect([status, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });

  it('is refused for two reports of one model in one file', () => {
    const { status, stderr } = eigenscope('analyze', 'zoo/b.onnx', '--md', 'x', '--csv', './x');
    expect([status, stderr]).toEqual([
      2,
      'eigenscope: --csv of zoo/b.onnx and --md of zoo/b.onnx would both be written to x. Try --help.\n',
    ]);
  });

  it('goes on after one that cannot be read, and exits with the worst code', () => {
    const { status, stderr } = eigenscope(
      'analyze',
      'broken.onnx',
      'zoo',
      '--fail-on',
      'error',
      '--json',
      'out/',
      '--quiet',
    );
    expect(status).toBe(3);
    expect(stderr).toMatch(/^eigenscope: .*broken\.onnx is not an ONNX model: .*\n/);
    expect(stderr).toMatch(/zoo\/deep\/er\/a\.onnx fails --fail-on error: 1 finding\.\n/);
    expect(reports()).toEqual(['A.ONNX.json', 'b.onnx.json', 'deep/er/a.onnx.json']);
  });

  it('has a folder of reports as the baseline, in which a new model has none', () => {
    eigenscope('analyze', 'zoo', '--quiet', '--json', 'out/');
    const run = () =>
      eigenscope('analyze', 'zoo', '--quiet', '--fail-on', 'error', '--baseline', 'out').status;
    expect(run()).toBe(0);
    fs.rmSync(path.join(folder, 'out/deep/er/a.onnx.json'));
    expect(run()).toBe(1);
  });
});
