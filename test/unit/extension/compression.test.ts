import { describe, expect, it } from 'vitest';
import { RewriteError } from '../../../src/core/rewrite/rewriteError.ts';
import { appliedText } from '../../../src/extension/compression/appliedText.ts';
import {
  compressProgress,
  verifyProgress,
} from '../../../src/extension/compression/progressLines.ts';
import { applyFailure, verifyFailure } from '../../../src/extension/compression/taskFailure.ts';
import { parsedBound, parsedLength } from '../../../src/extension/compression/verifyAnswers.ts';
import { RemoteError } from '../../../src/protocol/remoteError.ts';
import { sampleApplied } from '../../fixtures/sampleVerification.ts';
import { english } from './english.ts';

describe('what is told of a plan that was applied', () => {
  const { compression } = sampleApplied();
  it.each<[string, Partial<typeof compression>, string]>([
    [
      'sizes, weights, and what was refused',
      {},
      'rec-half.onnx is written: 5.52 MB, 50.8 % of the 10.9 MB of rec.onnx; 3 weights changed. 1 weight stays as it was though the plan changes it; the log says why.',
    ],
    [
      'weights beside it, and that nothing has loaded it',
      {
        layers: compression.layers.slice(0, 1),
        files: [...compression.files, { file: '/models/rec-half.onnx.data', bytes: 7 }],
        check: { loaded: false, runtime: '', reason: 'ONNX Runtime is not installed.' },
      },
      'rec-half.onnx is written: 5.52 MB, 50.8 % of the 10.9 MB of rec.onnx; 1 weight changed. rec-half.onnx.data belongs to it. ONNX Runtime has not loaded it to check it; the log says why.',
    ],
  ])('%s', (_name, changes, text) => {
    expect(appliedText({ ...compression, ...changes }, english)).toBe(text);
  });
});

describe('progress', () => {
  it.each([
    ['solving', 0, 4, 'fc', 0, '0 of 4 spectra · fc'],
    ['solving', 4, 4, '', 40, '4 of 4 spectra'],
    ['running', 1, 4, '', 45, 'run 2 of 4 on the inputs of the plan'],
    ['writing', 1, 2, 'fc', 77, '1 of 2 layers written · fc'],
    ['checking', 0, 1, '', 95, 'ONNX Runtime loads the new model'],
    ['checking', 1, 1, '', 100, 'ONNX Runtime loads the new model'],
    ['writing', 0, 0, '', 60, '0 of 0 layers written'],
  ] as const)('of applying, %s %i of %i %s: %i %%', (phase, done, total, layer, percent, line) => {
    expect(compressProgress({ phase, done, total, layer }, english)).toEqual({ percent, line });
  });

  it.each([
    ['loading', 1, 2, 10, '1 of 2 models loaded'],
    ['running', 8, 16, 60, '8 of 16 runs of both models'],
    ['running', 16, 16, 100, '16 of 16 runs of both models'],
  ] as const)('of verifying, %s %i of %i: %i %%', (phase, done, total, percent, line) => {
    expect(verifyProgress({ phase, done, total }, english)).toEqual({ percent, line });
  });
});

describe('what is told where it failed', () => {
  it.each<[string, unknown, string]>([
    [
      'a sentence of its own',
      new RewriteError('output-exists', 'b.onnx is there.'),
      'b.onnx is there.',
    ],
    [
      'the same from the engine process',
      new RemoteError({ name: 'PlanError', message: 'p is a plan for another model.' }),
      'p is a plan for another model.',
    ],
    ['anything else', new Error('boom'), 'p could not be applied: boom'],
    ['a thrown text', 'boom', 'p could not be applied: boom'],
  ])('a plan: %s', (_name, thrown, text) => {
    expect(applyFailure(thrown, 'p', english)).toBe(text);
  });

  it.each<[string, unknown, string]>([
    [
      'without ONNX Runtime, what to do',
      new RemoteError({ name: 'VerifyError', message: 'npm install it', code: 'no-runtime' }),
      'ONNX Runtime, which runs both models, is not in this package of Eigenscope, or cannot be loaded here. Install the Eigenscope package made for linux-x64, or run eigenscope verify on the command line.',
    ],
    [
      'a sentence of its own',
      new RemoteError({ name: 'VerifyError', message: 'b has no input x.', code: 'interface' }),
      'b has no input x.',
    ],
    ['anything else', new Error('boom'), 'b.onnx could not be held against a.onnx: boom'],
  ])('two models: %s', (_name, thrown, text) => {
    const models = { a: 'a.onnx', b: 'b.onnx' };
    expect(verifyFailure(thrown, models, 'linux-x64', english)).toBe(text);
  });
});

describe('answers', () => {
  it.each([
    ['0.01', 0.01],
    ['0', 0],
    ['1e-3', 0.001],
    ['-1', undefined],
    ['', undefined],
    [' ', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['a', undefined],
  ])('the bound %j is %d', (text, value) => {
    const read = parsedBound(text, english);
    expect('value' in read ? read.value : undefined).toBe(value);
  });

  it.each([
    ['128', 128],
    ['0', 0],
    ['1.5', undefined],
    ['-1', undefined],
    ['', undefined],
    ['4294967296', undefined],
  ])('the length %j is %d', (text, value) => {
    const read = parsedLength(text, english);
    expect('value' in read ? read.value : undefined).toBe(value);
  });
});
