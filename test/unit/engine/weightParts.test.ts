import { afterAll, describe, expect, it } from 'vitest';
import type { Layer, Report } from '../../../src/core/report/report.ts';
import { writeOnnx, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const client = testEngine('', 1);
afterAll(() => client.dispose());
let files = 0;

function normals(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

function analyze(
  tensors: readonly TensorSpec[],
  nodes: Parameters<typeof writeOnnx>[2]['nodes'],
  more: Parameters<typeof analyzeRequest>[1] = {},
  sparse: Parameters<typeof writeOnnx>[2]['sparse'] = [],
): Promise<Report> {
  const model = { initializers: tensors, nodes: nodes!, sparse: sparse };
  const file = writeOnnx(folder, `${++files}.onnx`, model);
  return client.analyze(analyzeRequest(file, { minEigenvalues: 10, ...more }));
}

const lines = (report: Report): readonly string[] =>
  report.layers.map(
    ({ id, role, status, rows, cols }) => `${id} ${role} ${status} ${rows}x${cols}`,
  );

const named = (report: Report, id: string): Layer =>
  report.layers.find((layer) => layer.id === id)!;

describe('every part of a weight is an entry of the report', () => {
  const W = normals(4 * 16 * 24, 1);
  const lstm = (values: Float32Array) =>
    analyze([{ name: 'w', dims: [1, 64, 24], values }], [op('LSTM', ['x', 'w', 'r'], 'y')]);

  it('of an LSTM: its gates, each with the figures of its rows alone', async () => {
    const report = await lstm(W);
    expect(lines(report)).toEqual(
      ['i', 'o', 'f', 'c'].map((gate) => `w#forward, gate ${gate} recurrent ok 16x24`),
    );
    const alone = await analyze(
      [{ name: 'rows', dims: [16, 24], values: W.subarray(2 * 16 * 24, 3 * 16 * 24) }],
      [op('MatMul', ['x', 'rows'], 'y')],
    );
    const gate = named(report, 'w#forward, gate f');
    // A gate holds its outputs as rows, the right side of a product its inputs.
    const { mupRatio, ...figures } = gate.metrics;
    expect(alone.layers[0]!.metrics).toMatchObject(figures);
    expect(mupRatio).toBeCloseTo(figures.svMax! / Math.sqrt(16 / 24), 12);
    expect(alone.layers[0]!.metrics.mupRatio).toBeCloseTo(figures.svMax! / Math.sqrt(24 / 16), 12);
    expect(gate.fits).toEqual(alone.layers[0]!.fits);
    expect(gate.compat).toEqual({ alpha: null, warning: '' });
  });

  it('of query, key and value that lie head by head: each with the figures of its own columns', async () => {
    const [inputs, heads, size] = [24, 3, 16];
    const values = normals(inputs * 3 * heads * size, 5);
    const report = await analyze(
      [
        { name: 'w', dims: [inputs, 3 * heads * size], values },
        { name: 'shape', dims: [5], dtype: 'int64', values: [0, -1, heads, 3, size] },
      ],
      [
        op('MatMul', ['x', 'w'], 'h'),
        op('Reshape', ['h', 'shape'], 'r'),
        op('MultiHeadAttention', ['r'], 'y', { num_heads: heads }, 'com.microsoft'),
      ],
    );
    expect(lines(report)).toEqual(
      ['query', 'key', 'value'].map((part) => `w#${part} linear ok ${inputs}x${heads * size}`),
    );
    const key = Float32Array.from({ length: inputs * heads * size }, (_, k) => {
      const [row, col] = [Math.floor(k / (heads * size)), k % (heads * size)];
      const head = Math.floor(col / size);
      return values[row * 3 * heads * size + (3 * head + 1) * size + (col % size)]!;
    });
    const alone = await analyze(
      [{ name: 'key', dims: [inputs, heads * size], values: key }],
      [op('MatMul', ['x', 'key'], 'y')],
    );
    const part = named(report, 'w#key');
    expect(part.metrics).toEqual(alone.layers[0]!.metrics);
    expect(part.fits).toEqual(alone.layers[0]!.fits);
    expect(part.compat).toEqual({ alpha: null, warning: '' });
  });

  it('of an LSTM with a broken gate: the others are analyzed', async () => {
    const broken = W.slice();
    broken[16 * 24 + 5 * 24 + 7] = NaN;
    const report = await lstm(broken);
    expect(report.layers.map(({ status }) => status)).toEqual(['ok', 'failed', 'ok', 'ok']);
    expect(report.layers[1]!.findings[0]).toMatchObject({
      code: 'non-finite',
      evidence: { count: 1, firstIndex: 5 * 24 + 7, elements: 16 * 24, row: 5, column: 7 },
    });
  });

  it('of a convolution with a broken group: the others are, without a figure of WeightWatcher', async () => {
    const values = normals(32 * 4 * 9, 2);
    values[40 * 9] = Infinity;
    const report = await analyze(
      [{ name: 'w', dims: [32, 4, 3, 3], values }],
      [op('Conv', ['x', 'w'], 'y', { group: 2 })],
    );
    expect(report.layers.map(({ part, status }) => `${part} ${status}`)).toEqual([
      'group 1 failed',
      'group 2 ok',
    ]);
    expect(report.layers[1]!.compat).toEqual({ alpha: null, warning: '' });
  });

  it('of packed attention: columns, those of them that are too narrow being told', async () => {
    const report = await analyze(
      [{ name: 'w', dims: [16, 36], values: normals(16 * 36, 3) }],
      [op('Attention', ['x', 'w'], 'y', { qkv_hidden_sizes: [16, 16, 4] }, 'com.microsoft')],
    );
    expect(lines(report)).toEqual(['w#query linear ok 16x16', 'w#key linear ok 16x16']);
    expect(report.skipped).toEqual([
      {
        tensor: 'w',
        shape: [16, 36],
        dtype: 'float32',
        reason:
          'value: a 16 x 4 matrix has 4 eigenvalues, fewer than the 10 that a spectrum needs to be worth reading',
      },
    ]);
    const query = normals(16 * 36, 3).filter((_, k) => k % 36 < 16);
    const norm = query.reduce((sum, value) => sum + value * value, 0);
    expect(report.layers[0]!.metrics.norm).toBeCloseTo(norm, 3);
  });

  it('of a batch and of a kernel over three axes; WeightWatcher leaves both out', async () => {
    const tensors = [
      { name: 'batch', dims: [2, 12, 16], values: normals(2 * 12 * 16, 4) },
      { name: 'kernel', dims: [12, 2, 2, 2, 2], values: normals(12 * 16, 5) },
    ];
    const nodes = [op('MatMul', ['x', 'batch'], 'y'), op('Conv', ['y', 'kernel'], 'z')];
    const report = await analyze(tensors, nodes);
    expect(lines(report)).toEqual([
      'batch#batch 1 linear ok 12x16',
      'batch#batch 2 linear ok 12x16',
      'kernel conv ok 12x16',
    ]);
    expect(report.layers.map(({ compat }) => compat.alpha)).toEqual([null, null, null]);
    const compat = await analyze(tensors, nodes, { mode: 'compat' });
    expect(compat.layers).toEqual([]);
    expect(compat.skipped.map(({ reason }) => reason)).toEqual([
      'a batch of matrices (2 x 12 x 16), which WeightWatcher does not take apart',
      'a kernel over 3 axes, which WeightWatcher leaves out',
    ]);
  });

  it('of a sparse tensor: the same figures as with its zeros written out', async () => {
    const values = normals(20 * 24, 6).map((value, k) => (k % 3 === 0 ? value : 0));
    const at = Array.from(values.keys()).filter((k) => k % 3 === 0);
    const nodes = [op('MatMul', ['x', 'w'], 'y')];
    const dense = await analyze([{ name: 'w', dims: [20, 24], values }], nodes);
    const sparse = await analyze([], nodes, {}, [
      {
        values: { name: 'w', dims: [at.length], values: at.map((k) => values[k]!) },
        indices: { name: '', dims: [at.length], dtype: 'int64', values: at },
        dims: [20, 24],
      },
    ]);
    expect(sparse.layers).toEqual(dense.layers);
  });
});
