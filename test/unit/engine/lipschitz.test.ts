import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { matMul, writeOnnx, type NodeSpec, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

let files = 0;

async function boundOf(
  nodes: readonly NodeSpec[],
  initializers: readonly TensorSpec[],
  output: string,
  mode: 'robust' | 'compat' = 'robust',
): Promise<NonNullable<Report['model']['lipschitz']> & { readonly norms: readonly number[] }> {
  const model = { nodes, initializers, inputs: ['x'], outputs: [output] };
  const file = writeOnnx(folder, `chain${files++}.onnx`, model);
  const report = await engine.analyze(analyzeRequest(file, { mode, minEigenvalues: 1 }));
  return { ...report.model.lipschitz!, norms: report.layers.map(({ metrics }) => metrics.svMax!) };
}

function weight(name: string, ...dims: number[]): TensorSpec {
  const random = seededRandom(dims.length + dims[0]!);
  const count = dims.reduce((product, length) => product * length, 1);
  return { name, dims, values: Float64Array.from({ length: count }, () => random.normal()) };
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: NonNullable<NodeSpec['attributes']> = {},
): NodeSpec {
  return { op, inputs, outputs: [output], name: `${op}_${output}`, attributes };
}

describe('the Lipschitz bound', () => {
  it('of a chain is the product of the spectral norms', async () => {
    const { bound, weights, norms } = await boundOf(
      [
        node('MatMul', ['x', 'a'], 'h'),
        node('Add', ['h', 'bias'], 'i'),
        node('LeakyRelu', ['i'], 'j', { alpha: { float: 0.1 } }),
        node('Gemm', ['j', 'b', 'bias'], 'y', { alpha: { float: 1 }, transB: 1 }),
      ],
      [weight('a', 12, 16), weight('b', 16, 16), weight('bias', 16)],
      'y',
    );
    expect(weights).toBe(2);
    expect(bound! / (norms[0]! * norms[1]!)).toBeCloseTo(1, 12);
  });

  it('of a convolution grows with the root of its kernel positions; of its groups the largest counts', async () => {
    const { bound, norms } = await boundOf(
      [node('Conv', ['x', 'k'], 'y', { group: 2 })],
      [weight('k', 8, 4, 3, 3)],
      'y',
    );
    expect(norms).toHaveLength(2);
    expect(bound! / (3 * Math.max(...norms))).toBeCloseTo(1, 12);
  });

  it('holds for the convolution itself', async () => {
    const kernel = weight('k', 3, 2, 4);
    const { bound } = await boundOf([node('Conv', ['x', 'k'], 'y')], [kernel], 'y');
    const [outputs, inputs, positions, length] = [3, 2, 4, 40];
    const values = kernel.values as Float64Array;
    const random = seededRandom(9);
    let x = Float64Array.from({ length: inputs * length }, () => random.normal());
    let stretch = 0;
    // Power iteration: the adjoint of the convolution after the convolution.
    for (let round = 0; round < 60; round++) {
      const back = new Float64Array(x.length);
      const norm = Math.hypot(...x);
      let square = 0;
      for (let o = 0; o < outputs; o++)
        for (let t = 0; t + positions <= length; t++) {
          let y = 0;
          for (let i = 0; i < inputs; i++)
            for (let p = 0; p < positions; p++)
              y += (values[(o * inputs + i) * positions + p]! * x[i * length + t + p]!) / norm;
          square += y * y;
          for (let i = 0; i < inputs; i++)
            for (let p = 0; p < positions; p++)
              back[i * length + t + p]! += values[(o * inputs + i) * positions + p]! * y;
        }
      stretch = Math.sqrt(square);
      x = back;
    }
    expect(stretch).toBeGreaterThan(0.3 * bound!);
    expect(stretch).toBeLessThanOrEqual(bound!);
  });

  it.each<readonly [string, readonly NodeSpec[], string]>([
    [
      'a residual sum',
      [node('MatMul', ['x', 'a'], 'h'), node('Add', ['h', 'x'], 'y')],
      'Add_y (Add) takes 2 values that depend on the input, so that the graph is no plain chain',
    ],
    [
      'an operator without a known bound',
      [node('MatMul', ['x', 'a'], 'h'), node('Exp', ['h'], 'y')],
      'Exp_y is Exp, of which no bound is known here',
    ],
    [
      'a steep slope',
      [node('MatMul', ['x', 'a'], 'h'), node('LeakyRelu', ['h'], 'y', { alpha: { float: 3 } })],
      'LeakyRelu_y is LeakyRelu, of which no bound is known here',
    ],
    [
      'a factor',
      [node('Gemm', ['x', 'a'], 'y', { alpha: { float: 2 } })],
      'Gemm_y (Gemm) multiplies by 1 analyzed weights and a factor of 2',
    ],
  ])('is none for %s, with the reason', async (_, nodes, reason) => {
    const found = await boundOf(nodes, [weight('a', 16, 16)], 'y');
    expect([found.bound, found.reason]).toEqual([null, reason]);
  });

  it('is none where a weight has no spectrum, as of pooled slices', async () => {
    const nodes = [node('Conv', ['x', 'k'], 'y')];
    const found = await boundOf(nodes, [weight('k', 8, 4, 3, 3)], 'y', 'compat');
    expect(found.bound).toBeNull();
    expect(found.reason).toContain('no spectrum');
  });

  it('is none for two outputs', async () => {
    const nodes = [matMul('a'), matMul('b')];
    const model = {
      nodes,
      initializers: [weight('a', 8, 8), weight('b', 8, 8)],
      outputs: nodes.flatMap(({ outputs }) => outputs ?? []),
    };
    const file = writeOnnx(folder, 'two.onnx', model);
    const report = await engine.analyze(analyzeRequest(file, { minEigenvalues: 1 }));
    expect(report.model.lipschitz).toEqual({
      bound: null,
      weights: 0,
      reason: 'the graph has 2 outputs',
    });
  });
});
