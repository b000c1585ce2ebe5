import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/core/diagnosis/diagnose.ts';
import type { FindingCode } from '../../../../src/core/diagnosis/finding.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { shuffleCount } from '../../../../src/core/spectrum/shuffles.ts';
import { spectralFigures } from '../../../../src/core/spectrum/spectralFigures.ts';
import { gaussianSpectrum } from '../../../fixtures/gaussianSpectrum.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom, type SeededRandom } from '../../../fixtures/seededRandom.ts';

const FRESH = 200;
const PLANTED = 60;
const MOST_FALSE = 0.02;
const LEAST_TRUE = 0.9;
/** Rounding of float32 entries of size about 1. */
const FLOAT32_ROUNDING = 2 ** -46 / 12;

/** Shapes compared with five shuffles, and with one. */
const SHAPES = {
  five: [
    [257, 257],
    [300, 1200],
    [384, 480],
    [512, 512],
    [640, 320],
  ],
  one: [
    [1025, 1025],
    [1025, 1300],
    [1100, 2200],
    [1025, 4100],
    [1300, 1100],
  ],
} as const;

type Shape = readonly [rows: number, cols: number];
type Draw = (shape: Shape, random: SeededRandom, variant: number) => Float64Array;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

/** A fresh layer is Gaussian, and so are its shuffles: further draws of the same shape. */
const fresh: Draw = ([rows, cols], random) => gaussianSpectrum(kernels, rows, cols, random);

/** Eigenvalues that follow a power law of exponent 1.5 to 3, with the norm of a Gaussian matrix. */
const powerLaw: Draw = ([rows, cols], _random, variant) => {
  const alpha = 1.5 + (variant % 16) / 10;
  const n = Math.min(rows, cols);
  return normed(
    Float64Array.from({ length: n }, (_, k) => ((k + 0.5) / n) ** (-1 / (2 * (alpha - 1)))),
    rows * cols,
  );
};

/** A Gaussian layer that has lost 1 to 90 % of its rank. */
const lostRank: Draw = (shape, random, variant) => {
  const values = fresh(shape, random, variant);
  const lost = [0.01, 0.05, 0.2, 0.5, 0.9][variant % 5]!;
  return values.fill(0, Math.floor(values.length * (1 - lost)));
};

/** All singular values within a ten-thousandth. */
const nearlyEqual: Draw = ([rows, cols], random) =>
  normed(
    Float64Array.from({ length: Math.min(rows, cols) }, () => 1 + 1e-4 * random.uniform())
      .sort()
      .reverse(),
    rows * cols,
  );

/** Singular values evenly spread over the upper 5 to 30 % below the largest. */
const flat: Draw = ([rows, cols], _random, variant) => {
  const spread = 0.05 + 0.05 * (variant % 6);
  const n = Math.min(rows, cols);
  return normed(
    Float64Array.from({ length: n }, (_, k) => 1 - (spread * (k + 0.5)) / n),
    rows * cols,
  );
};

/** A Gaussian layer whose largest direction holds 55 to 95 % of the squared norm. */
const oneDirection: Draw = (shape, random, variant) => {
  const values = fresh(shape, random, variant);
  const share = 0.55 + 0.1 * (variant % 5);
  const others = values.subarray(1).reduce((sum, value) => sum + value * value, 0);
  values[0] = Math.sqrt((share / (1 - share)) * others);
  return normed(values, shape[0] * shape[1]);
};

function normed(values: Float64Array, squares: number): Float64Array {
  const sum = values.reduce((total, value) => total + value * value, 0);
  return values.map((value) => value * Math.sqrt(squares / sum));
}

function population(
  shapes: readonly Shape[],
  draw: Draw,
  layers: number,
): readonly (readonly FindingCode[])[] {
  return Array.from({ length: layers }, (_, k) => {
    const random = seededRandom(100 + k);
    const shape = shapes[k % shapes.length]!;
    const [rows, cols] = shape;
    const singularValues = draw(shape, random, Math.floor(k / shapes.length));
    const shuffles = Array.from({ length: shuffleCount(Math.min(rows, cols)) }, () =>
      fresh(shape, random, 0),
    );
    const spectrum = {
      rows,
      cols,
      slices: 1,
      singularValues,
      shuffles,
      roundingVariance: FLOAT32_ROUNDING,
    };
    const figures = spectralFigures(spectrum, 'robust');
    return diagnose({ name: 'layer', mode: 'robust', dtype: 'float32', rows, cols, figures }).map(
      ({ code }) => code,
    );
  });
}

function rate(layers: readonly (readonly FindingCode[])[], code: FindingCode): number {
  return layers.filter((codes) => codes.includes(code)).length / layers.length;
}

describe.each([
  ['five shuffles', SHAPES.five, 5],
  ['one shuffle', SHAPES.one, 1],
] as const)('findings of large layers, compared with %s', (_, shapes, shuffles) => {
  it('are as rarely wrong and as often right as those of small ones', () => {
    expect(shapes.map(([rows, cols]) => shuffleCount(Math.min(rows, cols)))).toEqual(
      shapes.map(() => shuffles),
    );
    const freshLayers = population(shapes, fresh, FRESH);
    const planted = {
      'heavy-tail': population(shapes, powerLaw, PLANTED),
      'rank-collapse': population(shapes, lostRank, PLANTED),
      'fit-untrustworthy': population(shapes, nearlyEqual, PLANTED),
      'light-tail': population(shapes, flat, PLANTED),
      anisotropic: population(shapes, oneDirection, PLANTED),
    };
    const structured = Object.values(planted).flat();
    const rows = [
      ...Object.entries(planted).map(([code, layers]) => ({
        code,
        'fires wrongly': rate(freshLayers, code as FindingCode),
        'fires rightly': rate(layers, code as FindingCode),
      })),
      {
        code: 'random-like',
        'fires wrongly': rate(structured, 'random-like'),
        'fires rightly': rate(freshLayers, 'random-like'),
      },
    ];
    console.table(rows);
    expect(rate(freshLayers, 'heavy-tailed-entries')).toBeLessThanOrEqual(MOST_FALSE);
    expect(rate(freshLayers, 'fit-failed')).toBe(0);
    for (const row of rows) {
      expect(row['fires wrongly'], row.code).toBeLessThanOrEqual(MOST_FALSE);
      expect(row['fires rightly'], row.code).toBeGreaterThanOrEqual(LEAST_TRUE);
    }
  }, 600_000);
});
