import { describe, expect, it } from 'vitest';
import { compatLabel } from '../../../../src/core/spectrum/compatLabel.ts';
import { emptyFigures } from '../../../../src/core/spectrum/emptyFigures.ts';
import type { Mode, SolvedSpectrum } from '../../../../src/core/spectrum/figures.ts';
import { spectralFigures } from '../../../../src/core/spectrum/spectralFigures.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** A solved matrix with these singular values and, unless said, no shuffles and no rounding. */
function solved(values: readonly number[], more: Partial<SolvedSpectrum> = {}): SolvedSpectrum {
  const singularValues = Float64Array.from(values);
  const side = values.length;
  return {
    rows: side,
    cols: side,
    slices: 1,
    singularValues,
    shuffles: [],
    roundingVariance: 0,
    ...more,
  };
}

/** Every number of a value, however deep, with its path. */
function numbersOf(value: unknown, path = ''): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[path, value]];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => numbersOf(each, `${path}.${key}`));
}

const HOSTILE: Readonly<Record<string, SolvedSpectrum>> = {
  'all zero': solved([0, 0, 0, 0]),
  'one value': solved([2]),
  'one zero': solved([0]),
  'rank 1': solved([5, 0, 0, 0]),
  'all equal': solved([1, 1, 1, 1, 1, 1]),
  'two levels': solved([2, 2, 2, 1, 1, 1]),
  huge: solved([1e200, 1e180, 1e160, 1e150]),
  'near overflow': solved([1e154, 9e153, 8e153, 7e153]),
  denormal: solved([1e-160, 8e-161, 5e-161, 1e-162]),
  'below every square': solved([1e-200, 1e-210, 1e-220]),
  graded: solved(Array.from({ length: 40 }, (_, k) => 10 ** (-k / 2))),
  'shuffles of zeros': solved([1, 0.5, 0.2], { shuffles: [new Float64Array(3)] }),
  'zero with shuffles': solved([0, 0, 0], { shuffles: [Float64Array.of(1, 0.5, 0.2)] }),
  'all below the noise': solved([1e-3, 1e-4, 1e-5], { roundingVariance: 1 }),
  'rounding beyond float64': solved([3, 2, 1], { roundingVariance: Infinity }),
  'empty slices': solved([], { rows: 0, cols: 5 }),
  slices: solved([3, 1, 2, 0.5, 4, 0], { rows: 2, cols: 7, slices: 3 }),
};

