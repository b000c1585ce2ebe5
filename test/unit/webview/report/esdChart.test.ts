import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../../src/core/report/report.ts';
import { esdChart } from '../../../../webview/report/esdChart.ts';
import { failedLayer, sampleLayer } from '../../../fixtures/sampleReport.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const layer = sampleLayer(2, seededRandom(11));

/** With a lower edge inside the spectrum. */
const marked: Layer = {
  ...layer,
  esd: { ...layer.esd, log10Min: Math.min(layer.esd.log10Min, -2) },
};

const labels = (one: Layer): string[] => esdChart(one)!.series.map((series) => series.label);

describe('esdChart', () => {
  it('has log-log axes and every mark', () => {
    const spec = esdChart(layer)!;
    expect([spec.x.scale, spec.y.scale]).toEqual(['log', 'log']);
    expect(labels(layer)).toEqual([
      'Eigenvalues',
      'FARMS windows',
      'Marchenko-Pastur bulk',
      'Power law',
      'Bulk edges',
      'Edge for spikes',
      'xmin',
      'Largest of the shuffles',
      'detX',
    ]);
  });

  it.each([
    ['xmin', [layer.fits.powerLaw.xmin]],
    ['Bulk edges', [layer.fits.marchenkoPastur.bulkMin, layer.fits.marchenkoPastur.bulkMax]],
    ['Edge for spikes', [layer.fits.marchenkoPastur.edge]],
    ['Largest of the shuffles', [layer.fits.trapTest.maxRandEval]],
    ['detX', [layer.metrics.detXVal]],
  ])('marks %s where it is, from the floor to the top', (label, expected) => {
    const spec = esdChart(marked)!;
    const points = spec.series.find((series) => series.label === label)!.points;
    const upright = points.filter((point) => point.y !== null);
    expect(upright.map((point) => point.x)).toEqual(expected.flatMap((x) => [x, x]));
    expect(new Set(upright.map((point) => point.y))).toEqual(new Set([spec.y.min, spec.y.max]));
  });

  it('leaves out a lower edge below the spectrum, which would stretch the axis', () => {
    const { marchenkoPastur } = layer.fits;
    const fits = { ...layer.fits, marchenkoPastur: { ...marchenkoPastur, bulkMin: 1e-30 } };
    const edges = esdChart({ ...layer, fits })!.series.find(({ label }) => label === 'Bulk edges')!;
    expect(edges.points.map((point) => point.x)).toEqual([
      marchenkoPastur.bulkMax,
      marchenkoPastur.bulkMax,
    ]);
  });

  it('lays other windows over the spectrum in place of those of the report', () => {
    const windows = { log10Min: 0, log10Max: 2, counts: [3, 1] };
    const series = esdChart(layer, windows)!.series.find(({ label }) => label === 'FARMS windows')!;
    expect(series.points.map((point) => point.x)).toEqual([1, 10, 10, 100]);
    expect(
      esdChart(layer, { ...windows, counts: [] })!.series.map(({ label }) => label),
    ).not.toContain('FARMS windows');
  });

  it('draws only what was fitted', () => {
    expect(labels({ ...failedLayer(layer, 'no tail'), esd: layer.esd })).toEqual(['Eigenvalues']);
  });

  it('shows an empty bin as a gap down to the floor', () => {
    const spec = esdChart({ ...layer, esd: { log10Min: 0, log10Max: 3, counts: [4, 0, 2] } })!;
    const heights = spec.series[0]!.points.map((point) =>
      point.y === spec.y.min ? 'floor' : 'up',
    );
    expect(heights).toEqual(['up', 'up', 'floor', 'floor', 'up', 'up']);
  });

  it('gives every bin and every mark in its table, each row with a key of its own', () => {
    const { table } = esdChart(layer)!;
    const countsOf = (part: string) =>
      table.rows.filter((row) => row.cells[0] === part).map((row) => row.cells[3]);
    expect(countsOf('Eigenvalues')).toEqual(layer.esd.counts);
    expect(countsOf('FARMS windows')).toEqual(layer.farmsEsd.counts);
    expect(table.rows.find((row) => row.cells[0] === 'xmin')!.cells).toEqual([
      'xmin',
      layer.fits.powerLaw.xmin,
      layer.fits.powerLaw.xmin,
      null,
      null,
    ]);
    expect(new Set(table.rows.map((row) => row.key)).size).toBe(table.rows.length);
  });

  it('is undefined for a layer without a positive eigenvalue', () => {
    expect(esdChart(failedLayer(layer, 'NaN'))).toBeUndefined();
  });
});
