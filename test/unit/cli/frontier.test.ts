import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { frontierSchema } from '../../../src/core/plan/frontierReport.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const model = REAL_MODELS.ocrDirection;
const run = commandLine(folder);
const at = (name: string): string => path.join(folder, name);

describe('eigenscope frontier of the text direction classifier', () => {
  it('writes the same figures as JSON, CSV and a page, and a table to standard error', () => {
    const outputs = ['--json', at('f.json'), '--csv', at('f.csv'), '--html', at('f.html')];
    const { status, stdout, stderr } = run('frontier', model, '--points', '5', ...outputs);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    const report = v.parse(frontierSchema, JSON.parse(fs.readFileSync(at('f.json'), 'utf8')));
    expect(report.model.file).toBe(path.basename(model));
    expect(report.model.bytes).toBe(fs.statSync(model).size);
    expect(report.series.map(({ axis, method }) => `${axis} ${method}`)).toEqual([
      'lowrank error-optimal',
      'lowrank uniform',
      'lowrank energy',
      'lowrank welore',
      'sparsity alpha-linear',
      'sparsity uniform',
      'sparsity alpha-softmax',
      'bits error-optimal',
      'bits uniform',
      'mixed error-optimal',
    ]);
    for (const { points } of report.series) {
      expect(points).toHaveLength(5);
      expect(points.some(({ reachable }) => reachable)).toBe(true);
      for (const { bytes } of points) expect(bytes ?? 0).toBeLessThanOrEqual(report.model.bytes);
    }
    const lines = fs.readFileSync(at('f.csv'), 'utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 10 * 5);
    const [first] = report.series[0]!.points;
    expect(lines[1]).toBe(
      `lowrank,error-optimal,bytes,${first!.target.value},yes,${first!.parameters},${first!.bytes},${first!.error},${first!.best ? 'yes' : 'no'}`,
    );
    const page = fs.readFileSync(at('f.html'), 'utf8');
    const json = /id="eigenscope-frontier">(.*)<\/script>/.exec(page)![1]!;
    expect(JSON.parse(json)).toEqual(report);
    expect(stderr).toContain('mixed error-optimal');
    expect(stderr).toContain(' *');
  });

  it('writes over its own files, and over no others', () => {
    fs.writeFileSync(at('notes.json'), '{"mine": true}');
    const args = ['frontier', model, '--axis', 'lowrank', '--methods', 'uniform', '--points', '2'];
    const again = run(
      ...args,
      '--json',
      at('f.json'),
      '--csv',
      at('f.csv'),
      '--html',
      at('f.html'),
    );
    expect(again.status).toBe(0);
    const { status, stderr } = run(...args, '--json', at('notes.json'));
    expect(status).toBe(2);
    expect(stderr).toContain('notes.json exists and is not a report of Eigenscope');
    expect(fs.readFileSync(at('notes.json'), 'utf8')).toBe('{"mine": true}');
  });

  it.each([
    [[], /No model was given/],
    [[model, '--axis', 'width'], /--axis is one of lowrank, sparsity, bits, mixed, not 'width'/],
    [[model, '--axis', 'bits', '--methods', 'welore'], /the axis bits has no 'welore'/],
    [[model, '--points', '500'], /--points is at most 200, not 500/],
    [[model, '--epsilon', '2'], /epsilon is a spread/],
    [[model, '--json', '-', '--csv', '-'], /--json and --csv would both be written to -/],
    [[model, '--json', model], /is the model itself/],
  ])('%j is refused', (args, text) => {
    const { status, stdout, stderr } = run('frontier', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(text);
  });
});
