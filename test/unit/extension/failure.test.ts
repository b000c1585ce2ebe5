import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../src/core/checkpoint/checkpointError.ts';
import { failureOf } from '../../../src/extension/analysis/failure.ts';
import { RemoteError } from '../../../src/protocol/remoteError.ts';
import { english } from './english.ts';

const PLACE = { file: '/m/a.onnx' };

describe('what a person is told of a failed analysis', () => {
  it.each<[string, unknown, string, boolean]>([
    [
      'a malformed checkpoint: its own sentence, and no second try',
      new CheckpointError('malformed', 'a.onnx is no ONNX file.', PLACE),
      'a.onnx is no ONNX file.',
      false,
    ],
    [
      'missing external data: it can be put there, so try again',
      new CheckpointError('external-missing', 'a.bin is missing.', PLACE),
      'a.bin is missing.',
      true,
    ],
    [
      'the same from the engine process',
      new RemoteError({
        name: 'CheckpointError',
        message: 'a.bin is short.',
        code: 'external-short',
      }),
      'a.bin is short.',
      true,
    ],
    [
      'an engine that cannot be started: which file it was about',
      new Error('The engine ended: exit code 1.'),
      'a.onnx could not be analyzed: The engine ended: exit code 1.',
      true,
    ],
    ['a thrown string', 'boom', 'a.onnx could not be analyzed: boom', true],
  ])('%s', (_name, thrown, message, canTryAgain) => {
    expect(failureOf(thrown, 'a.onnx', english)).toEqual({ message, canTryAgain });
  });
});
