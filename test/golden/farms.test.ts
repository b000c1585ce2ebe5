import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../src/core/checkpoint/readValues.ts';
import type { Kernels } from '../../src/core/linalg/kernels.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { eigenvaluesOf } from '../../src/core/spectrum/eigenvalues.ts';
import {
  FARMS_WINDOWS,
  farmsWindows,
  type Windows,
  type WindowSettings,
} from '../../src/core/spectrum/farmsWindows.ts';
import { fitHill } from '../../src/core/spectrum/hill.ts';
import { ALPHA_PRUNING_PEAK, fitPeak } from '../../src/core/spectrum/peakPowerLaw.ts';
import { fitPowerLaw, type PowerLawTail } from '../../src/core/spectrum/powerLaw.ts';
import { testKernels } from '../fixtures/kernels.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, difference, goldenJson, writeGoldenModel } from './goldenModel.ts';

interface ReferenceWindows {
  readonly n: number;
  readonly first_start: readonly number[];
  readonly last_start: readonly number[];
}
interface ReferenceFit {
  readonly alpha?: number;
  readonly D?: number;
  readonly n_eigs?: number;
  readonly windows?: ReferenceWindows;
}
type Reference = Readonly<Record<string, Readonly<Record<string, ReferenceFit>>>>;

type Estimator = (ascending: Float64Array) => PowerLawTail | null;
const peak: Estimator = (values) => fitPeak(values, ALPHA_PRUNING_PEAK);

function spread(rowSamples: number, perSide: number): WindowSettings {
  return { rowSamples, ratio: 1, placing: { kind: 'spread', perSide }, overhang: 'wrap' };
}
const SCAN: WindowSettings = { ...spread(64, 1), placing: { kind: 'scan', step: 32 } };

/** The settings of the reference by their names; `_meta.settings` there has its own words for them. */
const SETTINGS: Readonly<Record<string, readonly [WindowSettings, Estimator]>> = {
  repo_default_xmin_mid_100_Q2_ops10: [FARMS_WINDOWS, fitHill],
  repo_default_but_xmin_peak: [FARMS_WINDOWS, peak],
  llm_script_xmin_peak_2000_Q1_ops15: [spread(2000, 15), peak],
  llm_ablation_xmin_mid_2000_Q1_ops15: [spread(2000, 15), fitHill],
  small_xmin_mid_64_Q1_ops5: [spread(64, 5), fitHill],
  small_KS_64_Q1_ops5: [spread(64, 5), fitPowerLaw],
  sliding_step32_xmin_mid_64_Q1: [SCAN, fitHill],
};

const FLOAT32_TOLERANCE = 1e-4;
const TOLERANCE = 1e-9;
/** The zero eigenvalues of the first two are noise of the float32 reference; the third has no other. */
const EXCLUDED = ['m09_rank40_256x1000', 'm10_zeros_128x512', 'm11_allzero_64x64'];

const reference = goldenJson('farms.json') as Reference;
const folder = tempFolder();
const file = writeGoldenModel(folder);
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

let kernels: Kernels;
let layers: ReadonlyMap<string, Layer>;
beforeAll(async () => {
  kernels = await testKernels();
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1 });
  layers = byTensor((await engine.analyze(request)).layers);
}, 120_000);

const weights = openCheckpoint(file).weights.filter(
  ({ tensor, shape }) => shape.length === 2 && tensor in reference && !EXCLUDED.includes(tensor),
);

const pools = new Map<string, Float64Array>();
/** Pooled eigenvalues of the windows of a golden matrix, ascending. */
function poolOf(name: string, windows: Windows): Float64Array {
  const key = JSON.stringify([name, windows]);
  const known = pools.get(key);
  if (known) return known;
  const { storage, shape } = weights.find(({ tensor }) => tensor === name)!;
  const values = readValues(storage);
  const { rows, cols } = windows;
  const pooled = windows.starts.flatMap(([top, left]) => {
    const at = (k: number): number =>
      values[(top + Math.floor(k / cols)) * shape[1]! + left + (k % cols)]!;
    const data = Float64Array.from({ length: rows * cols }, (_, k) => at(k));
    return [...singularValues({ rows, cols, data }, kernels)];
  });
  const pool = eigenvaluesOf(Float64Array.from(pooled));
  pools.set(key, pool);
  return pool;
}

