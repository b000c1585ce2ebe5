import { describe, expect, it } from 'vitest';
import { estimatesOf, estimatorChart } from '../../../../webview/report/estimatorChart.ts';
import { tailChart } from '../../../../webview/report/tailChart.ts';
import { failedLayer, sampleLayer } from '../../../fixtures/sampleReport.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const base = sampleLayer(2, seededRandom(11));
const shuffle = { shuffles: 20, mean: 5, sd: 0.5, percentile: 3 };
const layer = {
  ...base,
  fits: {
    ...base.fits,
    powerLaw: { ...base.fits.powerLaw, alpha: 3, null: shuffle },
    hill: { ...base.fits.hill, null: null },
    farms: { ...base.fits.farms, alpha: 2, spread: 0.25, null: null },
  },
};

describe('estimatorChart', () => {
  it('has every estimate in one order, from above', () => {
    const { y, table } = estimatorChart(layer)!;
    const names = ['KS alpha', 'Peak', 'Clipped', 'Hill', 'FARMS', 'WeightWatcher'];
    expect(estimatesOf(layer).map(({ label }) => label)).toEqual(names);
    expect(table.rows.map((row) => row.cells[0])).toEqual(names);
    expect(y.ticks).toEqual(names.map((label, index) => ({ value: 6 - index, label })));
  });

  it('draws the mean of the shuffles with a bar of one deviation each way', () => {
    const [bars, means] = estimatorChart(layer)!.series;
    expect(bars!.points.map(({ x, y }) => [x, y])).toEqual([
      [4.5, 6],
      [5.5, 6],
      [5, null],
    ]);
    expect(means!.points).toEqual([{ x: 5, y: 6, label: 'KS alpha, shuffled' }]);
  });

  it('draws the spread of the windows about their estimate', () => {
    const spread = estimatorChart(layer)!.series.find(
      ({ label }) => label === 'Spread over the windows',
    )!;
    expect(spread.points.map(({ x }) => x)).toEqual([1.75, 2.25, 2]);
  });

  it('gives the figures of the shuffles in its table, null where there are none', () => {
    const { rows } = estimatorChart(layer)!.table;
    expect(rows[0]!.cells).toEqual(['KS alpha', 3, 5, 0.5, 3, null, layer.fits.powerLaw.D]);
    expect(rows[3]!.cells.slice(2, 5)).toEqual([null, null, null]);
  });

  it('leaves out what was not estimated, and is undefined where nothing was', () => {
    const peak = { ...layer.fits.peak, alpha: null };
    const series = estimatorChart({ ...layer, fits: { ...layer.fits, peak } })!.series;
    expect(series.at(-1)!.points.map(({ label }) => label)).not.toContain('Peak');
    expect(estimatorChart(failedLayer(layer, 'NaN'))).toBeUndefined();
  });
});

describe('tailChart', () => {
  const curve = { tail: [9, 5, 3], xmin: [0.1, 1, 2], alpha: [1.5, 2, null], D: [0.3, 0.1, 0.2] };
  const fitted = {
    ...layer,
    fits: { ...layer.fits, powerLaw: { ...layer.fits.powerLaw, xmin: 1, curve } },
  };

  it('shows distance and alpha against xmin, alpha on an axis of its own', () => {
    const spec = tailChart(fitted)!;
    expect(
      spec.series.map(({ label, onSecond, points }) => [label, onSecond ?? false, points.length]),
    ).toEqual([
      ['KS distance', false, 3],
      ['Alpha', true, 3],
      ['Chosen xmin', false, 2],
    ]);
    expect(spec.series[0]!.points.map(({ x, y }) => [x, y])).toEqual([
      [0.1, 0.3],
      [1, 0.1],
      [2, 0.2],
    ]);
    expect(spec.series[1]!.points[2]).toEqual({ x: 2, y: null });
    expect(spec.second!.title).toBe('Alpha');
  });

  it('marks the chosen xmin over the whole height', () => {
    const spec = tailChart(fitted)!;
    expect(spec.series[2]!.points).toEqual([
      { x: 1, y: 0 },
      { x: 1, y: spec.y.max },
    ]);
  });

  it('has the same figures as a table', () => {
    expect(tailChart(fitted)!.table.rows.map((row) => row.cells)).toEqual([
      [9, 0.1, 1.5, 0.3],
      [5, 1, 2, 0.1],
      [3, 2, null, 0.2],
    ]);
  });

  it('is undefined where nothing was fitted', () => {
    expect(tailChart(failedLayer(layer, 'NaN'))).toBeUndefined();
  });
});
