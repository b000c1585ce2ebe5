import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eigenvaluesOf } from '../../src/core/spectrum/eigenvalues.ts';
import { tailExponent, type TailRule } from '../../src/core/spectrum/tempBalance.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, difference, goldenJson, writeGoldenModel } from './goldenModel.ts';

interface ReferenceFit {
  readonly alpha?: number;
  readonly D?: number;
  readonly alphahat?: number;
  readonly error?: string;
}
type Reference = Readonly<Record<string, Readonly<Record<string, ReferenceFit>>>>;

const MEDIAN: TailRule = { kind: 'median' };
const PEAK: TailRule = { kind: 'peak' };
const GOODNESS: TailRule = { kind: 'goodness-of-fit' };

/** The runs of the reference by their names. */
const RUNS: Readonly<Record<string, readonly [TailRule, boolean]>> = {
  'alpha_mid(Hill,median)': [MEDIAN, false],
  alpha_peak: [PEAK, false],
  alpha_KS: [GOODNESS, false],
  alpha_mid_filter_zeros: [MEDIAN, true],
  alpha_peak_filter_zeros: [PEAK, true],
  alpha_mid_xmin_pos4: [{ kind: 'median', position: 4 }, false],
  TempBalance_median: [MEDIAN, false],
  'TempBalance_fix-finger': [PEAK, false],
  'TempBalance_goodness-of-fit': [GOODNESS, false],
};

const FLOAT32_TOLERANCE = 1e-4;
/** Their zero eigenvalues are noise of the float32 reference; without them they are compared. */
const RANK_DEFICIENT = ['m09_rank40_256x1000', 'm10_zeros_128x512'];

const matrices = Object.entries(
  goldenJson('alphapruning_tempbalance_alpha.json') as Reference,
).filter(([name]) => name !== '_meta');
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

const eigenvalues = new Map<string, Float64Array>();
beforeAll(async () => {
  const file = writeGoldenModel(tempFolder());
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1, spectra: true });
  for (const [name, layer] of byTensor((await engine.analyze(request)).layers))
    eigenvalues.set(name, eigenvaluesOf(Float64Array.from(layer.singularValues!)));
}, 120_000);

const cases = matrices.flatMap(([name, runs]) =>
  Object.entries(RUNS).map(([run, how]) => [name, run, how, runs[run]!] as const),
);
const compared = cases.filter(
  ([name, , [, filterZeros], { error }]) =>
    error === undefined && (filterZeros || !RANK_DEFICIENT.includes(name)),
);
const broken = cases.filter(([, , , { error }]) => error !== undefined);

describe('the exponents of AlphaPruning and TempBalance', () => {
  it.each(compared)('of %s in run %s agree', (name, _, [rule, filterZeros], reference) => {
    const values = eigenvalues.get(name)!;
    const fit = tailExponent(values, rule, filterZeros)!;
    const differences = [
      difference('alpha', fit.alpha, reference.alpha!, FLOAT32_TOLERANCE),
      difference('D', fit.D, reference.D!, FLOAT32_TOLERANCE),
      difference(
        'alphahat',
        fit.alpha * Math.log10(values.at(-1)!),
        reference.alphahat!,
        FLOAT32_TOLERANCE,
      ),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });

  it.each(broken)('of %s in run %s are none, where the reference fails', (name, _, how) => {
    const alpha = tailExponent(eigenvalues.get(name)!, ...how)?.alpha;
    expect(alpha === undefined || !Number.isFinite(alpha)).toBe(true);
  });

  it('are held against every run', () => {
    expect([cases.length, compared.length, broken.length]).toEqual([153, 130, 11]);
  });
});
