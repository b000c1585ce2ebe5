import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint.ts';
import { matrixViews } from '../../../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../../src/core/checkpoint/readValues.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { gatheredValues } from '../../../../src/engine/sourceValues.ts';
import { product, transposed } from '../../../fixtures/matrixKinds.ts';
import { writeOnnx, type ModelSpec, type TensorSpec } from '../../../fixtures/onnxModel.ts';
import { integers, op } from '../../../fixtures/onnxParts.ts';
import { hasRuntime, runOnnx } from '../../../fixtures/onnxRun.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { tempFolder } from '../../../fixtures/tempFolder.ts';

const dir = tempFolder();
const random = seededRandom(11);
let files = 0;

function normals(count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

function weight(name: string, ...dims: readonly number[]): TensorSpec {
  return { name, dims, values: normals(dims.reduce((all, each) => all * each, 1)) };
}

function open(model: ModelSpec): Checkpoint {
  return openCheckpoint(writeOnnx(dir, `${++files}.onnx`, model));
}

/** Every matrix of a tensor by the name of its part, as `[in, out]`. */
function partsOf(model: ModelSpec, tensor: string): ReadonlyMap<string, Matrix> {
  const found = open(model).weights.find((each) => each.tensor === tensor)!;
  const values = readValues(found.storage);
  return new Map(
    matrixViews(found, 'robust').parts.map(({ part, view }) => {
      const stored = { rows: view.rows, cols: view.cols, data: gatheredValues(values, view) };
      return [part, found.orientation === 'in-out' ? stored : transposed(stored)];
    }),
  );
}

function rowsOf(values: ArrayLike<number>, rows: number): Matrix {
  return { rows, cols: values.length / rows, data: Float64Array.from(values) };
}

/** Largest difference of two lists of as many numbers. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, each, k) => Math.max(most, Math.abs(each - b[k]!)), 0);
}

const ROUNDING = 2e-5;
const [TOKENS, HIDDEN, HEADS, SIZE] = [5, 6, 2, 3];
const X = { dims: [1, TOKENS, HIDDEN], values: normals(TOKENS * HIDDEN) };

describe.skipIf(!hasRuntime)(
  'what ONNX Runtime cuts out of a fused projection is what its parts make alone',
  () => {
    /** `softmax(query key^T) value` of `[1, tokens, heads, size]`. */
    const attention = [
      op('Transpose', ['q'], 'qt', { perm: [0, 2, 1, 3] }),
      op('Transpose', ['k'], 'kt', { perm: [0, 2, 3, 1] }),
      op('Transpose', ['v'], 'vt', { perm: [0, 2, 1, 3] }),
      op('MatMul', ['qt', 'kt'], 'scores'),
      op('Softmax', ['scores'], 'weights', { axis: -1 }),
      op('MatMul', ['weights', 'vt'], 'y'),
    ];
    const indices = [0, 1, 2].map((k) => ({ ...integers(`i${k}`, k), dims: [] }));
    const cut = (axis: number) =>
      ['q', 'k', 'v'].map((name, k) => op('Gather', ['r', `i${k}`], name, { axis }));
    const model = (more: Pick<ModelSpec, 'nodes' | 'initializers'>): ModelSpec => ({
      inputs: ['x'],
      outputs: ['q', 'k', 'v', 'y'],
      ...more,
    });
    const cases: readonly (readonly [string, ModelSpec])[] = [
      [
        'three for each head, by Gather',
        model({
          nodes: [
            op('MatMul', ['x', 'w'], 'h'),
            op('Reshape', ['h', 'shape'], 'r'),
            ...cut(3),
            ...attention,
          ],
          initializers: [
            weight('w', HIDDEN, 3 * HEADS * SIZE),
            integers('shape', 1, TOKENS, HEADS, 3, SIZE),
            ...indices,
          ],
        }),
      ],
      [
        'one after the other, by Gather',
        model({
          nodes: [
            op('MatMul', ['x', 'w'], 'h'),
            op('Reshape', ['h', 'shape'], 'r'),
            ...cut(2),
            ...attention,
          ],
          initializers: [
            weight('w', HIDDEN, 3 * HEADS * SIZE),
            integers('shape', 1, TOKENS, 3, HEADS, SIZE),
            ...indices,
          ],
        }),
      ],
      [
        'three for each head, stored as outputs by inputs, by Split',
        model({
          nodes: [
            op('Transpose', ['w'], 'wt'),
            op('MatMul', ['x', 'wt'], 'h'),
            op('Reshape', ['h', 'shape'], 'r'),
            { op: 'Split', inputs: ['r'], outputs: ['q', 'k', 'v'], attributes: { axis: -1 } },
            ...attention,
          ],
          initializers: [
            weight('w', 3 * HEADS * SIZE, HIDDEN),
            integers('shape', 1, TOKENS, HEADS, 3 * SIZE),
          ],
        }),
      ],
    ];
    test.each(cases)('%s', async (_, spec) => {
      const results = await runOnnx(spec, { x: X });
      const parts = partsOf(spec, 'w');
      expect([...parts.keys()]).toEqual(['query', 'key', 'value']);
      const x = rowsOf(X.values, TOKENS);
      for (const [name, output] of [
        ['query', 'q'],
        ['key', 'k'],
        ['value', 'v'],
      ] as const)
        expect(difference(product(x, parts.get(name)!).data, results[output]!)).toBeLessThan(
          ROUNDING,
        );
    });
  },
);

