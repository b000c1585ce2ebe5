import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer } from '../../src/core/report/report.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, goldenJson, goldenTensors, writeGoldenModel } from './goldenModel.ts';

interface Reference {
  readonly sv_desc?: readonly number[];
  readonly slices_sv_desc?: readonly (readonly (readonly number[])[])[];
  readonly flat_OxIkk_sv_desc?: readonly number[];
}

const reference = goldenJson('singular_values.json') as Readonly<Record<string, Reference>>;
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

const layers: Record<'robust' | 'compat', ReadonlyMap<string, Layer>> = {
  robust: new Map(),
  compat: new Map(),
};
beforeAll(async () => {
  const file = writeGoldenModel(tempFolder());
  for (const mode of ['robust', 'compat'] as const) {
    const request = analyzeRequest(file, { mode, minEigenvalues: 1, spectra: true });
    layers[mode] = byTensor((await engine.analyze(request)).layers);
  }
}, 120_000);

/** Largest difference over the largest singular value. */
function worst(ours: readonly number[], theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  const largest = Math.max(theirs[0]!, Number.MIN_VALUE);
  return ours.reduce((most, value, k) => Math.max(most, Math.abs(value - theirs[k]!) / largest), 0);
}

const names = goldenTensors().map(({ name }) => name);
const dense = names.filter((name) => reference[name]?.sv_desc);
const kernels = names.filter((name) => reference[name]?.slices_sv_desc);

describe('singular values', () => {
  it.each(dense)('of %s agree with LAPACK to 1e-12 of the largest', (name) => {
    const ours = layers.robust.get(name)!.singularValues!;
    expect(worst(ours, reference[name]!.sv_desc!)).toBeLessThan(1e-12);
  });

  it.each(kernels.filter((name) => !name.includes('dwconv')))(
    'of %s, flattened, agree with LAPACK to 1e-12 of the largest',
    (name) => {
      const ours = layers.robust.get(name)!.singularValues!;
      expect(worst(ours, reference[name]!.flat_OxIkk_sv_desc!)).toBeLessThan(1e-12);
    },
  );

  it.each(kernels)('of the slices of %s are those of LAPACK, scaled in float32', (name) => {
    const slices = reference[name]!.slices_sv_desc!.flat(2);
    const scaled = slices.map((value) => value * Math.fround(Math.SQRT1_2)).sort((a, b) => b - a);
    expect(worst(layers.compat.get(name)!.singularValues!, scaled)).toBeLessThan(1e-7);
  });

  it('are held against every matrix of the golden set', () => {
    expect([dense.length, kernels.length]).toEqual([14, 3]);
  });
});
