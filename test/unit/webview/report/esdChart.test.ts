import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../../src/core/report/report.ts';
import { esdChart } from '../../../../webview/report/esdChart.ts';
import { failedLayer, sampleLayer } from '../../../fixtures/sampleReport.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const layer = sampleLayer(2, seededRandom(11));

const labels = (one: Layer): string[] => esdChart(one)!.series.map((series) => series.label);

describe('esdChart', () => {
  it('has log-log axes and every mark', () => {
    const spec = esdChart(layer)!;
    expect([spec.x.scale, spec.y.scale]).toEqual(['log', 'log']);
    expect(labels(layer)).toEqual([
      'Eigenvalues',
      'Marchenko-Pastur bulk',
      'Bulk edge',
      'Power law',
      'xmin',
    ]);
  });

  it('marks xmin and the edge where they are', () => {
    const at = (label: string) =>
      esdChart(layer)!
        .series.find((series) => series.label === label)!
        .points.map((point) => point.x);
    const { xmin } = layer.fits.powerLaw;
    const { edge } = layer.fits.marchenkoPastur;
    expect([at('xmin'), at('Bulk edge')]).toEqual([
      [xmin, xmin],
      [edge, edge],
    ]);
  });

  it('draws only what was fitted', () => {
    const { powerLaw, marchenkoPastur } = failedLayer(layer, 'no tail').fits;
    expect(labels({ ...layer, fits: { ...layer.fits, powerLaw, marchenkoPastur } })).toEqual([
      'Eigenvalues',
    ]);
  });

  it('shows an empty bin as a gap down to the floor', () => {
    const spec = esdChart({ ...layer, esd: { log10Min: 0, log10Max: 3, counts: [4, 0, 2] } })!;
    const heights = spec.series[0]!.points.map((point) =>
      point.y === spec.y.min ? 'floor' : 'up',
    );
    expect(heights).toEqual(['up', 'up', 'floor', 'floor', 'up', 'up']);
  });

  it('gives every bin in its table', () => {
    const { table } = esdChart(layer)!;
    expect(table.rows.map((row) => row.cells[2])).toEqual(layer.esd.counts);
  });

  it('is undefined for a layer without a positive eigenvalue', () => {
    expect(esdChart(failedLayer(layer, 'NaN'))).toBeUndefined();
  });
});