describe.skipIf(!hasRuntime)(
  'an attention of ONNX Runtime that takes a projection apart itself',
  () => {
    const last = TOKENS - 1;
    const sequence = {
      lengths: { dims: [1], values: Int32Array.of(last) },
      total: { dims: [], values: Int32Array.of(TOKENS) },
    };
    const SHARED = 1;
    const WIDE = 8;
    const grouped = (
      inputs: readonly string[],
      more: Pick<ModelSpec, 'nodes' | 'initializers'>,
    ) => ({
      opset: { '': 17, 'com.microsoft': 1 },
      inputs: ['x', 'lengths', 'total'],
      outputs: ['y'],
      initializers: more.initializers ?? [],
      nodes: [
        ...(more.nodes ?? []),
        {
          op: 'GroupQueryAttention',
          domain: 'com.microsoft',
          inputs: [...inputs, '', '', 'lengths', 'total'],
          outputs: ['y', 'presentKey', 'presentValue'],
          attributes: { num_heads: HEADS, kv_num_heads: SHARED },
        },
      ],
    });

    test.each([
      ['equal', [HEADS * SIZE, HEADS * SIZE, HEADS * SIZE]],
      ['unequal', [HEADS * SIZE, HEADS * SIZE, HEADS * WIDE]],
    ])('Attention has the same result of its three parts of %s widths', async (_, widths) => {
      const columns = widths.reduce((sum, width) => sum + width, 0);
      const microsoft = { opset: { '': 17, 'com.microsoft': 1 }, inputs: ['x'], outputs: ['y'] };
      const bias = { name: 'b', dims: [columns], values: new Float32Array(columns) };
      const packed: ModelSpec = {
        ...microsoft,
        nodes: [
          op(
            'Attention',
            ['x', 'w', 'b'],
            'y',
            { num_heads: HEADS, qkv_hidden_sizes: widths },
            'com.microsoft',
          ),
        ],
        initializers: [weight('w', HIDDEN, columns), bias],
      };
      const parts = [...partsOf(packed, 'w')];
      expect(parts.map(([name, { cols }]) => `${name} ${cols}`)).toEqual(
        ['query', 'key', 'value'].map((name, k) => `${name} ${widths[k]!}`),
      );
      const apart: ModelSpec = {
        ...microsoft,
        nodes: [
          ...parts.map(([name]) => op('MatMul', ['x', `w ${name}`], name)),
          op(
            'MultiHeadAttention',
            ['query', 'key', 'value'],
            'y',
            { num_heads: HEADS },
            'com.microsoft',
          ),
        ],
        initializers: parts.map(([name, { rows, cols, data }]) => ({
          name: `w ${name}`,
          dims: [rows, cols],
          values: data,
        })),
      };
      const [whole, divided] = [await runOnnx(packed, { x: X }), await runOnnx(apart, { x: X })];
      expect(difference(whole['y']!, divided['y']!)).toBeLessThan(ROUNDING);
    });

    test('GroupQueryAttention has the same result of its three parts', async () => {
      const packed = grouped(['h', '', ''], {
        nodes: [op('MatMul', ['x', 'w'], 'h')],
        initializers: [weight('w', HIDDEN, (HEADS + 2 * SHARED) * WIDE)],
      });
      const parts = [...partsOf(packed, 'w')];
      expect(parts.map(([name, { cols }]) => `${name} ${cols}`)).toEqual([
        'query 16',
        'key 8',
        'value 8',
      ]);
      const apart = grouped(['query', 'key', 'value'], {
        nodes: parts.map(([name]) => op('MatMul', ['x', `w ${name}`], name)),
        initializers: parts.map(([name, { rows, cols, data }]) => ({
          name: `w ${name}`,
          dims: [rows, cols],
          values: data,
        })),
      });
      const feeds = { x: X, ...sequence };
      const [whole, divided] = [await runOnnx(packed, feeds), await runOnnx(apart, feeds)];
      expect(difference(whole['y']!, divided['y']!)).toBeLessThan(ROUNDING);
      expect(Math.max(...whole['y']!)).toBeGreaterThan(0.1);
    });
  },
);

