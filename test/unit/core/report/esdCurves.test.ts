import { describe, expect, it } from 'vitest';
import {
  esdBins,
  marchenkoPasturCurve,
  powerLawLine,
  type CurvePoint,
} from '../../../../src/core/report/esdCurves.ts';
import type { Layer } from '../../../../src/core/report/report.ts';
import { failedLayer, sampleLayer } from '../../../fixtures/sampleReport.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const layer = sampleLayer(0, seededRandom(7));

function withBulk(part: Partial<Layer['fits']['marchenkoPastur']>, log10Min = -12): Layer {
  const marchenkoPastur = { ...layer.fits.marchenkoPastur, spikes: 0, entrySpikes: 0, ...part };
  return {
    ...layer,
    esd: { ...layer.esd, log10Min },
    fits: { ...layer.fits, marchenkoPastur },
  };
}

/** By trapezoids over the logarithm. */
function integral(points: readonly CurvePoint[]): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    sum += ((a.y * a.x + b.y * b.x) / 2) * Math.log(b.x / a.x);
  }
  return sum;
}

describe('esdBins', () => {
  it('has a density whose integral is 1', () => {
    const mass = esdBins(layer.esd).reduce(
      (sum, bin) => sum + bin.density * (bin.to - bin.from),
      0,
    );
    expect(mass).toBeCloseTo(1, 12);
  });

  it('keeps the counts, bin after bin, from the smallest eigenvalue to the largest', () => {
    const bins = esdBins(layer.esd);
    expect(bins.map((bin) => bin.count)).toEqual(layer.esd.counts);
    expect(Math.log10(bins[0]!.from)).toBeCloseTo(layer.esd.log10Min, 12);
    expect(Math.log10(bins.at(-1)!.to)).toBeCloseTo(layer.esd.log10Max, 12);
    expect(bins.slice(1).map((bin) => bin.from)).toEqual(bins.slice(0, -1).map((bin) => bin.to));
  });

  it('gives equal eigenvalues a bin with a width', () => {
    const [bin] = esdBins({ log10Min: 0, log10Max: 0, counts: [64] });
    expect(bin!.to).toBeGreaterThan(bin!.from);
    expect(Number.isFinite(bin!.density)).toBe(true);
  });

  it('is empty where no eigenvalue is positive', () => {
    expect(esdBins({ log10Min: 0, log10Max: 0, counts: [] })).toEqual([]);
    expect(esdBins(failedLayer(layer, 'NaN').esd)).toEqual([]);
  });
});

describe('powerLawLine', () => {
  it('is straight with slope -alpha on log-log axes', () => {
    const [a, b] = powerLawLine(layer);
    const slope = Math.log(b!.y / a!.y) / Math.log(b!.x / a!.x);
    expect(slope).toBeCloseTo(-layer.fits.powerLaw.alpha!, 12);
    expect(a!.x).toBe(layer.fits.powerLaw.xmin);
    expect(b!.x).toBe(layer.fits.powerLaw.xmax);
  });

  it('holds the share of the eigenvalues that are in its tail', () => {
    const { alpha, xmin, tail } = layer.fits.powerLaw;
    const total = layer.esd.counts.reduce((sum, count) => sum + count, 0);
    const [a] = powerLawLine(layer);
    // The integral of y0 (x / xmin)^-alpha from xmin on.
    expect((a!.y * xmin!) / (alpha! - 1)).toBeCloseTo(tail! / total, 12);
  });

  it.each<[string, Partial<Layer['fits']['powerLaw']>]>([
    ['without an exponent', { alpha: null }],
    ['without xmin', { xmin: null }],
    ['with xmin at 0', { xmin: 0 }],
    ['with a tail of one point', { xmax: layer.fits.powerLaw.xmin }],
  ])('is empty %s', (_what, part) => {
    const powerLaw = { ...layer.fits.powerLaw, ...part };
    expect(powerLawLine({ ...layer, fits: { ...layer.fits, powerLaw } })).toEqual([]);
  });
});

describe('marchenkoPasturCurve', () => {
  it.each([
    ['a wide bulk', 0.05, 2.3, 3],
    ['a narrow bulk', 0.9, 1.1, 3],
    // Its mass near 0 lies left of the first point.
    ['the bulk of a square matrix', 0, 4, 2],
  ])('integrates to 1 over %s', (_what, bulkMin, bulkMax, digits) => {
    expect(integral(marchenkoPasturCurve(withBulk({ bulkMin, bulkMax })))).toBeCloseTo(1, digits);
  });

  it('leaves the spikes out of the bulk', () => {
    const total = layer.esd.counts.reduce((sum, count) => sum + count, 0);
    const curve = marchenkoPasturCurve(withBulk({ spikes: total / 4, entrySpikes: total / 4 }));
    expect(integral(curve)).toBeCloseTo(0.5, 3);
  });

  it('is 0 at its edges', () => {
    const curve = marchenkoPasturCurve(withBulk({ bulkMin: 0.5, bulkMax: 2 }));
    expect([curve[0]!.y, curve.at(-1)!.y].map((y) => Math.round(y * 1e5))).toEqual([0, 0]);
  });

  it('is empty without a fit', () => {
    expect(marchenkoPasturCurve(withBulk({ bulkMax: null }))).toEqual([]);
  });
});
