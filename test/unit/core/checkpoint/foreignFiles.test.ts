import fs from 'node:fs';
import path from 'node:path';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { encodeOnnx } from '../../../fixtures/onnxModel.ts';
import { bytesField, joined, varintField } from '../../../fixtures/protobufWire.ts';
import { fileWriter } from '../../../fixtures/fileWriter.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { refusal } from './refusal.ts';

const dir = tempFolder();
const write = fileWriter(dir);

describe('what is no file, or no ONNX model, is refused by name', () => {
  test('a file that is not there', () => {
    const error = refusal(path.join(dir, 'nowhere.onnx'));
    expect(error.code).toBe('not-found');
  });

  test('a folder', () => {
    const folder = path.join(dir, 'folder.onnx');
    fs.mkdirSync(folder);
    expect(refusal(folder)).toMatchObject({ code: 'not-a-file' });
  });

  test('a device', () => {
    expect(refusal(process.platform === 'win32' ? dir : '/dev/null').code).toBe('not-a-file');
  });

  test.skipIf(process.platform === 'win32')('a pipe, without waiting for a writer', () => {
    const pipe = path.join(dir, 'pipe.onnx');
    execFileSync('mkfifo', [pipe]);
    expect(refusal(pipe).code).toBe('not-a-file');
  });

  test.skipIf(process.platform === 'win32')('a file without permission', () => {
    const file = write(encodeOnnx({}));
    fs.chmodSync(file, 0);
    // Nothing is closed to root: there the same file must open.
    if (process.getuid?.() === 0) expect(openCheckpoint(file).weights).toEqual([]);
    else expect(refusal(file).code).toBe('unreadable');
  });

  const foreign: readonly (readonly [string, Uint8Array | string, string, RegExp])[] = [
    ['an empty file', '', 'empty', /is empty \(0 bytes\)/],
    [
      'a text file',
      'hello, I am no model\n'.repeat(9),
      'wrong-format',
      /text file that begins with "hello, I am no model hello/,
    ],
    [
      'a Python file',
      'import torch\n\nclass Net(torch.nn.Module):\n',
      'wrong-format',
      /text file that begins with "import torch/,
    ],
    [
      'a text beyond ASCII',
      'x' + 'é模型 '.repeat(99),
      'wrong-format',
      /text file that begins with "xé模型 é模型 /,
    ],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n',
      'wrong-format',
      /git lfs pull/,
    ],
    [
      'a web page',
      '<!DOCTYPE html><html><body>404</body></html>',
      'wrong-format',
      /it is a web page/,
    ],
    [
      'a zip archive',
      joined(Uint8Array.of(0x50, 0x4b, 3, 4), new Uint8Array(90)),
      'wrong-format',
      /zip archive, as PyTorch writes\. .*torch\.onnx\.export\(/,
    ],
    [
      'a safetensors file',
      joined(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0), new TextEncoder().encode('{"a": 1}')),
      'wrong-format',
      /safetensors file.*optimum-cli export onnx.*torch\.onnx\.export\(/,
    ],
    [
      'a GGUF file',
      joined(new TextEncoder().encode('GGUF'), new Uint8Array(90)),
      'wrong-format',
      /GGUF file.*export the model it was made from.*optimum-cli export onnx/,
    ],
    [
      'a pickle',
      Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc),
      'wrong-format',
      /Python pickle.*torch\.onnx\.export\(/,
    ],
    [
      'a Keras file',
      new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
      'wrong-format',
      /HDF5.*tf2onnx\.convert --keras/,
    ],
    [
      'a TensorFlow Lite file',
      joined(Uint8Array.of(0x1c, 0, 0, 0), new TextEncoder().encode('TFL3'), new Uint8Array(9)),
      'wrong-format',
      /TensorFlow Lite.*tf2onnx\.convert --tflite/,
    ],
    ['zeros', new Uint8Array(4096), 'wrong-format', /not an ONNX model/],
    ['ones', new Uint8Array(4096).fill(0xff), 'wrong-format', /not an ONNX model/],
    ['protobuf without a graph', varintField(1, 8), 'wrong-format', /it has no graph/],
    [
      'a message of another kind',
      bytesField(9, bytesField(3, 'abc')),
      'wrong-format',
      /it has no graph/,
    ],
  ];
  test.each(foreign)('%s', (_, bytes, code, message) => {
    const error = refusal(write(bytes));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test.each([
    ['.pt', /PyTorch file.*torch\.onnx\.export\(/],
    ['.PTH', /PyTorch file.*torch\.onnx\.export\(/],
    ['.bin', /an \.onnx file beside it, choose that one; .*torch\.onnx\.export\(/],
    ['.safetensors', /weights without a graph.*optimum-cli export onnx/],
    ['.gguf', /weights without a graph.*optimum-cli export onnx/],
    ['.onnx', /Choose a file that was written as \.onnx/],
  ])('bytes of nothing known, named %s', (ending, message) => {
    const file = path.join(dir, `unknown${ending}`);
    fs.writeFileSync(file, new Uint8Array(4096).fill(0xff));
    expect(refusal(file).message).toMatch(message);
  });
});
