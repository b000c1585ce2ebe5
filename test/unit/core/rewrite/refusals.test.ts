import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { PlanLayer } from '../../../../src/core/plan/plan.ts';
import { FILE_SYSTEM, type OutputFiles } from '../../../../src/core/rewrite/outputFiles.ts';
import { rewriteCheckpoint } from '../../../../src/core/rewrite/rewriteCheckpoint.ts';
import type { RewriteErrorCode } from '../../../../src/core/rewrite/rewriteError.ts';
import type { RewriteTools } from '../../../../src/core/rewrite/rewriteTools.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { encodeOnnx, type ModelSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { op } from '../../../fixtures/onnxParts.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';
import { namesIn, planFor } from './rewriting.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const root = tempFolder();
let folders = 0;

const random = seededRandom(1);
const tensor = (name: string, ...dims: number[]): TensorSpec => ({
  name,
  dims,
  values: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal()),
});

const MODEL: ModelSpec = {
  initializers: [tensor('w', 40, 30), tensor('v', 30, 50)],
  nodes: [op('MatMul', ['x', 'w'], 'h'), op('MatMul', ['h', 'v'], 'y')],
  inputs: ['x'],
  outputs: ['y'],
};

function modelFile(model = MODEL): string {
  const folder = path.join(root, String(++folders));
  fs.mkdirSync(folder);
  const file = path.join(folder, 'model.onnx');
  fs.writeFileSync(file, encodeOnnx(model));
  return file;
}

interface Attempt {
  readonly output?: (file: string) => string;
  readonly layers?: (layers: PlanLayer[]) => PlanLayer[];
  readonly tools?: Partial<RewriteTools>;
  readonly prepare?: (folder: string) => void;
}

/** What is thrown; also that the folder has the files it had before, and the same bytes in them. */
function refusal({ output, layers, tools, prepare }: Attempt): Error {
  const file = modelFile();
  const folder = path.dirname(file);
  prepare?.(folder);
  const snapshot = (): string[] =>
    namesIn(folder).map((name) => {
      const each = path.join(folder, name);
      const isFile = fs.statSync(each, { throwIfNoEntry: false })?.isFile();
      return `${name} ${isFile ? fs.readFileSync(each, 'base64') : ''}`;
    });
  const before = snapshot();
  const plan = planFor(file, () => ({ action: 'lowrank', rank: 4 }));
  let thrown: unknown;
  try {
    const to = output?.(file) ?? path.join(folder, 'small.onnx');
    rewriteCheckpoint(file, { layers: layers?.(plan.layers) ?? plan.layers }, to, {
      kernels,
      ...tools,
    });
  } catch (error) {
    thrown = error;
  }
  expect(snapshot()).toEqual(before);
  if (!(thrown instanceof Error)) throw new Error('nothing was thrown');
  return thrown;
}

function errorCode(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}

const withFirst = (change: Partial<PlanLayer>) => (layers: PlanLayer[]) =>
  layers.map((layer, k) => (k === 0 ? ({ ...layer, ...change } as PlanLayer) : layer));

/** A file system that has room for so many bytes. */
function fullAfter(room: number): OutputFiles {
  return {
    ...FILE_SYSTEM,
    create(file) {
      const output = FILE_SYSTEM.create(file);
      return {
        ...output,
        write(bytes) {
          room -= bytes.length;
          if (room < 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
          output.write(bytes);
        },
      };
    },
  };
}

const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code });
};

const beside = (name: string) => (file: string) => path.join(path.dirname(file), name);
const put = (name: string) => (folder: string) => fs.writeFileSync(path.join(folder, name), 'mine');

