import { Chart as ChartJs } from 'chart.js';
import { useEffect, useRef, useState } from 'preact/hooks';
import { csvText } from '../../src/core/report/csv.ts';
import { Button } from './Button.tsx';
import { chartConfig } from './chartConfig.ts';
import type { ChartSpec } from './chartSpec.ts';
import { ChartTableView } from './ChartTableView.tsx';
import { Icon } from './Icon.tsx';
import { Legend } from './Legend.tsx';
import { t } from './localise.ts';
import { useThemeColours } from './themeColours.ts';
import './Chart.css';

export interface ChartProps {
  readonly spec: ChartSpec;
  readonly selected?: string | undefined;
  readonly onPick?: (key: string) => void;
  readonly onSave: (name: string, text: string) => void;
}

/** The file's text: the same table in full precision. */
function csvOf({ table }: ChartSpec): string {
  return csvText(
    table.columns.map((column) => column.label),
    table.rows.map((row) => row.cells),
  );
}

/** A canvas with its legend, its table twin and its export. */
export function Chart({ spec, selected, onPick, onSave }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<ChartJs<'scatter'>>(undefined);
  const pick = useRef(onPick);
  pick.current = onPick;
  const colours = useThemeColours();

  useEffect(() => {
    if (!canvas.current) return;
    const family = getComputedStyle(canvas.current).fontFamily;
    const onPoint = (key: string): void => pick.current?.(key);
    const config = chartConfig(spec, colours, family, onPoint, hidden);
    if (chart.current) {
      chart.current.data = config.data;
      chart.current.options = config.options!;
      chart.current.update('none');
    } else {
      chart.current = new ChartJs(canvas.current, config);
    }
  }, [spec, colours, asTable, hidden]);

  // A canvas that leaves the page takes its chart with it.
  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = undefined;
    },
    [asTable],
  );

  return (
    <figure class="chart" aria-label={spec.name}>
      <figcaption class="chart-bar">
        {/* A table has no lines to show and hide. */}
        {asTable ? (
          <span class="legend" />
        ) : (
          <Legend
            series={spec.series}
            hidden={hidden}
            onToggle={(label) => {
              const next = new Set(hidden);
              if (!next.delete(label)) next.add(label);
              setHidden(next);
            }}
          />
        )}
        <Button
          name={asTable ? t('Show as chart') : t('Show as table')}
          appearance="icon"
          pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          <Icon name={asTable ? 'chart' : 'table'} />
        </Button>
        <Button
          name={t('Export as CSV')}
          appearance="icon"
          onClick={() => onSave(spec.fileName, csvOf(spec))}
        >
          <Icon name="save" />
        </Button>
      </figcaption>
      {asTable ? (
        <ChartTableView
          name={spec.name}
          table={spec.table}
          selected={selected}
          {...(onPick ? { onSelect: onPick } : {})}
        />
      ) : (
        <div class="chart-canvas">
          <canvas ref={canvas} role="img" aria-label={spec.name} />
        </div>
      )}
    </figure>
  );
}
