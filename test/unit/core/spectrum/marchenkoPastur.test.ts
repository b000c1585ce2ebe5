import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { eigenvaluesOf } from '../../../../src/core/spectrum/eigenvalues.ts';
import { fitMarchenkoPastur } from '../../../../src/core/spectrum/marchenkoPastur.ts';
import {
  marchenkoPasturEdges,
  marchenkoPasturMedian,
} from '../../../../src/core/spectrum/marchenkoPasturLaw.ts';
import { simplexMinimum } from '../../../../src/core/spectrum/simplexMinimum.ts';
import { gaussianSpectrum } from '../../../fixtures/gaussianSpectrum.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

/** Mass of the law below x by the midpoint rule on its density, in the root of x where it is smooth. */
function massBelow(x: number, ratio: number): number {
  const { low, high } = marchenkoPasturEdges(ratio);
  const steps = 200_000;
  const [from, to] = [Math.sqrt(low), Math.sqrt(x)];
  let mass = 0;
  for (let k = 0; k < steps; k++) {
    const root = from + ((k + 0.5) / steps) * (to - from);
    const value = root * root;
    const density = Math.sqrt(Math.max(0, (high - value) * (value - low)));
    mass += (density / (2 * Math.PI * ratio * value)) * 2 * root;
  }
  return (mass * (to - from)) / steps;
}

describe('the Marchenko-Pastur law', () => {
  it.each([1, 0.999, 0.9, 0.5, 0.25, 0.01, 1e-4])(
    'has half its mass below its median at %f',
    (ratio) => {
      expect(massBelow(marchenkoPasturMedian(ratio), ratio)).toBeCloseTo(0.5, 5);
      expect(massBelow(marchenkoPasturEdges(ratio).high, ratio)).toBeCloseTo(1, 5);
    },
  );
});

describe('the robust fit', () => {
  const fitOf = (values: Float64Array, rows: number, cols: number, shuffles: Float64Array[]) =>
    fitMarchenkoPastur(
      eigenvaluesOf(values),
      { rows, cols, slices: 1, singularValues: values, shuffles: [], roundingVariance: 0 },
      0,
      shuffles.map(eigenvaluesOf),
    );

  it.each([
    [200, 200],
    [128, 512],
    [300, 150],
  ])('finds the standard deviation of the entries of a %i x %i Gaussian matrix', (rows, cols) => {
    const random = seededRandom(rows + cols);
    const values = gaussianSpectrum(kernels, rows, cols, random).map((s) => 0.02 * s);
    const fit = fitOf(values, rows, cols, []);
    expect(fit.status).toBe('ok');
    expect(fit.sigma! / 0.02).toBeGreaterThan(0.97);
    expect(fit.sigma! / 0.02).toBeLessThan(1.03);
    expect(fit.softRank).toBeGreaterThan(0.9);
  });

  it('scales with the entries: sigma as they, edges as their squares, counts not at all', () => {
    const values = gaussianSpectrum(kernels, 64, 100, seededRandom(5));
    values[0] = 3 * values[0]!;
    const [one, other] = [values, values.map((s) => 1e-9 * s)].map((v) => fitOf(v, 64, 100, []));
    expect(other!.sigma! / one!.sigma!).toBeCloseTo(1e-9, 18);
    expect(other!.edge! / one!.edge!).toBeCloseTo(1e-18, 27);
    expect([one!.spikes, other!.spikes]).toEqual([1, 1]);
  });

  it('counts as structure what the shuffles do not have, and as entries what they have', () => {
    const random = seededRandom(9);
    const draw = (): Float64Array => gaussianSpectrum(kernels, 100, 150, random);
    const withLargest = (values: Float64Array, largest: number): Float64Array =>
      Float64Array.from([largest, ...values.subarray(1)]);
    const spiked = withLargest(draw(), 60);
    const plain = Array.from({ length: 5 }, draw);
    const alike = plain.map((values, k) => withLargest(values, 60 + 0.1 * (k - 2)));
    const counts = [plain, alike].map((shuffles) => {
      const { spikes, entrySpikes } = fitOf(spiked, 100, 150, shuffles);
      return [spikes, entrySpikes];
    });
    expect(counts).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('fails, with the reason, where the median is rounding', () => {
    const fit = fitOf(Float64Array.of(3, 0, 0, 0), 4, 4, []);
    expect([fit.status, fit.spikes]).toEqual(['failed', null]);
    expect(fit.reason).toMatch(/noise floor/);
  });
});

describe('simplexMinimum', () => {
  it.each([
    ['from the left', 1, 3],
    ['from the right', 9, 3],
    ['from zero', 0, -0.4],
  ])('finds the bottom of a parabola %s', (_, start, bottom) => {
    const { at } = simplexMinimum((x) => (x - bottom) ** 2, start);
    expect(Math.abs(at - bottom)).toBeLessThan(1e-3);
  });

  it('stays where it is on a plain', () => {
    expect(simplexMinimum(() => 7, 2)).toEqual({ at: 2, value: 7 });
  });
});
