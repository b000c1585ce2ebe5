import type { FrontierPoint, FrontierSeries, SizeUnit } from '../../src/core/plan/frontier.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';

/** A line as the core makes it, or as a file has it. */
export interface DrawnLine extends Omit<FrontierSeries, 'points'> {
  readonly points: readonly Omit<FrontierPoint, 'axis' | 'method'>[];
}

type DrawnPoint = DrawnLine['points'][number];

/** Where a point is drawn, both in percent. */
interface Place {
  readonly size: number;
  readonly error: number;
}

export interface FrontierDrawing {
  /** What sizes are counted in; lines of another are left out. */
  readonly unit: SizeUnit;
  /** The size of the model as it is. */
  readonly whole: number;
  readonly label: (line: DrawnLine) => string;
  /** The key of a point and of its row; the numbers of its line and of its point where absent. */
  readonly key?: (line: DrawnLine, point: DrawnPoint) => string;
  /**
   * All lines are there, so that it can be said which points no other betters (a broken line goes through them), which
   * are out of reach, and whether the errors are drawn by decades. Lines that come one by one would change all that.
   */
  readonly complete: boolean;
  /** A plan as a mark of its own, its size in `unit`, its error relative. */
  readonly plan?: Place | undefined;
}

/** Colours that two themes may have alike are told apart by their marks. */
const STYLES = [
  { colour: 'blue', marker: 'circle' },
  { colour: 'red', marker: 'triangle' },
  { colour: 'purple', marker: 'rect' },
  { colour: 'green', marker: 'rectRot' },
  { colour: 'warning', marker: 'circle' },
  { colour: 'blue', marker: 'cross' },
  { colour: 'foreground', marker: 'triangle' },
] as const;

/** Errors that span more than this many times the least are drawn by decades. */
const DECADES = 30;

/** Predicted error against size, both in percent, of every line that can be drawn. */
export function frontierSpec(all: readonly DrawnLine[], drawing: FrontierDrawing): ChartSpec {
  const { unit, complete, label } = drawing;
  const placed = all
    .filter((line) => line.unit === unit && line.reason === '')
    .map((line, l) => ({
      line,
      points: line.points.map((point, p) => ({
        point,
        place: placeOf(point, drawing),
        key: drawing.key?.(line, point) ?? `${l}.${p}`,
      })),
    }));
  const places = placed.flatMap(({ points }) =>
    points.flatMap(({ point, place }) => (place ? [{ ...place, best: point.best }] : [])),
  );
  const errors = places.map(({ error }) => error).filter((error) => error > 0);
  const isLog = complete && Math.max(...errors) > DECADES * Math.min(...errors);
  const drawn = ({ size, error }: Place): ChartPoint => ({
    x: size,
    y: isLog && error === 0 ? null : error,
  });
  const lines = placed.flatMap(({ line, points }, l): Series[] => {
    const name = label(line);
    const style = STYLES[l % STYLES.length]!;
    const marks = points.flatMap(({ place, key }): ChartPoint[] =>
      place ? [{ ...drawn(place), label: name, key }] : [],
    );
    if (marks.length === 0) return [];
    const { colour } = style;
    return [
      { label: t('{0}, line', name), colour, draw: 'line', guide: true, points: marks },
      { label: name, ...style, draw: 'points', size: complete ? 4 : 3, points: marks },
    ];
  });
  return {
    name:
      unit === 'bytes'
        ? t('Predicted error against size, by method')
        : t('Predicted error against values that are not zero, by method'),
    x: {
      title:
        unit === 'bytes' ? t('Size, % of the original') : t('Values that are not zero, % of all'),
      scale: 'linear',
      min: 0,
      max: 100,
    },
    y: {
      title: t('Predicted error, %'),
      scale: isLog ? 'log' : 'linear',
      ...(isLog ? {} : { min: 0 }),
    },
    series: [
      ...(complete ? [bestLine(places, drawn)] : []),
      ...lines,
      ...('plan' in drawing ? [planMark(drawing)] : []),
    ],
    fileName: unit === 'bytes' ? 'frontier.csv' : 'frontier-sparsity.csv',
    table: {
      columns: [
        { label: t('Method'), numeric: false },
        { label: t('Target, %'), numeric: true },
        { label: unit === 'bytes' ? t('Size, %') : t('Values left, %'), numeric: true },
        { label: t('Error, %'), numeric: true },
        ...(complete ? [{ label: t('Best'), numeric: false }] : []),
      ],
      rows: placed.flatMap(({ line, points }) =>
        points
          .filter(({ place }) => complete || place)
          .map(({ point, place, key }) => ({
            key,
            cells: [
              label(line),
              100 * point.target.value,
              place?.size ?? null,
              place?.error ?? null,
              ...(complete ? [place ? (point.best ? t('yes') : '') : t('out of reach')] : []),
            ],
          })),
      ),
    },
  };
}

/** Undefined where there is no such plan. */
function placeOf(
  { reachable, error, ...point }: DrawnPoint,
  { unit, whole }: FrontierDrawing,
): Place | undefined {
  const size = point[unit];
  if (!reachable || size === null || error === null) return undefined;
  return { size: (100 * size) / whole, error: 100 * error };
}

function bestLine(
  places: readonly (Place & { readonly best: boolean })[],
  drawn: (place: Place) => ChartPoint,
): Series {
  return {
    label: t('No other is as small with as little error'),
    colour: 'foreground',
    draw: 'line',
    dash: [5, 4],
    points: places
      .filter((each) => each.best)
      .sort((a, b) => a.size - b.size || b.error - a.error)
      .map(drawn),
  };
}

function planMark({ plan, whole }: FrontierDrawing): Series {
  return {
    label: t('This plan'),
    colour: 'foreground',
    draw: 'points',
    marker: 'rectRot',
    size: 7,
    points: plan ? [{ x: (100 * plan.size) / whole, y: 100 * plan.error }] : [],
  };
}