const cases = weights.flatMap(({ tensor: name, shape }) =>
  Object.entries(SETTINGS).flatMap(([setting, [settings, estimator]]) => {
    const fit = reference[name]![setting];
    if (fit?.alpha === undefined) return [];
    const windows = farmsWindows(shape[0]!, shape[1]!, settings);
    return [[name, setting, { fit, windows, estimator }] as const];
  }),
);

describe('FARMS windows of linear layers', () => {
  it.each(cases)('of %s with %s are where the reference has them', (_, __, { fit, windows }) => {
    const { rows, cols, starts } = windows;
    expect(starts.length * Math.min(rows, cols)).toBe(fit.n_eigs);
    if (!fit.windows) return;
    expect(starts).toHaveLength(fit.windows.n);
    // A negative start is one that Python counts from the end.
    if (Math.min(...fit.windows.first_start) < 0) return;
    expect([starts[0], starts.at(-1)]).toEqual([fit.windows.first_start, fit.windows.last_start]);
  });

  it.each(cases)(
    'of %s with %s have its exponent within 1e-4',
    (name, _, { fit, windows, estimator }) => {
      const own = estimator(poolOf(name, windows));
      const differences = [
        difference('alpha', own?.alpha ?? null, fit.alpha!, FLOAT32_TOLERANCE),
        difference('D', own?.D ?? null, fit.D!, FLOAT32_TOLERANCE),
      ];
      expect(differences.filter((each) => each !== '')).toEqual([]);
    },
  );

  it('are held against the reference on every matrix of full rank', () => {
    expect(new Set(cases.map(([name]) => name)).size).toBe(10);
  });
});

describe('FARMS in compat mode', () => {
  const setting = 'repo_default_xmin_mid_100_Q2_ops10';
  const float64 = goldenJson('independent_f64.json') as Reference;
  const derived = weights.flatMap(({ tensor: name }) => {
    const fit = float64[name]?.[`farms_${setting}`];
    return fit ? [[name, fit] as const] : [];
  });

  it.each(cases.filter(([, each]) => each === setting))(
    'gives the exponent of the defaults of the repository for %s',
    (name, _, { fit, windows }) => {
      const { alpha, D, ...farms } = layers.get(name)!.fits.farms;
      const differences = [
        difference('alpha', alpha, fit.alpha!, FLOAT32_TOLERANCE),
        difference('D', D, fit.D!, FLOAT32_TOLERANCE),
      ];
      expect(differences.filter((each) => each !== '')).toEqual([]);
      expect(farms).toMatchObject({ windows: windows.starts.length, numEvals: fit.n_eigs });
    },
  );

  it.each(derived)('agrees for %s with a float64 derivation within 1e-9', (name, fit) => {
    const { alpha, D } = layers.get(name)!.fits.farms;
    const differences = [
      difference('alpha', alpha, fit.alpha!, TOLERANCE),
      difference('D', D, fit.D!, TOLERANCE),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });

  it.each(cases.filter(([, each]) => each === setting))(
    'draws the eigenvalues of all windows of %s',
    (name, _, { fit }) => {
      const { counts } = layers.get(name)!.farmsEsd;
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(fit.n_eigs);
    },
  );

  it('has no figure for fewer than 5 eigenvalues and for zeros', () => {
    const names = ['m12_tiny_4x4', 'm11_allzero_64x64'];
    expect(names.map((name) => layers.get(name)!.fits.farms.alpha)).toEqual([null, null]);
  });
});