describe.each(['robust', 'compat'] as const)('figures in %s mode', (mode: Mode) => {
  it.each(Object.entries(HOSTILE))(
    'are numbers or null, never NaN or infinite: %s',
    (_, spectrum) => {
      const figures = spectralFigures(spectrum, mode);
      expect(numbersOf(figures).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      const { powerLaw, marchenkoPastur } = figures.fits;
      for (const fit of [powerLaw, marchenkoPastur])
        if (fit.status === 'failed') expect(fit.reason).not.toBe('');
      if (powerLaw.alpha === null) expect(powerLaw.reason).not.toBe('');
    },
  );
});

describe('metrics in robust mode', () => {
  const values = [4, 3, 2, 1];
  const { metrics } = spectralFigures(solved(values), 'robust');

  it.each([
    ['numEvals', 4],
    ['svMax', 4],
    ['svMin', 1],
    ['norm', 30],
    ['logNorm', Math.log10(30)],
    ['spectralNorm', 16],
    ['logSpectralNorm', Math.log10(16)],
    ['stableRank', 30 / 16],
    ['matrixRank', 4],
    ['rankLoss', 0],
    ['weakRankLoss', 0],
    [
      'effectiveRank',
      Math.exp(
        0.4 * Math.log(2.5) + 0.3 * Math.log(10 / 3) + 0.2 * Math.log(5) + 0.1 * Math.log(10),
      ),
    ],
  ] as const)('%s', (figure, expected) => {
    expect(metrics[figure]).toBeCloseTo(expected, 12);
  });

  it('spectralEntropyRank and entropy are of the eigenvalues', () => {
    const p = [16, 9, 4, 1].map((each) => each / 30);
    const entropy = -p.reduce((sum, each) => sum + each * Math.log(each), 0);
    expect(metrics.spectralEntropyRank).toBeCloseTo(Math.exp(entropy), 12);
    expect(metrics.entropy).toBeCloseTo(entropy / Math.log(4), 12);
  });

  it('logAlphaNorm does not overflow where the powers do', () => {
    const wide = solved(Array.from({ length: 30 }, (_, k) => 1e100 * (1 + k) ** -0.02));
    const { metrics: own, fits } = spectralFigures(wide, 'robust');
    expect(fits.powerLaw.alpha! * 200).toBeGreaterThan(308);
    expect(own.logAlphaNorm! / (200 * fits.powerLaw.alpha!)).toBeCloseTo(1, 1);
  });

  it.each([
    [0, 4],
    [0.1 ** 2, 4],
    [0.2 ** 2, 3],
    [0.4 ** 2, 1],
  ])(
    'a rounding variance of %f leaves rank %i: the floor is 2 rho (sqrt m + sqrt n)',
    (variance, rank) => {
      const { metrics: own } = spectralFigures(
        solved(values, { roundingVariance: variance }),
        'robust',
      );
      expect(own.matrixRank).toBe(rank);
      expect(own.noiseFloor).toBeCloseTo(
        Math.max(8 * Math.sqrt(variance), 16 * Number.EPSILON),
        14,
      );
    },
  );
});

describe('metrics in compat mode', () => {
  const pooled = solved([3, 1, 2, 0.5, 4, 0], { rows: 2, cols: 7, slices: 3 });
  const { metrics, nulls } = spectralFigures(pooled, 'compat');

  it('pools the slices, sums their rank losses and takes the largest of their smallest values', () => {
    expect([metrics.numEvals, metrics.svMax, metrics.svMin, metrics.rankLoss]).toEqual([
      6, 4, 1, 1,
    ]);
  });

  it('compares with no shuffles', () => {
    expect(Object.values(nulls)).toEqual([null, null, null, null, null]);
  });
});

describe('alpha that is not shown', () => {
  const random = seededRandom(3);
  const nearlyEqual = Array.from({ length: 30 }, () => 1 + 1e-3 * random.uniform()).sort(
    (a, b) => b - a,
  );

  it('over 50: null in robust mode, with the reason and the rest of the fit', () => {
    const { powerLaw } = spectralFigures(solved(nearlyEqual), 'robust').fits;
    expect([powerLaw.status, powerLaw.alpha]).toEqual(['ok', null]);
    expect(powerLaw.reason).toMatch(/is over 50/);
    expect(powerLaw.tail).toBeGreaterThanOrEqual(2);
  });

  it('over 50: printed in compat mode, as the reference does', () => {
    expect(spectralFigures(solved(nearlyEqual), 'compat').fits.powerLaw.alpha).toBeGreaterThan(50);
  });
});

describe("WeightWatcher's label", () => {
  it.each([
    ['a failed fit', [1e-3, 1e-4, 1e-5], null, 'over-trained'],
    ['equal values', [1, 1, 1, 1], null, 'under-trained'],
    ['a heavy tail', [100, 30, 10, 3, 1, 0.3, 0.1], 'number', 'over-trained'],
    ['a light tail', [3, 2.9, 2.8, 2.7, 2.6, 2.5], 'number', 'under-trained'],
  ] as const)('of %s', (_, values, alpha, warning) => {
    const label = compatLabel(solved(values));
    expect(label.alpha === null ? null : typeof label.alpha).toBe(alpha);
    expect(label.warning).toBe(warning);
  });
});

describe('emptyFigures', () => {
  it('holds no number but the empty histogram, and the reason on every fit', () => {
    const figures = emptyFigures('it was not solved');
    expect(numbersOf(figures)).toEqual([
      ['.esd.log10Min', 0],
      ['.esd.log10Max', 0],
      ['.farmsEsd.log10Min', 0],
      ['.farmsEsd.log10Max', 0],
    ]);
    expect([figures.fits.powerLaw.reason, figures.fits.marchenkoPastur.reason]).toEqual([
      'it was not solved',
      'it was not solved',
    ]);
  });
});

describe('the histogram', () => {
  it.each([
    ['of nothing positive', [0, 0], []],
    ['of equal values', [2, 2, 2], [3]],
    ['leaves out what is zero to the solver', [1, 1, 1e-17], [2]],
  ])('%s', (_, values, counts) => {
    expect(spectralFigures(solved(values), 'robust').esd.counts).toEqual(counts);
  });

  it('counts every eigenvalue once, in at most 128 bins between the ends', () => {
    const values = Array.from({ length: 3000 }, (_, k) => 3 - k / 1001);
    const { esd } = spectralFigures(solved(values), 'compat');
    expect(esd.counts.length).toBe(128);
    expect(esd.counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
    expect(esd.log10Max).toBeCloseTo(2 * Math.log10(3), 12);
  });
});
