import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import type { Compression } from '../../../src/core/report/compression/compression.ts';
import type { Verification } from '../../../src/core/report/verification/verification.ts';
import { commandLine } from '../../fixtures/commandLine.ts';
import { floatNpy, zipFile } from '../../fixtures/inputArchives.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { runnableModel } from '../../fixtures/runnableModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const run = commandLine(folder);
const random = seededRandom(1);
const normal = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.normal());

const model = (name: string, operator: string): void =>
  fs.writeFileSync(
    path.join(folder, name),
    runnableModel(
      {
        nodes: [op('MatMul', ['x', 'w'], 'a'), op(operator, ['a'], 'y')],
        initializers: [{ name: 'w', dims: [48, 40], values: normal(48 * 40) }],
        inputs: ['x'],
        outputs: ['y'],
      },
      { x: { shape: ['n', 48] }, y: { shape: [] } },
    ),
  );
model('model.onnx', 'Relu');
model('rejected.onnx', 'NoSuchOperator');

const archive = (name: string, shape: readonly number[]): void => {
  const npy = floatNpy(shape, normal(shape.reduce((a, b) => a * b, 1)));
  fs.writeFileSync(path.join(folder, name), zipFile([{ name: 'x.npy', bytes: npy }]));
};
archive('inputs.npz', [3, 60, 48]);
archive('narrow.npz', [3, 60, 47]);
fs.writeFileSync(path.join(folder, 'inputs.npy'), floatNpy([60, 48], normal(60 * 48)));

/** Directions of very different size, so that what is kept for these inputs is not what is kept for any. */
const skewed = (): Float32Array => normal(3 * 60 * 48).map((each, k) => each * 0.8 ** (k % 48));
fs.writeFileSync(
  path.join(folder, 'skewed.npz'),
  zipFile([{ name: 'x.npy', bytes: floatNpy([3, 60, 48], skewed()) }]),
);

const ASKED = ['--axis', 'lowrank', '--target', 'parameters=0.6', '-o', 'p.json'];

describe('eigenscope plan with inputs', () => {
  it.each<[string, readonly string[], object]>([
    ['an archive of three samples', ['--inputs', 'inputs.npz'], { kind: 'given', samples: 3 }],
    ['the first of them', ['--inputs', 'inputs.npz', '--samples', '1'], { samples: 1 }],
    ['an array by name', ['--inputs', 'x=inputs.npy'], { sources: ['x=inputs.npy'], samples: 1 }],
    ['its rows', ['--inputs', 'inputs.npy', '--rows'], { rows: true, samples: 60 }],
    [
      'noise',
      ['--samples', '60', '--dims', 'n=1', '--seed', '5'],
      { kind: 'seeded', samples: 60, seed: 5, dims: { n: 1 } },
    ],
  ])('takes %s', (_, args, calibration) => {
    const { status, stdout, stderr } = run('plan', 'model.onnx', ...ASKED, ...args, '--force');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    const plan = parsePlan(fs.readFileSync(path.join(folder, 'p.json'), 'utf8'), 'p.json');
    expect(plan.calibration).toMatchObject(calibration);
    expect(plan.layers[0]).toMatchObject({ action: 'lowrank', errorOf: 'outputs' });
    expect(stderr).toContain('Errors of 1 of 1 weight are of their outputs on ');
    expect(stderr.includes('weak evidence')).toBe(plan.calibration!.kind === 'seeded');
    fs.rmSync(path.join(folder, 'p.json'));
  });

  it('measures the sensitivity where it is asked to, on noise where nothing is given', () => {
    const args = ['--sensitivity', 'measured', '--dims', 'n=4'];
    const { status, stderr } = run('plan', 'model.onnx', ...ASKED, ...args, '--force');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) as string });
    expect(stderr).toContain('measured to change the outputs of the model');
    fs.rmSync(path.join(folder, 'p.json'));
  });

  it.each<[string, number, readonly string[], RegExp]>([
    ['inputs that are not there', 2, ['--inputs', 'nil.npz'], /nil\.npz do not exist/],
    ['inputs of another shape', 2, ['--inputs', 'narrow.npz'], /47/],
    [
      'lengths for given inputs',
      2,
      ['--inputs', 'inputs.npz', '--dims', 'n=3'],
      /those of --inputs have theirs/,
    ],
    ['rows of nothing', 2, ['--rows'], /--rows says how inputs are read; give --inputs FILE/],
    ['lengths of nothing', 2, ['--dims', 'n=3'], /--dims says how inputs are read/],
    ['another sensitivity', 2, ['--sensitivity', 'some'], /--sensitivity is measured, not 'some'/],
    ['no samples', 2, ['--samples', '0'], /--samples/],
    [
      'an absolute scale with a measured sensitivity',
      2,
      ['--sensitivity', 'measured', '--scale', 'absolute'],
      /leave the scale relative/,
    ],
  ])('refuses %s with exit code %i', (_, code, args, message) => {
    const { status, stderr, stdout } = run('plan', 'model.onnx', ...ASKED, ...args);
    expect({ status, stdout }).toEqual({ status: code, stdout: '' });
    expect(stderr).toMatch(message);
    expect(fs.existsSync(path.join(folder, 'p.json'))).toBe(false);
  });

  it('names the model that ONNX Runtime rejects, with exit code 3', () => {
    const { status, stderr } = run('plan', 'rejected.onnx', ...ASKED, '--inputs', 'inputs.npz');
    expect(status).toBe(3);
    expect(stderr).toMatch(/ONNX Runtime does not load .*rejected\.onnx: .*NoSuchOperator/);
  });
});

