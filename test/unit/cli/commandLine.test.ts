import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../../src/core/report/report.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { writeChain } from '../../fixtures/testEngine.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';

const folder = tempFolder();
const model = writeChain(folder, 'model.onnx', 2, 40);

const eigenscope = commandLine(folder);

describe('eigenscope analyze', () => {
  it('prints the table to standard error and nothing to standard output', () => {
    const { status, stdout, stderr } = eigenscope('analyze', 'model.onnx');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^Layer +Op +Matrix +Alpha/);
    expect(stderr).toMatch(/layer_0 +MatMul +40 x 40 /);
    expect(stderr).toMatch(/model\.onnx: 2 matrices analyzed, 0 tensors skipped/);
  });

  it('writes JSON that both schemas accept', () => {
    const { status, stdout } = eigenscope('analyze', 'model.onnx', '--json', '-', '--quiet');
    expect(status).toBe(0);
    const report: unknown = JSON.parse(stdout);
    expect(v.parse(reportSchema, report)).toEqual(report);
    const published = JSON.parse(
      fs.readFileSync('schemas/eigenscope.report-1.schema.json', 'utf8'),
    ) as object;
    const ajv = new Ajv({ strict: false });
    expect([ajv.validate(published, report), ajv.errorsText()]).toEqual([true, 'No errors']);
    expect(ajv.validate(published, { ...(report as object), layers: [{}] })).toBe(false);
  });

  it('is quiet where a GPU is looked for and there is none that would do', () => {
    const { status, stdout, stderr } = eigenscope(
      ...['analyze', 'model.onnx', '--precision', 'fast', '--json', '-', '--quiet'],
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(v.parse(reportSchema, JSON.parse(stdout)).settings.precision).toBe('fast');
  });

  it('writes one page that holds the report', () => {
    expect(eigenscope('analyze', 'model.onnx', '--html', 'page.html').status).toBe(0);
    const page = fs.readFileSync(path.join(folder, 'page.html'), 'utf8');
    const data = /<script type="application\/json" id="eigenscope-report">(.*?)<\/script>/s.exec(
      page,
    );
    expect(v.is(reportSchema, JSON.parse(data![1]!))).toBe(true);
  });

  it('writes a table and Markdown of the same layers', () => {
    const csv = eigenscope('analyze', 'model.onnx', '--csv', '-', '--md', 'out.md', '--quiet');
    expect([csv.status, csv.stderr]).toEqual([0, '']);
    expect(csv.stdout.split('\r\n').map((line) => line.split(',')[1])).toEqual([
      'name',
      'layer_0',
      'layer_1',
      undefined,
    ]);
    const markdown = fs.readFileSync(path.join(folder, 'out.md'), 'utf8');
    expect(markdown.match(/^\| `layer_\d` \| MatMul \|/gm)).toHaveLength(2);
  });

  it.each(['json', 'html', 'csv', 'md'])('writes --%s over its own report', (format) => {
    const run = () => eigenscope('analyze', 'model.onnx', '--quiet', `--${format}`, 'again');
    fs.rmSync(path.join(folder, 'again'), { force: true });
    expect([run(), run()].map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
  });

  it.each([
    ['a text that speaks of reports', 'Notes on eigenscope.report/1\n'],
    ['a table of other columns', 'id,name\r\n'],
    ['Markdown of its own', '# Spectra\n<!-- eigenscope.report/1 as Markdown -->\n'],
  ])('does not write over %s', (_what, text) => {
    fs.writeFileSync(path.join(folder, 'mine'), text);
    expect(eigenscope('analyze', 'model.onnx', '--quiet', '--md', 'mine').status).toBe(2);
    expect(fs.readFileSync(path.join(folder, 'mine'), 'utf8')).toBe(text);
  });

  it('writes over nothing else unless forced', () => {
    const run = (...more: string[]) =>
      eigenscope('analyze', 'model.onnx', '--quiet', '--json', ...more);
    fs.writeFileSync(path.join(folder, 'notes.json'), '{"mine": true}');
    expect(run('notes.json')).toMatchObject({
      status: 2,
      stderr:
        'eigenscope: notes.json exists and is not a report of Eigenscope; give another name, or --force. Try --help.\n',
    });
    expect(fs.readFileSync(path.join(folder, 'notes.json'), 'utf8')).toBe('{"mine": true}');
    expect(run('notes.json', '--force').status).toBe(0);
    expect(run('model.onnx', '--force').stderr).toMatch('model.onnx is the model itself');
    expect(run('nowhere/x.json').stderr).toMatch('does not exist');
    expect(run('eigenscope.json').stderr).toMatch('is where accepted findings are kept');
  });

  it('says that a model without weights has none, and exits 0', () => {
    writeOnnx(folder, 'none.onnx', { nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }] });
    const { status, stderr } = eigenscope('analyze', 'none.onnx');
    expect(status).toBe(0);
    expect(stderr).toMatch('The model holds no weights');
  });

  it.each([
    [['analyze'], 2, 'eigenscope: No model was given. Try --help.\n'],
    [[], 2, 'eigenscope: No command was given. Try --help.\n'],
    [['squeeze'], 2, "eigenscope: There is no command 'squeeze'. Try --help.\n"],
    [
      ['analyze', 'model.onnx', '--mode', 'x'],
      2,
      "eigenscope: --mode is one of robust, compat, not 'x'. Try --help.\n",
    ],
    [
      ['self-test', 'model.onnx'],
      2,
      "eigenscope: self-test takes options alone, not 'model.onnx'. Try --help.\n",
    ],
    [
      ['self-test', '--workers', '0'],
      2,
      "eigenscope: --workers is a whole number from 1 up, not '0'. Try --help.\n",
    ],
    [
      ['self-test', '--device', 'cpu'],
      2,
      "eigenscope: --device is auto, gpu or a part of an adapter's name, not 'cpu'. Try --help.\n",
    ],
  ])('%j exits %i', (args, status, stderr) => {
    expect(eigenscope(...args)).toEqual({ status, stdout: '', stderr });
  });

  it.each([
    ['empty.onnx', Buffer.alloc(0)],
    ['text.onnx', Buffer.from('this is no model, only a line of text\n')],
    ['cut.onnx', fs.readFileSync(model).subarray(0, 5000)],
  ])('%s exits 3 and names the file', (name, bytes) => {
    fs.writeFileSync(path.join(folder, name), bytes);
    const { status, stdout, stderr } = eigenscope('analyze', name);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toContain(path.join(folder, name));
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('exits 3 for a file that is not there', () => {
    expect(eigenscope('analyze', 'missing.onnx').status).toBe(3);
  });

  it.each([['--help'], ['--version'], ['analyze', '--help']])(
    '%s %s exits 0 and prints',
    (...args) => {
      const { status, stdout } = eigenscope(...args);
      expect([status, stdout.length > 4]).toEqual([0, true]);
    },
  );
});
