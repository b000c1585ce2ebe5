import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { ALL_ROLES } from '../../../src/core/report/summary.ts';
import { matMul, writeOnnx, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { integers, op } from '../../fixtures/onnxParts.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const client = testEngine(tempFolder(), 1);
afterAll(() => client.dispose());
let files = 0;

function normals(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

function analyze(
  tensors: readonly TensorSpec[],
  nodes: NonNullable<Parameters<typeof writeOnnx>[2]['nodes']> = tensors.map(({ name }) =>
    matMul(name),
  ),
  more: Parameters<typeof analyzeRequest>[1] = {},
): Promise<Report> {
  const file = writeOnnx(folder, `${++files}.onnx`, { initializers: tensors, nodes });
  return client.analyze(analyzeRequest(file, more));
}

const codes = (report: Report): readonly string[] =>
  [...report.findings, ...report.layers.flatMap(({ findings }) => findings)].map(
    ({ code }) => code,
  );

const square = (name: string, values: Float32Array): TensorSpec => ({
  name,
  dims: [24, 24],
  values,
});

describe('findings that rest on values, through the engine', () => {
  it('are the same from the cache, and none in compat mode', async () => {
    const values = normals(24 * 24, 1);
    values.fill(0, 5 * 24, 7 * 24);
    values.copyWithin(9 * 24, 2 * 24, 3 * 24);
    const tensors = [square('w', values)];
    const first = await analyze(tensors);
    const again = await analyze(tensors);
    expect(codes(first)).toEqual(expect.arrayContaining(['dead-rows', 'duplicate-rows']));
    expect(again.layers[0]!.findings).toEqual(first.layers[0]!.findings);
    expect([first.compute.cached, again.compute.cached]).toEqual([0, 1]);
    const compat = await analyze(tensors, undefined, { mode: 'compat' });
    expect(codes(compat)).toEqual([]);
  });

  it('lists weights that hold the values of another one, in another type and transposed too', async () => {
    const values = normals(24 * 24, 2);
    const turned = Float32Array.from(values, (_, k) => values[(k % 24) * 24 + Math.floor(k / 24)]!);
    const half = { ...square('half', values), dtype: 'float16' as const };
    const report = await analyze([
      square('a', values),
      square('other', normals(24 * 24, 3)),
      square('b', values),
      square('turned', turned),
      half,
    ]);
    expect(report.findings).toHaveLength(1);
    const [{ code, text, evidence }] = report.findings as [Report['findings'][number]];
    expect(code).toBe('duplicate-weights');
    expect(text).toMatch(
      /^3 weights hold the values of another one: b = a; turned = \(transposed\) a; half = \(to rounding\) a\. Stored once, the file would be 5\.76 kB smaller\.$/,
    );
    expect(evidence).toMatchObject({
      copies: 3,
      bytes: 5760,
      equal: 1,
      equalToRounding: 1,
      transposed: 1,
    });
  });

  it('keeps a fixed transform out of the summary, with its figures', async () => {
    const basis = Float32Array.from({ length: 24 * 24 }, (_, k) =>
      Math.cos((Math.PI / 24) * ((k % 24) + 0.5) * Math.floor(k / 24)),
    );
    const alone = await analyze([square('w', normals(24 * 24, 4))]);
    const both = await analyze([square('w', normals(24 * 24, 4)), square('dct', basis)]);
    const dct = both.layers.find(({ tensor }) => tensor === 'dct')!;
    expect(dct.findings.map(({ code }) => code)).toContain('fixed-transform');
    expect(dct.metrics.stableRank).toBeGreaterThan(1);
    expect(both.summary.distributions).toEqual(alone.summary.distributions);
    expect(both.summary.analyzed).toBe(2);
    const stableRank = both.summary.distributions.find(
      ({ metric, role }) => metric === 'stableRank' && role === ALL_ROLES,
    );
    expect(stableRank).toMatchObject({ layers: 1, failed: 0 });
  });

  it('looks at the filters of depthwise convolutions, which have no spectrum', async () => {
    const values = normals(32 * 9, 5);
    values.fill(0, 3 * 9, 4 * 9);
    const blur = Float32Array.from(
      { length: 32 * 9 },
      (_, k) => [1, 2, 1, 2, 4, 2, 1, 2, 1][k % 9]! / 16,
    );
    const broken = normals(32 * 9, 6);
    broken[100] = NaN;
    const names = ['dw', 'blur', 'broken'];
    const tensors = [values, blur, broken].map((each, k) => ({
      name: names[k]!,
      dims: [32, 1, 3, 3],
      values: each,
    }));
    const nodes = names.map((name) => op('Conv', ['x', name], `${name}_y`, { group: 32 }));
    const { findings } = await analyze(tensors, nodes);
    expect(findings.map(({ code }) => code)).toEqual([
      'no-weights',
      'dead-rows',
      'fixed-transform',
      'non-finite',
    ]);
    expect(findings[1]!.text).toBe('1 of the 32 rows (output channels) of dw is zero (3).');
    expect(findings[2]!.text).toMatch(
      /^blur is a depthwise convolution with one kernel of 9 weights for all of its 32/,
    );
  });

  it('finds the head that is a copy, and the one that writes nothing', async () => {
    const [width, heads, size] = [32, 4, 8];
    const inner = heads * size;
    const tensor = (name: string, seed: number): TensorSpec & { values: Float32Array } => ({
      name,
      dims: [width, inner],
      values: normals(width * inner, seed),
    });
    const [q, k, v, o] = ['q', 'k', 'v', 'o'].map((name, at) => tensor(name, 10 + at)) as [
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
      ReturnType<typeof tensor>,
    ];
    for (const { values } of [q, k])
      for (let i = 0; i < width; i++)
        values.copyWithin(i * inner + 2 * size, i * inner, i * inner + size);
    o.values.fill(0, 3 * size * width, 4 * size * width);
    const headed = (name: string, perm: readonly number[]) => [
      op('MatMul', ['x', name], `${name}1`),
      op('Reshape', [`${name}1`, 'shape'], `${name}2`),
      op('Transpose', [`${name}2`], `${name}3`, { perm }),
    ];
    const nodes = [
      ...headed('q', [0, 2, 1, 3]),
      ...headed('k', [0, 2, 3, 1]),
      ...headed('v', [0, 2, 1, 3]),
      op('MatMul', ['q3', 'k3'], 'scores'),
      op('Softmax', ['scores'], 'weights'),
      op('MatMul', ['weights', 'v3'], 'context'),
      op('Transpose', ['context'], 'back', { perm: [0, 2, 1, 3] }),
      op('Reshape', ['back', 'joined'], 'whole'),
      op('MatMul', ['whole', 'o'], 'y'),
    ];
    const shapes = [integers('shape', 0, -1, heads, size), integers('joined', 0, -1, inner)];
    const { findings } = await analyze([q, k, v, o, ...shapes], nodes);
    expect(findings.map(({ code }) => code)).toEqual(['redundant-head']);
    expect(findings[0]!.text).toMatch(
      /^Of the 4 heads of the attention of q some are redundant: head 3 writes nothing .*; one pair of heads attends alike \(heads 0 and 2: cosine 1; of unrelated products -?0\.\d+\)\.$/,
    );
  });

  it('of Silero: both Fourier bases are fixed, and the older one stores its branches twice', async () => {
    const report = await client.analyze(analyzeRequest(REAL_MODELS.sileroLegacy));
    const fixed = report.layers.filter(({ findings }) =>
      findings.some(({ code }) => code === 'fixed-transform'),
    );
    expect(fixed.map(({ tensor, rows, cols }) => [tensor, rows, cols])).toEqual([
      ['model_8k.feature_extractor.forward_basis_buffer', 258, 256],
      ['model.feature_extractor.forward_basis_buffer', 258, 256],
    ]);
    for (const { findings } of fixed)
      expect(findings.at(-1)!.text).toMatch(
        /short-time Fourier basis: 256 rows .* \(multiples of 1 \/ 256\)/,
      );
    expect(
      report.findings.map(({ code, evidence }) => [code, evidence['copies'], evidence['bytes']]),
    ).toEqual([['duplicate-weights', 9, 788_480]]);
  });
});
