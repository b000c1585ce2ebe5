import { useMemo } from 'preact/hooks';
import { metricById, METRICS, type MetricId } from '../../src/core/report/metrics.ts';
import { Chart } from '../ui/Chart.tsx';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';
import { depthChart } from './depthChart.ts';
import { metricLabel } from './layerColumns.tsx';
import type { TabProps } from './tabProps.ts';

/** One metric of every layer in the order of the graph. */
export function DepthTab({ report, model, change, selected, onSelect, onSave }: TabProps) {
  const { layers } = report;
  const metric = metricById(model.metric);
  const spec = useMemo(() => depthChart(layers, metric, selected), [layers, metric, selected]);
  const missing = layers.filter((layer) => metric.of(layer) === null).length;
  return (
    <>
      <div class="toolbar select-wide">
        <Select
          name={t('Metric')}
          value={metric.id}
          options={METRICS.map((one) => ({ value: one.id, label: metricLabel(one) }))}
          onChange={(id) => change({ metric: id as MetricId })}
        />
        <span class="muted toolbar-text">{t(metric.meaning)}</span>
      </div>
      {layers.length === missing ? (
        <p class="notice">{t('No layer has this figure.')}</p>
      ) : (
        <Chart spec={spec} selected={selected} onPick={onSelect} onSave={onSave} />
      )}
      {missing > 0 && missing < layers.length && (
        <p class="footnote muted">
          {missing === 1 ? t('1 layer has no value') : t('{0} layers have no value', missing)}
        </p>
      )}
    </>
  );
}