describe.skipIf(!hasRuntime)('the experts of MoE', () => {
  const [EXPERTS, INNER] = [3, 4];
  const PROBABILITIES = { dims: [TOKENS, EXPERTS], values: normals(TOKENS * EXPERTS) };
  const DATA = { dims: [TOKENS, HIDDEN], values: X.values };
  const moe = (
    attributes: Readonly<Record<string, number | string | { readonly float: number }>>,
    inputs: readonly string[],
    initializers: readonly TensorSpec[],
  ): ModelSpec => ({
    opset: { '': 17, 'com.microsoft': 1 },
    inputs: ['x', 'p'],
    outputs: ['y'],
    initializers,
    nodes: [op('MoE', ['x', 'p', ...inputs], 'y', { k: 1, ...attributes }, 'com.microsoft')],
  });

  /** With one expert a token, whose weight is 1: `act` takes the products with the parts of the first layer. */
  function expected(
    model: ModelSpec,
    act: (products: readonly Matrix[], element: number) => number,
  ): Float64Array {
    const [first, second] = [
      [...partsOf(model, 'fc1').values()],
      [...partsOf(model, 'fc2').values()],
    ];
    const each = first.length / EXPERTS;
    const y = new Float64Array(TOKENS * HIDDEN);
    for (let token = 0; token < TOKENS; token++) {
      const scores = Array.from(
        PROBABILITIES.values.subarray(token * EXPERTS, (token + 1) * EXPERTS),
      );
      const expert = scores.indexOf(Math.max(...scores));
      const x = rowsOf(X.values.subarray(token * HIDDEN, (token + 1) * HIDDEN), 1);
      const products = first.slice(expert * each, (expert + 1) * each).map((w) => product(x, w));
      const inner = Float64Array.from({ length: INNER }, (_, k) => act(products, k));
      y.set(product(rowsOf(inner, 1), second[expert]!).data, token * HIDDEN);
    }
    return y;
  }

  test('have a matrix each', async () => {
    const model = moe(
      { activation_type: 'relu', normalize_routing_weights: 1 },
      ['fc1', '', 'fc2'],
      [weight('fc1', EXPERTS, INNER, HIDDEN), weight('fc2', EXPERTS, HIDDEN, INNER)],
    );
    expect([...partsOf(model, 'fc2').keys()]).toEqual(['expert 1', 'expert 2', 'expert 3']);
    const { y } = await runOnnx(model, { x: DATA, p: PROBABILITIES });
    const relu = expected(model, ([only], k) => Math.max(0, only!.data[k]!));
    expect(difference(relu, y!)).toBeLessThan(ROUNDING);
  });

  test('with a SwiGLU, gate and linear part interleaved', async () => {
    const model = moe(
      {
        activation_type: 'swiglu',
        swiglu_fusion: 1,
        normalize_routing_weights: 1,
        activation_alpha: { float: 1 },
        activation_beta: { float: 0 },
      },
      ['fc1', '', 'fc2'],
      [weight('fc1', EXPERTS, 2 * INNER, HIDDEN), weight('fc2', EXPERTS, HIDDEN, INNER)],
    );
    expect([...partsOf(model, 'fc1').keys()].slice(0, 3)).toEqual([
      'expert 1, gate',
      'expert 1, linear',
      'expert 2, gate',
    ]);
    const { y } = await runOnnx(model, { x: DATA, p: PROBABILITIES });
    const swiglu = expected(model, ([gate, linear], k) => {
      const g = gate!.data[k]!;
      return (g / (1 + Math.exp(-g))) * linear!.data[k]!;
    });
    expect(difference(swiglu, y!)).toBeLessThan(ROUNDING);
  });
});
