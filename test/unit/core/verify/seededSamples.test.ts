import { describe, expect, it } from 'vitest';
import { chosenDimensions } from '../../../../src/core/verify/dimensions.ts';
import { inputHints } from '../../../../src/core/verify/inputHints.ts';
import type { ModelValue } from '../../../../src/core/verify/modelRunner.ts';
import { seededInputs, seededSample } from '../../../../src/core/verify/seededSamples.ts';
import { asFloat64 } from '../../../../src/core/verify/tensorData.ts';
import { readModel } from '../../../../src/core/checkpoint/onnx/readModel.ts';
import { openRangeReader } from '../../../../src/core/checkpoint/rangeReader.ts';
import { constant, writeOnnx, type ModelSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { REAL_MODELS } from '../../../fixtures/realModels.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const folder = tempFolder();

function hintsOf(model: ModelSpec | string) {
  const file = typeof model === 'string' ? model : writeOnnx(folder, 'model.onnx', model);
  const reader = openRangeReader(file);
  try {
    return Object.fromEntries(inputHints(readModel(reader), reader));
  } finally {
    reader.close();
  }
}

describe('what the graph shows of its inputs', () => {
  it.each<[string, ModelSpec, object]>([
    [
      'the rows of a table',
      {
        inputs: ['ids'],
        nodes: [op('Gather', ['w', 'ids'], 'y')],
        initializers: [zeros('w', 30, 4)],
      },
      { ids: { below: 30 } },
    ],
    [
      'the smaller of two tables, behind other operators',
      {
        inputs: ['ids'],
        nodes: [
          op('Cast', ['ids'], 'c', { to: 7 }),
          op('Unsqueeze', ['c'], 'u'),
          op('Gather', ['w', 'ids'], 'y'),
          op('Gather', ['v', 'u'], 'z'),
        ],
        initializers: [zeros('w', 30, 4), zeros('v', 9, 4)],
      },
      { ids: { below: 9 } },
    ],
    [
      'a quantised table',
      {
        inputs: ['ids'],
        nodes: [op('DequantizeLinear', ['w', 's'], 'd'), op('Gather', ['d', 'ids'], 'y')],
        initializers: [
          { name: 'w', dims: [12, 4], dtype: 'int8', values: new Float64Array(48) },
          zeros('s', 1),
        ],
      },
      { ids: { below: 12 } },
    ],
    [
      'a number it is compared with',
      { inputs: ['rate'], nodes: [constant(integers('k', 8000)), op('Equal', ['rate', 'k'], 'y')] },
      { rate: { equals: 8000 } },
    ],
    [
      'nothing of the data of a Gather',
      { inputs: ['x'], nodes: [op('Gather', ['x', 'i'], 'y')], initializers: [integers('i', 1)] },
      {},
    ],
  ])('%s', (_what, model, hints) => {
    expect(hintsOf(model)).toEqual(hints);
  });

  it('the sampling rate of a real model', () => {
    expect(hintsOf(REAL_MODELS.silero5)).toEqual({ sr: { equals: 16000 } });
  });
});

const INPUTS: readonly ModelValue[] = [
  { name: 'pixels', type: 'float32', shape: ['batch', 3, 'h', 'w'] },
  { name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] },
  { name: 'attention_mask', type: 'int64', shape: ['batch', 'sequence'] },
  { name: 'position_ids', type: 'int64', shape: ['batch', 'sequence'] },
  { name: 'state', type: 'float32', shape: [2, 'state:1', 128] },
  { name: 'rate', type: 'int64', shape: [] },
  { name: 'flag', type: 'bool', shape: [4] },
  { name: 'half', type: 'float16', shape: [1000] },
];

const HINTS = new Map([
  ['input_ids', { below: 50 }],
  ['rate', { equals: 16000 }],
]);

describe('seeded inputs', () => {
  const dimensions = chosenDimensions(INPUTS, { h: 32, sequence: 200 });
  const inputs = seededInputs(INPUTS, dimensions, HINTS);
  const sample = seededSample(inputs, 1, 0);
  const values = (name: string): readonly number[] => [...asFloat64(sample.inputs[name]!)];

  it('take the lengths given, and assume the others', () => {
    expect(dimensions.map(({ name, length, assumed }) => [name, length, assumed])).toEqual([
      ['batch', 1, true],
      ['h', 32, false],
      ['w', 224, true],
      ['sequence', 200, false],
      ['state:1', 1, true],
    ]);
    expect(inputs.map(({ shape }) => shape)).toEqual([
      [1, 3, 32, 224],
      [1, 200],
      [1, 200],
      [1, 200],
      [2, 1, 128],
      [],
      [4],
      [1000],
    ]);
  });

  it.each([
    ['pixels', 0, 1],
    ['input_ids', 0, 49],
    ['attention_mask', 1, 1],
    ['position_ids', 0, 199],
    ['state', -1, 1],
    ['rate', 16000, 16000],
    ['flag', 1, 1],
  ])('of %s reach from %f to %f', (name, low, high) => {
    const found = values(name);
    const [least, most] = [Math.min(...found), Math.max(...found)];
    expect([least >= low, most <= high, most - least >= 0.9 * (high - low)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('of halves are standard normal', () => {
    const found = values('half');
    const about = found.reduce((a, b) => a + b, 0) / found.length;
    const spread = Math.sqrt(found.reduce((a, b) => a + (b - about) ** 2, 0) / found.length);
    expect([Math.abs(about) < 0.1, Math.abs(spread - 1) < 0.08]).toEqual([true, true]);
  });

  it('are the same for the same seed and sample, and others for others', () => {
    const of = (seed: number, index: number) =>
      seededSample(inputs, seed, index).inputs['pixels']!.values;
    expect(of(1, 0)).toEqual(values('pixels').length ? sample.inputs['pixels']!.values : []);
    expect(of(1, 1)).not.toEqual(of(1, 0));
    expect(of(2, 0)).not.toEqual(of(1, 0));
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a name that no input has',
      () => chosenDimensions(INPUTS, { wide: 3 }),
      /--dims names 'wide', but the symbolic axes are 'batch', 'h'/,
    ],
    [
      'names where no axis has one',
      () => chosenDimensions([INPUTS[6]!], { wide: 3 }),
      /no input has a symbolic axis/,
    ],
    [
      'a length beyond reason',
      () => seededInputs(INPUTS, chosenDimensions(INPUTS, { w: 2 ** 30 }), HINTS),
      /Give smaller lengths with --dims/,
    ],
    [
      'text',
      () => seededInputs([{ name: 't', type: 'string', shape: [1] }], [], HINTS),
      /'t' is of string, which cannot be made up/,
    ],
  ])('refuse %s', (_what, make, message) => {
    expect(make).toThrow(message);
  });
});
