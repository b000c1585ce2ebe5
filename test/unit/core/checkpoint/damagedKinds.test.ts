import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import { encodeOnnx, type ModelSpec, type NodeSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op, zeros } from '../../../fixtures/onnxParts.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();

const cut = (name: string, start: number, end: number): NodeSpec =>
  op('Slice', ['cut'], name, { axes: [0], starts: [start], ends: [end] });

/** Every kind of layer, each small enough that a changed byte meets it. */
const RICH: ModelSpec = {
  initializers: [
    zeros('lstm', 1, 8, 2),
    zeros('cut', 8, 2),
    zeros('deconv', 2, 2, 2),
    zeros('table', 3, 2),
    zeros('batch', 2, 2, 2),
    zeros('einsum', 2, 3),
    zeros('packed', 2, 6),
    zeros('fused', 2, 6),
    integers('sizes', 2, 2, 2),
  ],
  sparse: [
    {
      values: { name: 'sparse', dims: [2], values: [1, 2] },
      indices: { name: '', dims: [2, 2], dtype: 'int64', values: [0, 1, 1, 0] },
      dims: [2, 2],
    },
  ],
  nodes: [
    op('LSTM', ['x', 'lstm', 'r'], 'y0', { direction: 'forward' }),
    cut('i', 0, 2),
    cut('o', 6, 8),
    cut('fc', 2, 6),
    op('Concat', ['i', 'o', 'fc'], 'j', { axis: 0 }),
    op('Unsqueeze', ['j'], 'u', { axes: [0] }),
    op('LSTM', ['x', 'u', 'r'], 'y1'),
    op('ConvTranspose', ['x', 'deconv'], 'y2', { group: 2 }),
    op('Gather', ['table', 'x'], 'y3'),
    op('MatMul', ['x', 'batch'], 'y4'),
    op('Einsum', ['x', 'einsum'], 'y5', { equation: 'bi,ij->bj' }),
    op('Attention', ['x', 'packed'], 'y6', {}, 'com.microsoft'),
    op('MatMul', ['x', 'sparse'], 'y7'),
    op('MatMul', ['x', 'fused'], 'h'),
    { op: 'Split', inputs: ['h', 'sizes'], outputs: ['q', 'k', 'v'], attributes: { axis: -1 } },
    op('MatMul', ['q', 'k'], 'scores'),
    op('Softmax', ['scores'], 'weights'),
    op('MatMul', ['weights', 'v'], 'y8'),
  ],
};

describe('damage at random in layers of every kind', () => {
  test('unhurt, they are all weights', () => {
    const file = path.join(dir, 'whole.onnx');
    fs.writeFileSync(file, encodeOnnx(RICH));
    const { weights } = openCheckpoint(file);
    expect(weights.map(({ tensor, role, division }) => `${tensor} ${role} ${!!division}`)).toEqual([
      'lstm recurrent true',
      'cut recurrent true',
      'deconv conv false',
      'table embedding false',
      'batch linear true',
      'einsum linear false',
      'packed linear true',
      'sparse linear false',
      'fused linear true',
    ]);
  });

  test('with bytes changed, no view reaches beyond its tensor, and every fault is a CheckpointError', () => {
    const rich = encodeOnnx(RICH);
    const random = seededRandom(43);
    const file = path.join(dir, 'damaged.onnx');
    let opened = 0;
    let refused = 0;
    for (let round = 0; round < 4000; round++) {
      const bytes = Uint8Array.from(rich);
      for (let changes = 1 + random.integer(3); changes > 0; changes--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      fs.writeFileSync(file, bytes);
      try {
        for (const weight of openCheckpoint(file).weights) {
          const values = readValues(weight.storage);
          for (const mode of ['robust', 'compat'] as const)
            for (const { view } of matrixViews(weight, mode).parts) {
              const { rows, cols, rowStride, colStride, offsets } = view;
              const span = (rows - 1) * rowStride + (cols - 1) * colStride;
              expect(Number.isInteger(span) && span >= 0, weight.tensor).toBe(true);
              expect(Math.max(...offsets) + span, weight.tensor).toBeLessThan(values.length);
            }
        }
        opened++;
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        refused++;
      }
    }
    expect(opened + refused).toBe(4000);
    expect(opened).toBeGreaterThan(400);
    expect(refused).toBeGreaterThan(400);
  });

  test('cut off at any byte, it is refused', () => {
    const rich = encodeOnnx(RICH);
    const file = path.join(dir, 'short.onnx');
    for (let length = 1; length < rich.length; length += 3) {
      fs.writeFileSync(file, rich.subarray(0, length));
      expect(() => openCheckpoint(file), `at ${length}`).toThrow(CheckpointError);
    }
  });
});

describe('graphs made to be slow to follow', () => {
  const open = (nodes: readonly NodeSpec[]): readonly string[] => {
    const file = path.join(dir, 'slow.onnx');
    fs.writeFileSync(file, encodeOnnx({ initializers: [zeros('w', 8, 3)], nodes }));
    const { weights, skipped } = openCheckpoint(file);
    return [...weights.map(({ tensor }) => tensor), ...skipped.map(({ reason }) => reason)];
  };

  test('joints of joints of the same rows', () => {
    const joints = Array.from({ length: 40 }, (_, k) =>
      op('Concat', new Array<string>(8).fill(k === 0 ? 'w' : `j${k - 1}`), `j${k}`, { axis: 0 }),
    );
    const found = open([
      ...joints,
      op('Unsqueeze', ['j39'], 'u', { axes: [0] }),
      op('LSTM', ['x', 'u', 'r'], 'y'),
    ]);
    expect(found).toEqual([
      'changed by Concat before LSTM takes it; such weights are not analyzed in this version',
    ]);
  });

  test('a thousand parts of one projection, and a ring of nodes', () => {
    const parts = Array.from({ length: 1000 }, (_, k) =>
      op('Slice', ['h'], `s${k}`, { axes: [-1], starts: [k % 3], ends: [(k % 3) + 1] }),
    );
    expect(open([op('MatMul', ['x', 'w'], 'h'), ...parts])).toEqual(['w']);
    expect(
      open([op('MatMul', ['x', 'w'], 'h'), op('Cast', ['h'], 'c'), op('Cast', ['c'], 'h')]),
    ).toEqual(['w']);
  });
});
