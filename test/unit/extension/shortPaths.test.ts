import { describe, expect, it } from 'vitest';
import { shortPaths } from '../../../src/extension/analysis/shortPaths.ts';

const FILE = '/home/me/work/models/a.onnx';

describe('paths in a message', () => {
  it.each<[string, string, string, string, string]>([
    [
      'the file goes by its name in the workspace',
      `${FILE}: the field graph is cut off.`,
      FILE,
      'models/a.onnx',
      'models/a.onnx: the field graph is cut off.',
    ],
    [
      'a file beside it goes by its name alone',
      `a.onnx keeps a tensor in /home/me/work/models/a.data, which is missing.`,
      FILE,
      'models/a.onnx',
      'a.onnx keeps a tensor in a.data, which is missing.',
    ],
    ['a file elsewhere keeps its path', 'see /etc/hosts', FILE, 'models/a.onnx', 'see /etc/hosts'],
    [
      'a file at the root shortens no other',
      'see /etc/hosts',
      '/a.onnx',
      'a.onnx',
      'see /etc/hosts',
    ],
  ])('%s', (_name, message, file, name, short) => {
    expect(shortPaths(message, file, name)).toBe(short);
  });
});
