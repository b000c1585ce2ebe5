import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const model = REAL_MODELS.ocrRecognition;
const run = commandLine(folder);

/** Plans the text recogniser (2,690,296 parameters in 10,822,323 bytes) and reads the plan that was written. */
function planned(name: string, ...args: readonly string[]): { plan: Plan; table: string } {
  const file = path.join(folder, `${name}.eigenplan.json`);
  const { status, stdout, stderr } = run('plan', model, ...args, '-o', file);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  return { plan: parsePlan(fs.readFileSync(file, 'utf8'), file), table: stderr };
}

describe('eigenscope plan of PP-OCRv4 text recognition', () => {
  it('cuts its parameters by a quarter, within one rank', () => {
    const { plan, table } = planned('quarter', '--axis', 'lowrank', '--target', 'parameters=0.75');
    expect(plan.model).toEqual({
      file: 'ch_PP-OCRv4_rec_infer.onnx',
      bytes: 10_822_323,
      sha256: createHash('sha256').update(fs.readFileSync(model)).digest('hex'),
    });
    const budget = Math.floor(0.75 * 2_690_296);
    const [before, after] = plan.achieved.parameters;
    expect(before).toBe(2_690_296);
    expect(after).toBeLessThanOrEqual(budget);
    expect(budget - after).toBeLessThan(6625 + 120);
    expect(plan.layers).toHaveLength(47);
    expect(table).toContain('linear_85.w_0');
    expect(table).toMatch(/parameters +2690296 > \d+ \(0\.7\d+\)/);
    expect(table).toContain('no plan of this budget');
  });

  it('error-optimal is no worse than any other method', () => {
    const errors = ['error-optimal', 'uniform', 'energy', 'welore'].map((method) => {
      const args = ['--axis', 'lowrank', '--method', method, '--target', 'bytes=0.6'];
      const { plan } = planned(method, ...args);
      expect(plan.achieved.bytes[1]).toBeLessThanOrEqual(0.6 * 10_822_323);
      return plan.objective.error!;
    });
    expect(errors.filter((error) => error < errors[0]!)).toEqual([]);
  });

  it.each([
    ['bits=6', ['--axis', 'bits', '--target', 'bits=6'], 'quantize'],
    ['mixed', ['--axis', 'mixed', '--target', 'bytes=0.25'], 'quantize'],
    ['half', ['--axis', 'sparsity', '--target', 'sparsity=0.5'], 'prune'],
    [
      'eighths',
      ['--axis', 'sparsity', '--target', 'sparsity=0.5', '--pattern', 'n:8', '--alpha', 'farms'],
      'prune',
    ],
  ] as const)('%s', (name, args, action) => {
    const { plan } = planned(name, ...args);
    const { kind, value } = plan.target;
    const { achieved } = plan;
    if (kind === 'bits') expect(achieved.bits).toBeLessThanOrEqual(value);
    if (kind === 'bytes') expect(achieved.bytes[1]).toBeLessThanOrEqual(value * achieved.bytes[0]);
    if (kind === 'sparsity') expect(achieved.sparsity).toBeGreaterThanOrEqual(value - 1e-6);
    expect(plan.layers.filter((layer) => layer.action === action).length).toBeGreaterThan(10);
  });

  it('gives the same plan twice, on standard output too', () => {
    const args = ['--axis', 'lowrank', '--target', 'rank=0.7'];
    planned('ranks', ...args);
    const { stdout, stderr } = run('plan', model, ...args, '-o', '-', '--quiet');
    expect(stdout).toBe(fs.readFileSync(path.join(folder, 'ranks.eigenplan.json'), 'utf8'));
    expect(stderr).toBe('');
  });

  it('keeps the locked layers of an earlier plan', () => {
    const args = ['--axis', 'lowrank', '--target', 'parameters=0.6'];
    const { plan } = planned('first', ...args);
    const at = plan.layers.findIndex((layer) => layer.tensor === 'linear_85.w_0');
    const layers = plan.layers.map((layer, k) =>
      k === at ? { ...layer, action: 'lowrank', rank: 60, locked: true } : layer,
    );
    fs.writeFileSync(path.join(folder, 'edited.json'), JSON.stringify({ ...plan, layers }));
    const second = planned('second', ...args, '--from', path.join(folder, 'edited.json')).plan;
    expect(second.layers[at]).toMatchObject({ action: 'lowrank', rank: 60, locked: true });
    expect(second.achieved.parameters[1]).toBeLessThanOrEqual(0.6 * 2_690_296);
  });

  it('is not written over another without --force', () => {
    const file = path.join(folder, 'there.eigenplan.json');
    fs.writeFileSync(file, 'mine');
    const args = ['plan', model, '--axis', 'lowrank', '--target', 'parameters=0.9', '-o', file];
    const { status, stderr } = run(...args);
    expect([status, fs.readFileSync(file, 'utf8')]).toEqual([2, 'mine']);
    expect(stderr).toMatch(/there\.eigenplan\.json exists, .* or --force/);
    expect(run(...args, '--force', '--quiet').status).toBe(0);
    expect(parsePlan(fs.readFileSync(file, 'utf8'), file).layers).toHaveLength(47);
  });
});

