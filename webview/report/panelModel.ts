import * as v from 'valibot';
import { METRICS } from '../../src/core/report/metrics.ts';
import type { Layer, Report } from '../../src/core/report/report.ts';
import { TABLE_METRICS } from '../../src/core/report/tableMetrics.ts';
import { worstSeverity, SEVERITIES } from './findingLabels.ts';

export const TABS = ['overview', 'findings', 'layers', 'blocks', 'depth', 'skipped'] as const;

const metricId = v.picklist(METRICS.map((metric) => metric.id));

const DEFAULT_FILTER = { text: '', role: '', finding: '' };

const DEFAULT_FINDINGS = { text: '', severity: '', code: '', state: '', group: '' };

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

export const DEFAULT_SPLIT = { columns: 54, rows: 36 };

const stateSchema = v.object({
  tab: v.fallback(v.picklist(TABS), 'overview'),
  /** Id of the chosen layer; empty until one is chosen. */
  selected: v.fallback(v.string(), ''),
  filter: v.fallback(
    v.object({ text: v.string(), role: v.string(), finding: v.string() }),
    DEFAULT_FILTER,
  ),
  /** Of the list of findings; each part empty for all, `group` for none. */
  findings: v.fallback(
    v.object({
      text: v.string(),
      severity: v.string(),
      code: v.string(),
      state: v.string(),
      group: v.string(),
    }),
    DEFAULT_FINDINGS,
  ),
  /** Whether the table of layers is grouped by block. */
  grouped: v.fallback(v.boolean(), false),
  sort: v.fallback(
    v.nullable(
      v.object({ column: v.string(), direction: v.picklist(['ascending', 'descending']) }),
    ),
    null,
  ),
  /** Metric of the chart over depth. */
  metric: v.fallback(metricId, 'alpha'),
  columns: v.fallback(v.array(metricId), [...TABLE_METRICS]),
  /** Percent that the left or upper part has, beside and above the chosen layer. */
  split: v.fallback(v.object({ columns: percent, rows: percent }), DEFAULT_SPLIT),
  /** Whether each figure is shown with its meaning. */
  explain: v.fallback(v.boolean(), true),
});

export type PanelModel = v.InferOutput<typeof stateSchema>;
export type Tab = PanelModel['tab'];
export type LayerFilter = PanelModel['filter'];
export type FindingFilter = PanelModel['findings'];

/** The panel's state from what was kept of it; every part that is missing or wrong is the default. */
export function parsePanelModel(kept: unknown): PanelModel {
  return v.parse(stateSchema, typeof kept === 'object' && kept !== null ? kept : {});
}

/** The layer to show first: of those with a spectrum the first with the gravest finding, else the first. */
export function firstLayer({ layers }: Report): Layer | undefined {
  const analyzed = layers.filter((layer) => layer.status === 'ok');
  for (const severity of SEVERITIES) {
    const layer = analyzed.find((candidate) => worstSeverity(candidate) === severity);
    if (layer) return layer;
  }
  return analyzed[0] ?? layers[0];
}
