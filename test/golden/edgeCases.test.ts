import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer } from '../../src/core/report/report.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { matMul, writeOnnx, type TensorSpec } from '../fixtures/onnxModel.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import {
  byTensor,
  difference,
  goldenBytes,
  goldenJson,
  type ReferenceFigure,
} from './goldenModel.ts';

interface EdgeCase {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'float16';
  readonly file?: string;
  readonly WW_default: Readonly<Record<string, ReferenceFigure>>;
}

/** The matrices that the reference set describes by their names alone. */
const GENERATED: Readonly<Record<string, (i: number, j: number) => number>> = {
  identity_64: (i, j) => (i === j ? 1 : 0),
  constant_64x64: () => Math.fround(0.1),
  two_level_32: (i, j) => (i !== j ? 0 : i < 16 ? 2 : 1),
};

const cases = Object.entries(
  goldenJson('edge_cases.json') as Readonly<Record<string, EdgeCase>>,
).filter(([name, edge]) => edge.file !== undefined || name in GENERATED);

function tensorOf([name, { shape, dtype, file }]: (typeof cases)[number]): TensorSpec {
  if (file !== undefined) return { name, dims: shape, dtype, raw: goldenBytes(file) };
  const [rows, cols] = shape as [number, number];
  const values = Float64Array.from({ length: rows * cols }, (_, k) =>
    GENERATED[name]!(Math.floor(k / cols), k % cols),
  );
  return { name, dims: shape, values };
}

const folder = tempFolder();
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

const layers: Record<'robust' | 'compat', ReadonlyMap<string, Layer>> = {
  robust: new Map(),
  compat: new Map(),
};
beforeAll(async () => {
  const initializers = cases.map(tensorOf);
  const nodes = initializers.map(({ name }) => matMul(name));
  const file = writeOnnx(folder, 'edge.onnx', { nodes, initializers });
  for (const mode of ['robust', 'compat'] as const) {
    const report = await engine.analyze(analyzeRequest(file, { mode, minEigenvalues: 1 }));
    layers[mode] = byTensor(report.layers);
  }
}, 60_000);

/** Status of the layer, status of its power-law fit, and its findings, in robust mode. */
const DOCUMENTED: Readonly<Record<string, readonly [string, string, readonly string[]]>> = {
  identity_64: ['ok', 'ok', ['fit-untrustworthy', 'fixed-transform']],
  orthogonal_64_f32: ['ok', 'ok', ['fit-untrustworthy', 'light-tail']],
  constant_64x64: ['ok', 'failed', ['rank-collapse', 'fit-failed']],
  nan_32: ['failed', 'failed', ['non-finite']],
  inf_32: ['failed', 'failed', ['non-finite']],
  'tiny_scale_64x64_1e-4': ['ok', 'ok', ['random-like']],
  'scaled_64x64_1e-2': ['ok', 'ok', ['random-like']],
  two_level_32: ['ok', 'ok', ['fit-untrustworthy']],
  fp16_64x64: ['ok', 'ok', ['random-like']],
};

/** A vector has no spectrum: it is in the list of what was skipped. */
const SKIPPED = ['vector_row_1x256'];

describe('edge cases in robust mode', () => {
  it.each(Object.entries(DOCUMENTED))('%s ends as documented', (name, [status, fit, codes]) => {
    const layer = layers.robust.get(name)!;
    expect([
      layer.status,
      layer.fits.powerLaw.status,
      layer.findings.map((finding) => finding.code),
    ]).toEqual([status, fit, codes]);
  });

  it('never have a figure of -1, NaN or infinity', () => {
    const wrong = [...layers.robust.values()].flatMap(({ tensor, metrics, fits }) => {
      const figures = [...Object.entries(metrics), ...Object.values(fits).flatMap(Object.entries)];
      return figures.flatMap(([figure, value]) =>
        value === -1 || (typeof value === 'number' && !Number.isFinite(value))
          ? [`${tensor}: ${figure} is ${value}`]
          : [],
      );
    });
    expect(wrong).toEqual([]);
  });

  it('covers every case of the reference', () => {
    expect([...Object.keys(DOCUMENTED), ...SKIPPED].sort()).toEqual(
      Object.keys(goldenJson('edge_cases.json') as object)
        .filter((name) => name !== '_meta')
        .sort(),
    );
    expect(SKIPPED.filter((name) => layers.robust.has(name))).toEqual([]);
  });
});

describe('edge cases in compat mode', () => {
  const solved = cases.filter(
    ([, edge]) => typeof edge.WW_default === 'object' && 'status' in edge.WW_default,
  );

  it.each(solved)(
    '%s has the figures of the reference, or null where it has -1 or inf',
    (name, { WW_default: reference }) => {
      const layer = layers.compat.get(name)!;
      const differences = [
        difference('alpha', layer.fits.powerLaw.alpha, reference['alpha']!, 1e-5),
        difference('sv_max', layer.metrics.svMax, reference['sv_max']!, 1e-9),
        difference('log_norm', layer.metrics.logNorm, reference['log_norm']!, 1e-9),
        difference('stable_rank', layer.metrics.stableRank, reference['stable_rank']!, 1e-9),
        difference('matrix_rank', layer.metrics.matrixRank, reference['matrix_rank']!, 0),
      ];
      expect(differences.filter((each) => each !== '')).toEqual([]);
    },
  );
});
