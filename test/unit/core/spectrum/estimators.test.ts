import { describe, expect, it } from 'vitest';
import {
  fitClipped,
  ROBUST_CLIP,
  WEIGHT_WATCHER_CLIP,
} from '../../../../src/core/spectrum/clippedPowerLaw.ts';
import {
  ALPHA_PRUNING_PEAK,
  fitPeak,
  POWERLAW_PACKAGE_PEAK,
  ROBUST_PEAK,
} from '../../../../src/core/spectrum/peakPowerLaw.ts';
import { fitPowerLaw, fitPowerLawBetween } from '../../../../src/core/spectrum/powerLaw.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** Quantiles of a power law of that exponent from 1 up. */
function powerLaw(count: number, exponent: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => (1 - (k + 0.5) / count) ** (-1 / (exponent - 1)));
}

/** A bulk about 1 with a tail, so that the peak is inside. */
function bulk(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: 300 }, () => Math.exp(0.5 * random.normal())).sort();
}

describe('a search between two starts', () => {
  const values = bulk(1);

  it.each([
    [0, 298],
    [100, 200],
    [250, 250],
  ])('from %i to %i finds the best of the single starts', (first, last) => {
    const single = Array.from({ length: last - first + 1 }, (_, k) =>
      fitPowerLawBetween(values, first + k, first + k)!,
    );
    const best = single.reduce((least, each) => (each.D < least.D ? each : least));
    expect(fitPowerLawBetween(values, first, last)).toEqual(best);
  });

  it.each([
    [-1, 5],
    [6, 5],
  ])('from %i to %i is none', (first, last) => {
    expect(fitPowerLawBetween(values, first, last)).toBeNull();
  });
});

describe('the power law from the peak', () => {
  it('begins between 0.95 and 1.5 times the peak in robust mode, below it in AlphaPruning', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { xmin } = fitPeak(bulk(seed), ROBUST_PEAK)!;
      expect(xmin).toBeGreaterThan(0.4);
      expect(xmin).toBeLessThan(3);
      expect(fitPeak(bulk(seed), ALPHA_PRUNING_PEAK)!.D).toBeLessThanOrEqual(
        fitPeak(bulk(seed), ROBUST_PEAK)!.D,
      );
    }
  });

  it('includes the upper bound, which powerlaw 1.x drops', () => {
    // Peak 1, so that candidates reach to 1.5, where a power law begins.
    const tail = Array.from({ length: 20 }, (_, k) => 1.5 * (1 - k / 20) ** (-1 / 1.5));
    const values = Float64Array.from([...Array<number>(60).fill(1), ...tail]);
    expect(fitPeak(values, ROBUST_PEAK)!.xmin).toBe(1.5);
    expect(fitPeak(values, POWERLAW_PACKAGE_PEAK)!.xmin).toBe(1);
  });

  it.each([
    ['nothing', []],
    ['one value', [2]],
    ['a zero', [0, 1, 2]],
    ['equal values', [3, 3, 3]],
  ])('of %s is none', (_, values) => {
    expect(fitPeak(Float64Array.from(values), ROBUST_PEAK)).toBeNull();
  });
});

describe('the clipped power law', () => {
  it('leaves nothing out of a power law', () => {
    const values = Float64Array.from(powerLaw(200, 2.5));
    const { alpha, rawAlpha, fingers } = fitClipped(values, ROBUST_CLIP)!;
    expect([alpha, fingers]).toEqual([rawAlpha, 0]);
    expect(alpha).toBe(fitPowerLaw(values)!.alpha);
  });

  it('counts what it leaves out, where the reference counts one fewer', () => {
    const values = bulk(4).map((value) => value ** 0.3);
    const robust = fitClipped(values, { ...ROBUST_CLIP, least: 2 })!;
    const reference = fitClipped(values, WEIGHT_WATCHER_CLIP)!;
    expect(robust.fingers).toBeGreaterThan(0);
    expect(reference.fingers).toBe(robust.fingers - 1);
    const kept = values.subarray(0, values.length - robust.fingers);
    expect(robust.alpha).toBe(fitPowerLaw(kept)!.alpha);
    expect(robust.alpha + 1).toBeLessThan(robust.rawAlpha);
  });

  it.each([
    ['nothing', []],
    ['one value', [2]],
  ])('of %s is none', (_, values) => {
    expect(fitClipped(Float64Array.from(values), ROBUST_CLIP)).toBeNull();
  });

  it('stops before fewer than two values are left', () => {
    expect(fitClipped(Float64Array.of(1, 1.01, 1.02), ROBUST_CLIP)!.fingers).toBeLessThan(2);
  });
});