describe('eigenscope compress of a plan with inputs', () => {
  const planned = (name: string, ...args: string[]): number | null => {
    const axis = ['--axis', 'lowrank', '--target', 'parameters=0.6', '--quiet'];
    return run('plan', 'model.onnx', ...axis, '-o', name, ...args).status;
  };
  const compressed = (plan: string, output: string, ...args: string[]) =>
    run('compress', 'model.onnx', '--plan', plan, '-o', output, '--json', '-', '--quiet', ...args);
  /** Relative error of the outputs on the inputs of the plan. */
  const outputError = (output: string): number => {
    const args = ['--inputs', 'skewed.npz', '--max-error', '10', '--json', '-', '--quiet'];
    const { stdout } = run('verify', 'model.onnx', output, ...args);
    return (JSON.parse(stdout) as Verification).outputs[0]!.relativeL2!.mean;
  };

  it('keeps the outputs closer than one without, by what it predicts and measures', () => {
    expect(planned('plain.json')).toBe(0);
    expect(planned('aware.json', '--inputs', 'skewed.npz')).toBe(0);
    expect(compressed('plain.json', 'plain.onnx').status).toBe(0);
    const { status, stdout } = compressed('aware.json', 'aware.onnx');
    expect(status).toBe(0);
    const [layer] = (JSON.parse(stdout) as Compression).layers;
    expect(layer).toMatchObject({ action: 'lowrank', errorOf: 'outputs' });
    expect(layer!.error.measured! / layer!.error.predicted!).toBeCloseTo(1, 3);
    expect(outputError('aware.onnx')).toBeLessThan(outputError('plain.onnx') / 2);
  });

  it('takes the inputs from elsewhere, and refuses others', () => {
    fs.copyFileSync(path.join(folder, 'inputs.npz'), path.join(folder, 'gone.npz'));
    expect(planned('gone.json', '--inputs', 'gone.npz')).toBe(0);
    fs.renameSync(path.join(folder, 'gone.npz'), path.join(folder, 'moved.npz'));
    expect(compressed('gone.json', 'gone.onnx').status).not.toBe(0);
    const wrong = compressed('gone.json', 'gone.onnx', '--inputs', 'skewed.npz');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/skewed\.npz: the samples have the SHA-256 .* plan again with these/),
    ]);
    expect(fs.existsSync(path.join(folder, 'gone.onnx'))).toBe(false);
    expect(compressed('gone.json', 'gone.onnx', '--inputs', 'moved.npz').status).toBe(0);
  });
});
