import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose, type DiagnosisInput } from '../../../../src/core/diagnosis/diagnose.ts';
import type { Finding, FindingCode } from '../../../../src/core/diagnosis/finding.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { EntryCauses, Mode, SpectralFigures } from '../../../../src/core/spectrum/figures.ts';
import { spectralFigures } from '../../../../src/core/spectrum/spectralFigures.ts';
import { gaussianSpectrum } from '../../../fixtures/gaussianSpectrum.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const [ROWS, COLS] = [64, 100] as const;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

type Change = (values: Float64Array) => Float64Array;

/** Figures of a Gaussian 64 x 100 layer after a change, with 20 shuffles (changed too where said). */
function figuresOf(
  change: Change,
  mode: Mode = 'robust',
  shuffleChange: Change = (v) => v,
): SpectralFigures {
  const random = seededRandom(1);
  const draw = (): Float64Array => gaussianSpectrum(kernels, ROWS, COLS, random);
  const spectrum = {
    rows: ROWS,
    cols: COLS,
    slices: 1,
    singularValues: change(draw()),
    shuffles: mode === 'robust' ? Array.from({ length: 20 }, () => shuffleChange(draw())) : [],
    roundingVariance: 2 ** -46 / 12,
  };
  return spectralFigures(spectrum, mode);
}

const about = {
  name: 'encoder.fc1',
  mode: 'robust',
  rows: ROWS,
  cols: COLS,
  dtype: 'float32',
} as const;

function findingsOf(more: Partial<DiagnosisInput>): readonly Finding[] {
  return diagnose({ ...about, ...more });
}

const heavy: Change = (values) => values.map((_, k) => 20 * (k + 1) ** -0.9);
const lowRank: Change = (values) => values.map((value, k) => (k < 10 ? value : 1e-9));
const equal: Change = (values) => values.fill(3);
const zero: Change = (values) => values.fill(0);
const spiked: Change = (values) => Float64Array.from([90, ...values.subarray(1)]);

const flat: Change = (values) => values.map((_, k) => 20 - k / 20);

/** A layer whose largest eigenvalue, 8100, its shuffles have too, and where it comes from. */
function causedBy(causes: Partial<EntryCauses>): SpectralFigures {
  return {
    ...figuresOf(spiked, 'robust', spiked),
    causes: {
      edge: 330,
      typicalEntry: 1,
      hugeEntries: 0,
      largestEntry: 4,
      entryEigenvalue: 0,
      mean: 0,
      meanEigenvalue: 0,
      ...causes,
    },
  };
}

const CASES: Readonly<
  Record<
    string,
    readonly [() => Partial<DiagnosisInput>, readonly FindingCode[], readonly RegExp[]]
  >
