import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrixViews } from '../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../src/core/checkpoint/readValues.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import type { HillFigures } from '../../src/core/spectrum/figures.ts';
import { spectralFigures } from '../../src/core/spectrum/spectralFigures.ts';
import { testKernels } from '../fixtures/kernels.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, difference, goldenJson, writeGoldenModel } from './goldenModel.ts';

interface HillReference {
  readonly alpha: number | string;
  readonly D: number | string;
  readonly xmin?: number;
  readonly n?: number;
}

const FLOAT32 = 'alpha_mid(Hill,median)';
const FLOAT64 = 'hill_mid';
type Reference = Readonly<Record<string, Readonly<Record<string, HillReference>> | undefined>>;

/** Their zero eigenvalues are float32 noise in the float32 reference; an all-zero matrix has no estimate. */
const RANK_DEFICIENT = ['m09_rank40_256x1000', 'm10_zeros_128x512', 'm11_allzero_64x64'];

const folder = tempFolder();
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

const file = writeGoldenModel(folder);
const estimates = new Map<string, HillFigures>();
beforeAll(async () => {
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1 });
  for (const [name, layer] of byTensor((await engine.analyze(request)).layers))
    estimates.set(name, layer.fits.hill);
}, 120_000);

function cases(file: string, key: string): (readonly [string, HillReference])[] {
  return Object.entries(goldenJson(file) as Reference).flatMap(([name, figures]) => {
    const reference = figures?.[key];
    return reference && !RANK_DEFICIENT.includes(name) ? [[name, reference] as const] : [];
  });
}

/** Of the pooled slices of a convolution, scaled by sqrt(1/2) in float64: no float32 rounding in between. */
async function unroundedConvolution(name: string): Promise<HillFigures> {
  const weight = openCheckpoint(file).weights.find((each) => each.tensor === name)!;
  const { view } = matrixViews(weight, 'compat').parts[0]!;
  const values = readValues(weight.storage);
  const kernels = await testKernels();
  const pooled = view.offsets.flatMap((offset) => {
    const { rows, cols } = view;
    const data = Float64Array.from({ length: rows * cols }, (_, k) => {
      const [i, j] = [Math.floor(k / cols), k % cols];
      return values[offset + i * view.rowStride + j * view.colStride]! * Math.SQRT1_2;
    });
    return [...singularValues({ rows, cols, data }, kernels)];
  });
  const { rows, cols, offsets } = view;
  const solved = { rows, cols, slices: offsets.length, singularValues: Float64Array.from(pooled) };
  return spectralFigures({ ...solved, shuffles: [], roundingVariance: 0 }, 'compat').fits.hill;
}

function differences(hill: HillFigures, reference: HillReference, tolerance: number): string[] {
  return [
    difference('alpha', hill.alpha, reference.alpha, tolerance),
    difference('D', hill.D, reference.D, tolerance),
    reference.xmin === undefined ? '' : difference('xmin', hill.xmin, reference.xmin, tolerance),
    reference.n === undefined ? '' : difference('tail', hill.tail, reference.n, 0),
  ].filter((each) => each !== '');
}

describe('the Hill estimate', () => {
  it.each(cases('alphapruning_tempbalance_alpha.json', FLOAT32))(
    'of %s agrees with AlphaPruning in float32 within 1e-4',
    (name, reference) => {
      expect(differences(estimates.get(name)!, reference, 1e-4)).toEqual([]);
    },
  );

  it.each(cases('independent_f64.json', FLOAT64))(
    'of %s agrees with an independent float64 derivation within 1e-9',
    async (name, reference) => {
      const hill = name.includes('conv') ? await unroundedConvolution(name) : estimates.get(name)!;
      expect(differences(hill, reference, 1e-9)).toEqual([]);
    },
  );

  it('is held against every matrix of full rank', () => {
    const counts = [
      cases('alphapruning_tempbalance_alpha.json', FLOAT32).length,
      cases('independent_f64.json', FLOAT64).length,
    ];
    expect(counts).toEqual([14, 14]);
  });
});
