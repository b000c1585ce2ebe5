import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAIL_ON } from '../../../src/core/report/failOn.ts';
import { parseAnalyzeArguments } from '../../../src/cli/analyzeArguments.ts';

describe('arguments of analyze', () => {
  it('has defaults for all but the model', () => {
    expect(parseAnalyzeArguments(['m.onnx', '--cache', '/c'])).toEqual({
      models: ['m.onnx'],
      outputs: [],
      failOn: [],
      baseline: undefined,
      spectra: false,
      mode: 'robust',
      precision: 'exact',
      device: 'auto',
      backend: 'auto',
      layers: '',
      largest: 0,
      yes: false,
      minEigenvalues: 10,
      seed: 1,
      workers: 0,
      memoryLimit: 0,
      cacheDir: path.resolve('/c'),
      force: false,
      quiet: false,
    });
  });

  it.each([
    [['m', '--json', '-'], { outputs: [{ format: 'json', target: '-' }] }],
    [
      ['m', '--md', 'm.md', '--csv', '-'],
      {
        outputs: [
          { format: 'csv', target: '-' },
          { format: 'md', target: 'm.md' },
        ],
      },
    ],
    [['m', '--mode', 'compat'], { mode: 'compat' }],
    [['m', '--precision', 'fast', '--backend', 'wasm'], { precision: 'fast', backend: 'wasm' }],
    [['m', '--device', 'cpu'], { device: 'cpu', precision: 'exact' }],
    [['m', '--device', 'gpu'], { device: 'gpu', precision: 'fast' }],
    [['m', '--device', 'auto', '--precision', 'fast'], { device: 'auto', precision: 'fast' }],
    [['m', '--device', 'Radeon'], { device: 'Radeon', precision: 'fast' }],
    [['m', '--no-cache'], { cacheDir: '' }],
    [['m', '--largest', '2048', '--yes'], { largest: 2048, yes: true }],
    [['m', '--memory', '100'], { memoryLimit: 100 * 2 ** 20 }],
    [['m', '--seed', '0'], { seed: 0 }],
    [['m', 'n', 'folder'], { models: ['m', 'n', 'folder'] }],
    [['m', '--fail-on', 'warning'], { failOn: ['warning'] }],
    [
      ['m', '--fail-on', 'random-like, rank-collapse', '--baseline', 'b.json'],
      { failOn: ['random-like', 'rank-collapse'], baseline: 'b.json' },
    ],
  ])('%j', (args, expected) => {
    expect(parseAnalyzeArguments(args)).toMatchObject(expected);
  });

  it.each([
    [[], 'No model was given.'],
    [['m', '--mode', 'fast'], "--mode is one of robust, compat, not 'fast'."],
    [
      ['m', '--precision', 'exact', '--device', 'gpu'],
      "The device 'gpu' computes in float32, so it cannot give exact precision: ask for fast precision, or for the device 'auto' or 'cpu'.",
    ],
    [
      ['m', '--device', ''],
      "--device is auto, cpu, gpu or a part of an adapter's name, not empty.",
    ],
    [['m', '--precision', 'float32'], "--precision is one of exact, fast, not 'float32'."],
    [
      ['m', '--backend', 'blas'],
      "--backend is one of auto, wasm, wasm-fma, wasm-wide, ort, ort-fma, ort-wide, not 'blas'.",
    ],
    [['m', '--cache', ''], '--cache takes a folder; --no-cache keeps nothing.'],
    [['m', '--workers', '0'], "--workers is a whole number from 1 up, not '0'."],
    [['m', '--workers', '1.5'], "--workers is a whole number from 1 up, not '1.5'."],
    [['m', '--seed', '1e99'], "--seed is a whole number from 0 up, not '1e99'."],
    [
      ['m', '--json', '-', '--html', '-'],
      'Only one of --json and --html can go to standard output.',
    ],
    [
      ['m', '--csv', '-', '--md', '-', '--json', 'x'],
      'Only one of --csv and --md can go to standard output.',
    ],
    [['m', '--csv', ''], '--csv takes the name of a file or folder, or -.'],
    [['m', '--fail-on', 'random'], `--fail-on takes ${FAIL_ON.join(', ')}, not 'random'.`],
    [['m', '--fail-on', 'error,'], "warning, error, not ''."],
    [['m', '--fail-on', 'info'], "warning, error, not 'info'."],
    [
      ['m', '--baseline', 'b.json'],
      '--baseline says what --fail-on need not count; give --fail-on too.',
    ],
    [['m', '--unknown'], "Unknown option '--unknown'"],
  ])('%j is refused', (args, message) => {
    expect(() => parseAnalyzeArguments(args)).toThrow(message);
  });
});
