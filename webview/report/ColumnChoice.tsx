import { METRICS, type MetricId } from '../../src/core/report/metrics.ts';
import { TABLE_METRICS } from '../../src/core/report/tableMetrics.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox } from '../ui/Checkbox.tsx';
import { t } from '../ui/localise.ts';
import { metricLabel } from './layerColumns.tsx';

export interface ColumnChoiceProps {
  readonly chosen: readonly MetricId[];
  readonly onChange: (chosen: readonly MetricId[]) => void;
}

/** Which metrics are columns of the table of layers. */
export function ColumnChoice({ chosen, onChange }: ColumnChoiceProps) {
  return (
    <div class="column-choice" role="group" aria-label={t('Columns')}>
      <div class="column-list">
        {METRICS.map((metric) => (
          <Checkbox
            key={metric.id}
            name={metricLabel(metric)}
            checked={chosen.includes(metric.id)}
            onChange={(on) =>
              onChange(on ? [...chosen, metric.id] : chosen.filter((id) => id !== metric.id))
            }
          />
        ))}
      </div>
      <Button name={t('Default columns')} onClick={() => onChange(TABLE_METRICS)}>
        {t('Default columns')}
      </Button>
    </div>
  );
}
