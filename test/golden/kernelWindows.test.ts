import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matrixViews } from '../../src/core/checkpoint/matrixViews.ts';
import { openCheckpoint } from '../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../src/core/checkpoint/readValues.ts';
import type { Kernels } from '../../src/core/linalg/kernels.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { farmsFigures } from '../../src/core/spectrum/farms.ts';
import { FARMS_WINDOWS, kernelWindows } from '../../src/core/spectrum/farmsWindows.ts';
import { testKernels } from '../fixtures/kernels.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, difference, goldenJson, writeGoldenModel } from './goldenModel.ts';

interface ReferenceFit {
  readonly alpha: number;
  readonly D: number;
  readonly n_eigs: number;
}
type Reference = Readonly<Record<string, Readonly<Record<string, ReferenceFit>>>>;

const FLOAT32_TOLERANCE = 1e-4;
const RATIOS = { median_Q1: 1, median_Q2_default: 2, 'median_Q0.5': 0.5 } as const;
const CONVOLUTIONS = ['m13_conv_64x32x3x3', 'm16_dwconv_64x1x7x7', 'm17_conv1x1_96x24x1x1'];

const reference = goldenJson('farms.json') as Reference;
const file = writeGoldenModel(tempFolder());
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

let kernels: Kernels;
let layers: ReadonlyMap<string, Layer>;
beforeAll(async () => {
  kernels = await testKernels();
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1 });
  layers = byTensor((await engine.analyze(request)).layers);
}, 120_000);

/** The windows of every kernel position, solved one by one, scaled as the reference scales them. */
function figuresOf(name: string, ratio: number) {
  const weight = openCheckpoint(file).weights.find(({ tensor }) => tensor === name)!;
  const { view } = matrixViews(weight, 'compat').parts[0]!;
  const values = readValues(weight.storage);
  const { rows, cols, starts } = kernelWindows(view.rows, view.cols, ratio);
  const pooled = starts.flatMap(([top, left]) =>
    view.offsets.flatMap((offset) => {
      const at = (i: number, j: number) =>
        values[offset + (top + i) * view.rowStride + (left + j) * view.colStride]!;
      const data = Float64Array.from(
        { length: rows * cols },
        (_, k) => at(Math.floor(k / cols), k % cols) * Math.SQRT1_2,
      );
      return [...singularValues({ rows, cols, data }, kernels)];
    }),
  );
  const pools = starts.length;
  const count = pools * view.offsets.length;
  const spectra = { rows, cols, count, pools, singularValues: Float64Array.from(pooled) };
  return farmsFigures({ ...spectra, shuffles: [] }, FARMS_WINDOWS, -1, Infinity);
}

const cases = CONVOLUTIONS.flatMap((name) =>
  Object.entries(RATIOS).map(([setting, ratio]) => [name, setting, ratio] as const),
);

describe('FARMS of convolutions', () => {
  it.each(cases)('of %s with %s has the exponent of the reference', (name, setting, ratio) => {
    const fit = reference[name]![setting]!;
    const { alpha, D, numEvals } = figuresOf(name, ratio);
    const differences = [
      difference('alpha', alpha, fit.alpha, FLOAT32_TOLERANCE),
      difference('D', D, fit.D, FLOAT32_TOLERANCE),
      difference('eigenvalues', numEvals, fit.n_eigs, 0),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });

  it.each(CONVOLUTIONS)('of %s is in a report of compat mode with the default ratio', (name) => {
    const fit = reference[name]!['median_Q2_default']!;
    const { alpha, D, numEvals } = layers.get(name)!.fits.farms;
    const differences = [
      difference('alpha', alpha, fit.alpha, FLOAT32_TOLERANCE),
      difference('D', D, fit.D, FLOAT32_TOLERANCE),
      difference('eigenvalues', numEvals, fit.n_eigs, 0),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });

  it.each(CONVOLUTIONS)('of %s without windows is the Hill estimate of its slices', (name) => {
    for (const setting of Object.keys(RATIOS)) {
      const fit = reference[name]![`nowindow_${setting}`]!;
      const { alpha, D } = layers.get(name)!.fits.hill;
      expect(difference('alpha', alpha, fit.alpha, FLOAT32_TOLERANCE)).toBe('');
      expect(difference('D', D, fit.D, FLOAT32_TOLERANCE)).toBe('');
    }
  });
});