> = {
  'a fresh layer': [
    () => ({ figures: figuresOf((v) => v) }),
    ['random-like'],
    [/indistinguishable from random.*percentiles \d.* and \d/],
  ],
  'a power-law spectrum': [
    () => ({ figures: figuresOf(heavy) }),
    ['anisotropic', 'heavy-tail'],
    [
      /strongly anisotropic: one direction holds 5\d\.\d+ % .*in its shuffles one direction holds [\d.]+ %/,
      /heavier tail than its shuffles: Hill alpha [\d.]+ against [\d.]+ \(percentile .* of 20 shuffles\)/,
    ],
  ],
  'a low-rank layer': [
    () => ({ figures: figuresOf(lowRank) }),
    ['rank-collapse', 'fit-failed'],
    [
      /rank-collapsed: rank 10 of 64 .* float32 .*shuffles of the same entries keep 64/,
      /Marchenko-Pastur, the median/,
    ],
  ],
  zeros: [
    () => ({ figures: figuresOf(zero, 'robust', zero) }),
    ['rank-collapse', 'fit-failed'],
    [/rank 0 of 64/, /power law, 0 of 64 eigenvalues/],
  ],
  'equal singular values': [
    () => ({ figures: figuresOf(equal) }),
    ['fit-untrustworthy'],
    [/alpha is infinite/],
  ],
  'one large weight': [
    () => ({ figures: figuresOf(spiked, 'robust', spiked) }),
    ['heavy-tailed-entries', 'random-like'],
    [/1 eigenvalue out of the random bulk that its shuffles have too/, /random/],
  ],
  'singular values closer to each other than chance makes them': [
    () => ({ figures: figuresOf(flat) }),
    ['light-tail'],
    [
      /lighter tail than its shuffles: Hill alpha [\d.]+ against [\d.]+ \(percentile above 99.99 of 20 shuffles\)/,
    ],
  ],
  'two huge weights': [
    () => ({ figures: causedBy({ hugeEntries: 2, entryEigenvalue: 900, largestEntry: 29 }) }),
    ['outlier-trap', 'random-like'],
    [
      /has 2 weights far above all others \(the largest 29 in size, 29 times .* an eigenvalue each, up to 900/,
      /random/,
    ],
  ],
  'one huge weight that leads': [
    () => ({ figures: causedBy({ hugeEntries: 1, entryEigenvalue: 8000, largestEntry: 89 }) }),
    ['outlier-trap', 'random-like'],
    [
      /has one weight far above all others \(89 in size.*makes an eigenvalue of 8000 by itself.*its largest is 8100/,
      /random/,
    ],
  ],
  'the end of heavy-tailed entries that leads': [
    () => ({ figures: causedBy({ entryEigenvalue: 8000, largestEntry: 89 }) }),
    ['outlier-trap', 'heavy-tailed-entries', 'random-like'],
    [
      /^The largest eigenvalue of encoder\.fc1, 8100, is made by one weight/,
      /entries as a whole/,
      /random/,
    ],
  ],
  'a mean that is not zero': [
    () => ({ figures: causedBy({ mean: 1.1, meanEigenvalue: 7900 }) }),
    ['anisotropic', 'random-like'],
    [
      /anisotropic: one direction holds 5\d\.\d+ %.*the mean of the entries, 1\.1, makes most of it/,
      /random/,
    ],
  ],
  'NaN weights': [
    () => ({ nonFinite: { count: 3, firstIndex: 205, elements: 6400 } }),
    ['non-finite'],
    [/3 weights of 6400 that are NaN or infinite, the first at index 205/],
  ],
  'one infinite weight': [
    () => ({ nonFinite: { count: 1, firstIndex: 0, elements: 6400 } }),
    ['non-finite'],
    [/1 weight of 6400 that is NaN/],
  ],
  'a solve that ended': [
    () => ({ failure: 'the engine ended while it was solved.' }),
    ['not-solved'],
    [/\(64 x 100\) could not be computed: the engine ended while it was solved\.$/],
  ],
  'a fresh layer in compat mode': [
    () => ({ mode: 'compat', figures: figuresOf((v) => v, 'compat') }),
    [],
    [],
  ],
  'zeros in compat mode': [
    () => ({ mode: 'compat', figures: figuresOf(zero, 'compat') }),
    ['rank-collapse', 'fit-failed'],
    [/zero to float64 precision/, /fewer than 2 of 64 eigenvalues/],
  ],
};

describe('diagnose', () => {
  it.each(Object.entries(CASES))('%s', (_, [input, codes, texts]) => {
    const findings = findingsOf(input());
    expect(findings.map(({ code }) => code)).toEqual(codes);
    findings.forEach(({ text }, k) => expect(text).toMatch(texts[k]!));
  });

  it('speaks in one or two whole sentences with the name, and finite evidence', () => {
    const findings = Object.values(CASES).flatMap(([input]) => findingsOf(input()));
    expect(findings.length).toBeGreaterThan(10);
    for (const { text, evidence } of findings) {
      expect(text).toMatch(/encoder\.fc1/);
      expect(text).toMatch(/\.$/);
      expect(text).not.toMatch(/NaN,|undefined|null|\.\.|Infinity/);
      expect(text.split(/\.\s/).length).toBeLessThanOrEqual(2);
      for (const value of Object.values(evidence))
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('says where in the matrix the first NaN is, where the matrix is the whole tensor', () => {
    const nonFinite = { count: 1, firstIndex: 205, elements: 6400 };
    expect(findingsOf({ nonFinite })[0]?.evidence).toMatchObject({ row: 2, column: 5 });
    expect(findingsOf({ nonFinite: { ...nonFinite, elements: 12_800 } })[0]?.evidence).toEqual({
      ...nonFinite,
      elements: 12_800,
    });
  });

  it('does not blame a layer for an alpha that its shape alone makes large', () => {
    const [rows, cols] = [16, 40_000];
    const random = seededRandom(4);
    const draw = (): Float64Array => gaussianSpectrum(kernels, rows, cols, random);
    const shuffles = Array.from({ length: 20 }, draw);
    const spectrum = {
      rows,
      cols,
      slices: 1,
      singularValues: draw(),
      shuffles,
      roundingVariance: 0,
    };
    const figures = spectralFigures(spectrum, 'robust');
    expect([figures.fits.hill.alpha, figures.fits.powerLaw.alpha]).toEqual([null, null]);
    expect(figures.fits.powerLaw.reason).toMatch(/is over 50/);
    expect(findingsOf({ figures, rows, cols }).map(({ code }) => code)).not.toContain(
      'fit-untrustworthy',
    );
  });
});
