import type { FrontierPoint, FrontierSeries, SizeUnit } from '../../src/core/plan/frontier.ts';
import type { ChartPoint, ChartSpec, Series } from '../ui/chartSpec.ts';
import { t } from '../ui/localise.ts';
import { lineLabel } from './lineLabel.ts';

/** A line as the core makes it, or as a file has it. */
export interface DrawnLine extends Omit<FrontierSeries, 'points'> {
  readonly points: readonly Omit<FrontierPoint, 'axis' | 'method'>[];
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

interface Place {
  readonly size: number;
  readonly error: number;
}

/**
 * Predicted error against size, both in percent, of every line whose size is counted in that unit; errors
 * by decades where they span them. Through the points that no other betters goes
 * a broken line. The key of a point is that of its row: the numbers of its line and of its point.
 *
 * @param whole the size of the model as it is
 */
export function frontierSpec(all: readonly DrawnLine[], unit: SizeUnit, whole: number): ChartSpec {
  const lines = all.filter((line) => line.unit === unit && line.reason === '');
  const xTitle =
    unit === 'bytes' ? t('Size, % of the original') : t('Values that are not zero, % of all');
  const yTitle = t('Predicted error, %');
  const place = ({
    reachable,
    error,
    ...point
  }: DrawnLine['points'][number]): Place | undefined => {
    const size = point[unit];
    if (!reachable || size === null || error === null) return undefined;
    return { size: (100 * size) / whole, error: 100 * error };
  };
  const places = lines.flatMap(({ points }) =>
    points.flatMap((point) => {
      const found = place(point);
      return found ? [{ ...found, best: point.best }] : [];
    }),
  );
  const errors = places.map(({ error }) => error).filter((error) => error > 0);
  const isLog = Math.max(...errors) > DECADES * Math.min(...errors);
  const drawn = ({ size, error }: Place): ChartPoint => ({
    x: size,
    y: isLog && error === 0 ? null : error,
  });
  const best: Series = {
    label: t('No other is as small with as little error'),
    colour: 'foreground',
    draw: 'line',
    dash: [5, 4],
    points: places
      .filter((each) => each.best)
      .sort((a, b) => a.size - b.size || b.error - a.error)
      .map(drawn),
  };
  return {
    name:
      unit === 'bytes'
        ? t('Predicted error against size, by method')
        : t('Predicted error against values that are not zero, by method'),
    x: { title: xTitle, scale: 'linear', min: 0, max: 100 },
    y: { title: yTitle, scale: isLog ? 'log' : 'linear', ...(isLog ? {} : { min: 0 }) },
    series: [
      best,
      ...lines.flatMap((line, l): Series[] => {
        const label = lineLabel(line);
        const style = STYLES[l % STYLES.length]!;
        const points = line.points.flatMap((point, p): ChartPoint[] => {
          const found = place(point);
          return found ? [{ ...drawn(found), label, key: `${l}.${p}` }] : [];
        });
        const guide: Series = {
          label: t('{0}, line', label),
          colour: style.colour,
          draw: 'line',
          guide: true,
          points,
        };
        return [guide, { label, ...style, draw: 'points', size: 4, points }];
      }),
    ],
    fileName: unit === 'bytes' ? 'frontier.csv' : 'frontier-sparsity.csv',
    table: {
      columns: [
        { label: t('Method'), numeric: false },
        { label: t('Target, %'), numeric: true },
        { label: unit === 'bytes' ? t('Size, %') : t('Values left, %'), numeric: true },
        { label: t('Error, %'), numeric: true },
        { label: t('Best'), numeric: false },
      ],
      rows: lines.flatMap((line, l) =>
        line.points.map((point, p) => {
          const found = place(point);
          return {
            key: `${l}.${p}`,
            cells: [
              lineLabel(line),
              100 * point.target.value,
              found?.size ?? null,
              found?.error ?? null,
              found ? (point.best ? t('yes') : '') : t('out of reach'),
            ],
          };
        }),
      ),
    },
  };
}