describe('eigenscope plan refuses', () => {
  const lowrank = ['--axis', 'lowrank', '--target', 'parameters=0.5', '-o', 'x.json'];
  fs.writeFileSync(path.join(folder, 'no-plan.json'), '{}');

  it.each<[string, number, readonly string[], RegExp]>([
    ['no model', 2, lowrank, /No model was given/],
    [
      'no axis',
      2,
      [model, '--target', 'parameters=0.5', '-o', 'x.json'],
      /--axis is one of lowrank/,
    ],
    ['no target', 2, [model, '--axis', 'bits', '-o', 'x.json'], /No --target was given/],
    ['no output', 2, [model, '--axis', 'bits', '--target', 'bits=4'], /-o says where/],
    ['a target that is none', 2, [model, ...lowrank, '--target', 'half'], /'half' is not a target/],
    [
      'a target out of range',
      2,
      [model, ...lowrank, '--target', 'rank=2'],
      /rank=2 is not a share/,
    ],
    [
      'a target that cannot be met',
      2,
      [model, ...lowrank, '--target', 'parameters=0.01'],
      /cannot be met: .* no less than parameters=0\.07\d+; ask for that or more/,
    ],
    [
      'a method of another axis',
      2,
      [model, ...lowrank, '--method', 'alpha-linear'],
      /error-optimal/,
    ],
    ['a setting out of range', 2, [model, ...lowrank, '--epsilon', '1'], /epsilon is a spread/],
    [
      'an earlier plan that is none',
      2,
      [model, ...lowrank, '--from', 'no-plan.json'],
      /not a plan of/,
    ],
    [
      'an earlier plan that is not there',
      2,
      [model, ...lowrank, '--from', 'nil.json'],
      /cannot be read/,
    ],
    ['a folder that is not there', 2, [model, ...lowrank, '-o', 'no/x.json'], /does not exist/],
    ['a model that is not there', 3, ['nil.onnx', ...lowrank], /nil\.onnx does not exist/],
    ['a model that is none', 3, ['no-plan.json', ...lowrank], /no-plan\.json/],
  ])('%s with exit code %i', (_, code, args, message) => {
    const { status, stderr, stdout } = run('plan', ...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(message);
    expect(fs.existsSync(path.join(folder, 'x.json'))).toBe(false);
  });

  it('to write over the model', () => {
    const copy = path.join(folder, 'copy.onnx');
    fs.copyFileSync(model, copy);
    const args = ['--axis', 'lowrank', '--target', 'parameters=0.9', '-o', copy, '--force'];
    const { status, stderr } = run('plan', copy, ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/is the model itself/);
    expect(fs.statSync(copy).size).toBe(10_822_323);
  });
});
