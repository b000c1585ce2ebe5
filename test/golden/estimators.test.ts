import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer } from '../../src/core/report/report.ts';
import { fitClipped, WEIGHT_WATCHER_CLIP } from '../../src/core/spectrum/clippedPowerLaw.ts';
import { above, eigenvaluesOf } from '../../src/core/spectrum/eigenvalues.ts';
import { fitPeak, POWERLAW_PACKAGE_PEAK } from '../../src/core/spectrum/peakPowerLaw.ts';
import type { PowerLawTail } from '../../src/core/spectrum/powerLaw.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import {
  byTensor,
  difference,
  goldenJson,
  writeGoldenModel,
  type ReferenceFigure,
} from './goldenModel.ts';

type Columns = Readonly<Record<string, ReferenceFigure>>;
interface ReferenceFit {
  readonly alpha: number;
  readonly D: number;
  readonly xmin?: number;
  readonly error?: string;
}
type Fits = Readonly<Record<string, Readonly<Record<string, ReferenceFit>> | null>>;
interface Run {
  readonly layers: readonly (Columns & { readonly name: string })[];
}

const TOLERANCE = 1e-9;
const FLOAT32_TOLERANCE = 1e-4;
/** WeightWatcher's EVALS_THRESH. */
const THRESHOLD = 1e-5;
/** Its zero eigenvalues are noise of the float32 reference. */
const RANK_DEFICIENT = ['m09_rank40_256x1000'];

const folder = tempFolder();
const runs = goldenJson('weightwatcher.json') as Readonly<Record<string, Run>>;
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

let layers: ReadonlyMap<string, Layer>;
beforeAll(async () => {
  const file = writeGoldenModel(folder);
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1, spectra: true });
  layers = byTensor((await engine.analyze(request)).layers);
}, 120_000);

function dataOf(name: string): Float64Array {
  const values = Float64Array.from(layers.get(name)!.singularValues!);
  return above(eigenvaluesOf(values), THRESHOLD);
}

/** The layers whose fit the run has, with their columns. */
function successful(run: string): (readonly [string, Columns])[] {
  return runs[run]!.layers.filter((columns) => columns['status'] === 'success').map((columns) => [
    columns.name,
    columns,
  ]);
}

function fitDifferences(fit: PowerLawTail | null, columns: Columns): string[] {
  return [
    difference('alpha', fit?.alpha ?? null, columns['alpha']!, TOLERANCE),
    difference('D', fit?.D ?? null, columns['D']!, TOLERANCE),
    difference('xmin', fit?.xmin ?? null, columns['xmin']!, TOLERANCE),
  ].filter((each) => each !== '');
}

function peakCases(file: string): (readonly [string, ReferenceFit])[] {
  return Object.entries(goldenJson(file) as Fits).flatMap(([name, fits]) => {
    const reference = fits?.['alpha_peak'];
    return reference?.alpha !== undefined && !RANK_DEFICIENT.includes(name)
      ? [[name, reference] as const]
      : [];
  });
}

function peakDifferences(name: string, reference: ReferenceFit, tolerance: number): string[] {
  const { alpha, D, xmin } = layers.get(name)!.fits.peak;
  return [
    difference('alpha', alpha, reference.alpha, tolerance),
    difference('D', D, reference.D, tolerance),
    reference.xmin === undefined ? '' : difference('xmin', xmin, reference.xmin, tolerance),
  ].filter((each) => each !== '');
}

describe('the power law from the peak of the density', () => {
  const float32 = peakCases('alphapruning_tempbalance_alpha.json');
  it.each(float32)('of %s agrees with AlphaPruning in float32 within 1e-4', (name, reference) => {
    expect(peakDifferences(name, reference, FLOAT32_TOLERANCE)).toEqual([]);
  });

  /** Convolutions there are scaled in float64, so that their eigenvalues differ by a float32 rounding. */
  const float64 = peakCases('independent_f64.json').filter(([name]) => !name.includes('conv'));
  it.each(float64)('of %s agrees with a float64 derivation within 1e-9', (name, reference) => {
    expect(peakDifferences(name, reference, TOLERANCE)).toEqual([]);
  });

  it.each(successful('F_xmin_peak_powerlawpkg'))(
    'of %s agrees with run F, whose package drops the largest candidate',
    (name, columns) => {
      expect(fitDifferences(fitPeak(dataOf(name), POWERLAW_PACKAGE_PEAK), columns)).toEqual([]);
    },
  );

  it('has none where an eigenvalue is zero, as the reference', () => {
    expect(layers.get('m11_allzero_64x64')!.fits.peak.alpha).toBeNull();
  });

  it('is held against every matrix that the references could fit', () => {
    expect([float32.length, float64.length]).toEqual([14, 11]);
    expect(successful('F_xmin_peak_powerlawpkg')).toHaveLength(14);
  });
});

describe('the clipped power law of run D', () => {
  it.each(successful('D_clip_xmax'))('of %s', (name, columns) => {
    expect(fitDifferences(fitClipped(dataOf(name), WEIGHT_WATCHER_CLIP), columns)).toEqual([]);
    const { alpha, rawAlpha, fingers } = layers.get(name)!.fits.clipped;
    const differences = [
      difference('alpha', alpha, columns['alpha']!, TOLERANCE),
      difference('raw_alpha', rawAlpha, columns['raw_alpha']!, TOLERANCE),
      difference('num_fingers', fingers, columns['num_fingers']!, 0),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });

  it('is held against every layer of the run', () => {
    expect(successful('D_clip_xmax')).toHaveLength(runs['D_clip_xmax']!.layers.length);
  });
});
