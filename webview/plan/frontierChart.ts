import type { FrontierPoint, FrontierSeries } from '../../src/core/plan/frontier.ts';
import type { Plan, PlanMethod } from '../../src/core/plan/plan.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';
import { methodLabel } from './labels.ts';

const COLOURS = ['blue', 'purple', 'green', 'red', 'warning', 'muted'] as const;
const MARKERS = ['circle', 'rect', 'triangle', 'cross', 'circle', 'rect'] as const;

/** What a click on a point asks for. */
export interface PickedPoint {
  readonly method: PlanMethod;
  readonly target: FrontierPoint['target'];
}

/** The key of a point in the chart, and back. */
function keyOf({ method, target }: FrontierPoint): string {
  return JSON.stringify({ method, target } satisfies PickedPoint);
}

export function pickedPoint(key: string): PickedPoint {
  return JSON.parse(key) as PickedPoint;
}

/**
 * Predicted error against size, in percent, of every method of the plan's axis; the plan itself as a mark of its
 * own. Size is the model's bytes, or, where zeros shrink no file, its values that are not zero.
 */
export function frontierChart(plan: Plan, lines: readonly FrontierSeries[]): ChartSpec {
  const unit = plan.axis === 'sparsity' ? 'parameters' : 'bytes';
  const whole = Math.max(1, plan.achieved[unit][0]);
  const size = (count: number): number => (100 * count) / whole;
  const xTitle = unit === 'bytes' ? t('Size, % of the original') : t('Values left, % of all');
  const yTitle = t('Predicted error, %');
  const shown = lines.map((line) => ({
    line,
    points: line.points.filter(({ reachable, error }) => reachable && error !== null),
  }));
  const series = shown.flatMap(({ line, points }, k): Series[] => {
    if (points.length === 0) return [];
    const colour = COLOURS[k % COLOURS.length]!;
    const label = methodLabel(line.method);
    const places = points.map((point): ChartPoint => ({
      x: size(point[unit]!),
      y: 100 * point.error!,
      label,
      key: keyOf(point),
    }));
    return [
      { label: t('{0}, line', label), colour, draw: 'line', guide: true, points: places },
      {
        label,
        colour,
        draw: 'points',
        marker: MARKERS[k % MARKERS.length]!,
        size: 3,
        points: places,
      },
    ];
  });
  const { error } = plan.achieved;
  const own: Series = {
    label: t('This plan'),
    colour: 'foreground',
    draw: 'points',
    marker: 'rectRot',
    size: 7,
    points: error === null ? [] : [{ x: size(plan.achieved[unit][1]), y: 100 * error }],
  };
  return {
    name: t('Predicted error against size, by method'),
    x: { title: xTitle, scale: 'linear', min: 0, max: 100 },
    y: { title: yTitle, scale: 'linear', min: 0 },
    series: [...series, own],
    fileName: 'frontier.csv',
    table: {
      columns: [
        { label: t('Method'), numeric: false },
        { label: xTitle, numeric: true },
        { label: yTitle, numeric: true },
      ],
      rows: shown.flatMap(({ points }) =>
        points.map((point) => ({
          key: keyOf(point),
          cells: [methodLabel(point.method), size(point[unit]!), 100 * point.error!],
        })),
      ),
    },
  };
}
