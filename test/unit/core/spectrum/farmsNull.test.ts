import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { farmsNull } from '../../../../src/core/spectrum/farms.ts';
import {
  farmsWindows,
  overlapVariance,
  ROBUST_WINDOWS,
} from '../../../../src/core/spectrum/farmsWindows.ts';
import type { ShuffleNull, WindowSpectra } from '../../../../src/core/spectrum/figures.ts';
import { drawnEntries, WINDOW_SHUFFLES } from '../../../../src/core/spectrum/shuffles.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom, type SeededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

type Draw = (random: SeededRandom, row: number, col: number) => number;

/** The null of a matrix with entries so drawn, as the engine has it solved. */
function nullOf(rows: number, cols: number, seed: number, draw: Draw): ShuffleNull {
  const random = seededRandom(seed);
  const data = Float64Array.from({ length: rows * cols }, (_, k) =>
    draw(random, Math.floor(k / cols), k % cols),
  );
  const windows = farmsWindows(rows, cols, ROBUST_WINDOWS);
  const solve = (values: Float64Array) =>
    singularValues({ rows: windows.rows, cols: windows.cols, data: values }, kernels);
  const own = windows.starts.flatMap(([top, left]) => {
    const at = (k: number) =>
      data[(top + Math.floor(k / windows.cols)) * cols + left + (k % windows.cols)]!;
    return [...solve(Float64Array.from({ length: windows.rows * windows.cols }, (_, k) => at(k)))];
  });
  const spectra: WindowSpectra = {
    rows: windows.rows,
    cols: windows.cols,
    count: windows.starts.length,
    pools: 1,
    singularValues: Float64Array.from(own),
    shuffles: Array.from({ length: WINDOW_SHUFFLES }, (_, k) =>
      solve(drawnEntries(data, windows.rows * windows.cols, 1000 * seed + k)),
    ),
  };
  return farmsNull(spectra, windows, 0)!;
}

const normal: Draw = (random) => random.normal();
const student: Draw = (random) =>
  random.normal() / Math.hypot(random.normal(), random.normal(), random.normal());

/** Rows of falling scale: the structure that a heavy tail is made of. */
const graded: Draw = (random, row) => random.normal() * (row + 1) ** -0.7;

const SHAPES = [
  [32, 32],
  [32, 48],
  [32, 128],
  [40, 400],
] as const;

describe('the null of the FARMS exponent', () => {
  it.each(SHAPES)('of fresh %i x %i layers is left by at most 2 %%', (rows, cols) => {
    const percentiles = [normal, student].flatMap((draw) =>
      Array.from({ length: 60 }, (_, seed) => nullOf(rows, cols, seed, draw).percentile!),
    );
    const outside = percentiles.filter((each) => each < 0.5 || each > 99.5).length;
    expect(outside / percentiles.length).toBeLessThanOrEqual(0.02);
    const mean = percentiles.reduce((sum, each) => sum + each, 0) / percentiles.length;
    expect(Math.abs(mean - 50)).toBeLessThan(10);
  });

  it.each(SHAPES)('of %i x %i layers with a heavy tail is left below', (rows, cols) => {
    for (let seed = 0; seed < 10; seed++)
      expect(nullOf(rows, cols, seed, graded).percentile).toBeLessThan(0.5);
  });

  it('of a layer that is one window has its shuffles for it', () => {
    expect(nullOf(32, 32, 1, normal).shuffles).toBe(WINDOW_SHUFFLES);
  });
});

describe('the variance of a mean over windows', () => {
  it.each([
    ['one', [[0, 0]], 1],
    [
      'two that are the same',
      [
        [0, 0],
        [0, 0],
      ],
      1,
    ],
    [
      'two apart',
      [
        [0, 0],
        [0, 10],
      ],
      1 / 2,
    ],
    [
      'two that have half in common',
      [
        [0, 0],
        [5, 0],
      ],
      (2 + 2 * 0.25) / 4,
    ],
    [
      'four in a row apart',
      [
        [0, 0],
        [10, 0],
        [20, 0],
        [30, 0],
      ],
      1 / 4,
    ],
  ] as const)('of %s', (_, starts, expected) => {
    expect(overlapVariance({ rows: 10, cols: 10, starts })).toBeCloseTo(expected, 12);
  });
});

describe('drawn entries', () => {
  const values = Float64Array.from({ length: 500 }, (_, k) => k);

  it.each([1, 7, 499, 500])('are %i different ones', (count) => {
    const drawn = drawnEntries(values, count, 3);
    expect(new Set(drawn).size).toBe(count);
    expect([...drawn].every((value) => values.includes(value))).toBe(true);
  });

  it('are the same for the same seed and others for the next', () => {
    expect(drawnEntries(values, 50, 3)).toEqual(drawnEntries(values, 50, 3));
    expect(drawnEntries(values, 50, 3)).not.toEqual(drawnEntries(values, 50, 4));
  });

  it('are any entry equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 3000; seed++)
      for (const value of drawnEntries(values.subarray(0, 10), 3, seed)) counts[value]! += 1;
    // 900 each, give or take five standard deviations.
    expect(Math.max(...counts.map((count) => Math.abs(count - 900)))).toBeLessThan(125);
  });
});
