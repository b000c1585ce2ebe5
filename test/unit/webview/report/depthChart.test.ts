import { describe, expect, it } from 'vitest';
import { METRICS, metricById } from '../../../../src/core/report/metrics.ts';
import { depthChart } from '../../../../webview/report/depthChart.ts';
import { failedLayer, sampleReport } from '../../../fixtures/sampleReport.ts';

const sample = sampleReport(40).layers;
const layers = sample.map((layer, index) => (index === 5 ? failedLayer(layer, 'NaN') : layer));
const alpha = metricById('alpha');

describe('depthChart', () => {
  it.each(METRICS.map((metric) => [metric.id, metric] as const))(
    'has %s of every layer in its table',
    (_id, metric) => {
      const { table } = depthChart(layers, metric, undefined);
      expect(table.rows.map((row) => row.cells[2])).toEqual(layers.map(metric.of));
      expect(table.rows.map((row) => row.key)).toEqual(layers.map((layer) => layer.id));
    },
  );

  it('puts layers in the order of the graph, a gap where there is no figure', () => {
    const guide = depthChart(layers, alpha, undefined).series.find((series) => series.guide)!;
    expect(guide.points.map((point) => point.x)).toEqual(layers.map((_, index) => index + 1));
    expect(guide.points[5]!.y).toBeNull();
  });

  it('shows each layer with a figure once by its role', () => {
    const { series } = depthChart(layers, alpha, undefined);
    const keys = series
      .filter((one) => one.label === 'Linear' || one.label === 'Convolution')
      .flatMap((one) => one.points.map((point) => point.key));
    expect(keys.sort()).toEqual(
      layers.flatMap((layer) => (layer.status === 'ok' ? [layer.id] : [])).sort(),
    );
  });

  it('marks the layers with an error and those with a warning', () => {
    const { series } = depthChart(layers, alpha, undefined);
    const marked = (label: string) =>
      series.find((one) => one.label === label)!.points.map((point) => point.key);
    const having = (severity: string) => (layer: (typeof layers)[number]) =>
      layer.status === 'ok' && layer.findings.some((finding) => finding.severity === severity);
    const errors = layers.filter(having('error'));
    const warnings = layers.filter((layer) => having('warning')(layer) && !errors.includes(layer));
    expect(marked('With finding: Error')).toEqual(errors.map((layer) => layer.id));
    expect(marked('With finding: Warning')).toEqual(warnings.map((layer) => layer.id));
  });

  it('marks the chosen layer', () => {
    const chosen = depthChart(layers, alpha, layers[8]!.id).series[0]!;
    expect([chosen.label, ...chosen.points.map((point) => point.x)]).toEqual([
      'Chosen layer',
      9,
      9,
    ]);
  });

  it('has a scale of decades only for positive figures that span them', () => {
    const scaleOf = (values: readonly number[]) =>
      depthChart(
        values.map((svMax, index) => ({
          ...layers[0]!,
          id: String(index),
          metrics: { ...layers[0]!.metrics, svMax },
        })),
        metricById('svMax'),
        undefined,
      ).y.scale;
    expect([scaleOf([1, 100]), scaleOf([1, 2]), scaleOf([0, 100])]).toEqual([
      'log',
      'linear',
      'linear',
    ]);
  });
});