describe('nothing is written, and why is said', () => {
  test.each<{ name: string; code: RewriteErrorCode; words: string } & Attempt>([
    {
      name: 'the output is the model',
      output: (file) => file,
      code: 'output-is-input',
      words: 'never written over',
    },
    {
      name: 'the output is the model, and may be replaced',
      output: (file) => file,
      tools: { replace: true },
      code: 'output-is-input',
      words: 'Give another name',
    },
    {
      name: 'the output is a link to the model',
      prepare: (folder) => fs.symlinkSync('model.onnx', path.join(folder, 'small.onnx')),
      tools: { replace: true },
      code: 'output-is-input',
      words: 'small.onnx is the original model',
    },
    {
      name: 'the output exists',
      prepare: put('small.onnx'),
      code: 'output-exists',
      words: 'small.onnx exists already',
    },
    {
      name: 'the output is a folder',
      prepare: (folder) => fs.mkdirSync(path.join(folder, 'small.onnx')),
      tools: { replace: true },
      code: 'output-exists',
      words: 'is not a file',
    },
    {
      name: 'the folder is not there',
      output: beside('no/small.onnx'),
      code: 'output-unwritable',
      words: 'no is no folder',
    },
    {
      name: 'the folder may not be written to',
      tools: { files: { ...FILE_SYSTEM, create: failing('EACCES') } },
      code: 'output-unwritable',
      words: 'its folder may not be written to',
    },
    {
      name: 'a layer that the model does not have',
      layers: withFirst({ id: 'who', tensor: 'who' }),
      code: 'wrong-plan',
      words: "layer 'who' (tensor 'who'), which is not in",
    },
    {
      name: 'a layer twice',
      layers: ([first]) => [first!, first!],
      code: 'wrong-plan',
      words: "'w' twice",
    },
    {
      name: 'rank 0',
      layers: withFirst({ rank: 0 }),
      code: 'wrong-plan',
      words: "'w' the rank 0, but a 40 x 30 matrix has a rank from 1 to 30",
    },
    {
      name: 'a rank above full',
      layers: withFirst({ rank: 31 }),
      code: 'wrong-plan',
      words: 'the rank 31',
    },
    {
      name: 'no room at all',
      tools: { files: fullAfter(0) },
      code: 'output-unwritable',
      words: 'the disk is full',
    },
    {
      name: 'no room from the middle on',
      tools: { files: fullAfter(1500) },
      code: 'output-unwritable',
      words: 'the disk is full',
    },
    {
      name: 'the disk fails at the end',
      tools: {
        files: { ...FILE_SYSTEM, rename: failing('EIO') },
      },
      code: 'output-unwritable',
      words: 'small.onnx cannot be written: EIO',
    },
  ])('$name', ({ code, words, ...attempt }) => {
    const error = refusal(attempt);
    expect(error.name).toBe('RewriteError');
    expect(errorCode(error)).toBe(code);
    expect(error.message).toContain(words);
  });

  test('cancelled in the middle', () => {
    let asked = 0;
    const error = refusal({ tools: { cancelled: () => ++asked > 5 } });
    expect(errorCode(error)).toBe('cancelled');
  });
});

test('an output that exists is replaced where that was asked for', () => {
  const file = modelFile();
  const output = path.join(path.dirname(file), 'small.onnx');
  fs.writeFileSync(output, 'old');
  const plan = planFor(file, () => ({ action: 'lowrank', rank: 4 }));
  const { bytes } = rewriteCheckpoint(file, plan, output, { kernels, replace: true });
  expect(fs.statSync(output).size).toBe(bytes);
  expect(namesIn(path.dirname(file))).toEqual(['model.onnx', 'small.onnx']);
});

describe('weights that stay, and why', () => {
  test.each([
    {
      name: 'a convolution of groups',
      model: {
        initializers: [tensor('w', 8, 4, 3, 3)],
        nodes: [op('Conv', ['x', 'w'], 'y', { group: 2 })],
      },
      note: 'a convolution of 2 groups',
    },
    {
      name: 'gates of a recurrent layer',
      model: {
        initializers: [tensor('w', 1, 16, 5), tensor('r', 1, 16, 4)],
        nodes: [op('LSTM', ['x', 'w', 'r'], 'y', { hidden_size: 4 })],
      },
      note: 'the gates of LSTM',
    },
    {
      name: 'a weight that is stored quantised',
      model: {
        initializers: [
          { name: 'w', dims: [6, 8], dtype: 'int8' as const, values: new Int8Array(48).fill(3) },
          tensor('scale'),
        ],
        nodes: [op('DequantizeLinear', ['w', 'scale'], 'd'), op('MatMul', ['x', 'd'], 'y')],
      },
      note: 'stored quantised already',
    },
    {
      name: 'a batch of matrices',
      model: { initializers: [tensor('w', 3, 8, 6)], nodes: [op('MatMul', ['x', 'w'], 'y')] },
      note: 'a batch of matrices',
    },
  ])('$name', ({ model, note }) => {
    const file = modelFile({ ...model, inputs: ['x'], outputs: ['y'] });
    const plan = planFor(file, () => ({ action: 'lowrank', rank: 1 }));
    const { layers } = rewriteCheckpoint(file, plan, `${file}.new`, { kernels });
    expect(layers.length).toBeGreaterThan(0);
    for (const layer of layers) {
      expect(layer.action).toBe('keep');
      expect(layer.note).toContain(note);
    }
    expect(fs.readFileSync(`${file}.new`)).toEqual(fs.readFileSync(file));
  });
});
