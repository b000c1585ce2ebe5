import {
  Chart,
  Filler,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
  type ChartConfiguration,
  type ChartDataset,
  type ScaleOptionsByType,
} from 'chart.js';
import type { Axis, ChartPoint, ChartSpec, Series } from './chartSpec.ts';
import { logTicks } from './logTicks.ts';
import type { ThemeColours } from './themeColours.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';

Chart.register(
  Filler,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
);

const LONGEST_LABEL = 60;

/** A colour as `rgb(...)`, made translucent. */
function translucent(colour: string, alpha: number): string {
  return colour.replace(/^rgba?\(([^,]+),([^,]+),([^,)]+).*$/, `rgba($1,$2,$3,${alpha})`);
}

/** Lines of the grid stay behind the data; a theme whose border is already translucent has seen to that. */
function gridLine(border: string): string {
  return border.startsWith('rgba') ? border : translucent(border, 0.35);
}

function dataset(
  series: Series,
  hidden: boolean,
  colours: ThemeColours,
  floor: number,
): ChartDataset<'scatter'> {
  const colour = colours[series.colour];
  return {
    label: series.label,
    hidden,
    yAxisID: series.onSecond ? 'second' : 'y',
    data: series.points.map(({ x, y }) => ({ x, y: y ?? Number.NaN })),
    showLine: series.draw !== 'points',
    spanGaps: false,
    borderColor: series.guide ? translucent(colour, 0.4) : colour,
    borderWidth: series.draw === 'area' || series.guide ? 1 : 1.75,
    borderDash: [...(series.dash ?? [])],
    backgroundColor: series.draw === 'area' ? translucent(colour, 0.3) : colour,
    fill: series.draw === 'area' ? 'start' : false,
    // Where an area lies on the floor of the chart there is nothing to outline.
    segment: {
      borderColor: ({ p0, p1 }) =>
        (p0.parsed.y ?? floor) <= floor && (p1.parsed.y ?? floor) <= floor
          ? 'transparent'
          : undefined,
    },
    pointStyle: series.marker ?? 'circle',
    pointRadius: series.draw === 'points' ? (series.size ?? 2.5) : 0,
    pointHitRadius: series.draw === 'points' ? 6 : 0,
    pointHoverRadius: series.draw === 'points' ? (series.size ?? 2.5) + 2 : 0,
  };
}

/** Beyond this a place on an axis with names is no longer the place of its name. */
const TICK_TOLERANCE = 1e-9;

function namedTicks({ ticks = [] }: Axis) {
  const labelOf = (value: number): string =>
    ticks.find((tick) => Math.abs(tick.value - value) < TICK_TOLERANCE)?.label ?? '';
  return {
    callback: (value: string | number) => labelOf(Number(value)),
    build: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = ticks.map(({ value }) => ({ value }));
    },
  };
}

function scale(axis: Axis, along: 'x' | 'y', colours: ThemeColours) {
  const common = {
    title: { display: true, text: axis.title, color: colours.muted },
    grid: { color: gridLine(colours.grid), tickColor: colours.grid },
    border: { color: colours.grid },
    ...(axis.min === undefined ? {} : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
  };
  if (axis.ticks) {
    const { callback, build } = namedTicks(axis);
    return {
      ...common,
      type: 'linear' as const,
      ticks: { color: colours.foreground, autoSkip: false, callback },
      afterBuildTicks: build,
    };
  }
  if (axis.scale === 'linear')
    return {
      ...common,
      type: 'linear' as const,
      ticks: {
        color: colours.foreground,
        maxRotation: 0,
        autoSkipPadding: 12,
        includeBounds: false,
      },
    };
  const labels = new Map<number, string>();
  return {
    ...common,
    type: 'logarithmic' as const,
    ticks: {
      color: colours.foreground,
      maxRotation: 0,
      autoSkip: false,
      callback: (value: string | number) => labels.get(Number(value)) ?? '',
    },
    afterBuildTicks: (built: {
      min: number;
      max: number;
      width: number;
      height: number;
      chart: Chart;
      ticks: { value: number }[];
    }) => {
      const pixels = along === 'x' ? built.chart.width : built.chart.height;
      const ticks = logTicks(built.min, built.max, Math.max(3, Math.floor(pixels / 45)));
      labels.clear();
      for (const tick of ticks) labels.set(tick.value, tick.label);
      built.ticks = ticks.map(({ value }) => ({ value }));
    },
  } as unknown as ScaleOptionsByType<'logarithmic'>;
}

function tooltipTitle(point: ChartPoint | undefined, series: Series | undefined): string {
  const text = visibleName(point?.label ?? series?.label ?? '');
  return text.length > LONGEST_LABEL ? `…${text.slice(1 - LONGEST_LABEL)}` : text;
}

/** How chart.js draws the spec in the theme's colours, but for the series whose labels are hidden. Nothing moves. */
export function chartConfig(
  spec: ChartSpec,
  colours: ThemeColours,
  fontFamily: string,
  onPick: (key: string) => void,
  hidden: ReadonlySet<string> = new Set(),
): ChartConfiguration<'scatter'> {
  const pointAt = (datasetIndex: number, index: number): ChartPoint | undefined =>
    spec.series[datasetIndex]?.points[index];
  const number = (value: number): string => String(Number(value.toPrecision(4)));
  return {
    type: 'scatter',
    data: {
      datasets: spec.series.map((series) =>
        dataset(series, hidden.has(series.label), colours, spec.y.min ?? -Infinity),
      ),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      font: { family: fontFamily, size: 11 },
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: scale(spec.x, 'x', colours),
        y: scale(spec.y, 'y', colours),
        ...(spec.second
          ? {
              second: {
                ...scale(spec.second, 'y', colours),
                position: 'right' as const,
                grid: { display: false },
              },
            }
          : {}),
      },
      onClick: (_event, elements) => {
        const hit = elements[0];
        const key = hit && pointAt(hit.datasetIndex, hit.index)?.key;
        if (key !== undefined) onPick(key);
      },
      plugins: {
        tooltip: {
          backgroundColor: colours.tooltipBackground,
          titleColor: colours.tooltipForeground,
          bodyColor: colours.tooltipForeground,
          borderColor: colours.tooltipBorder,
          borderWidth: 1,
          displayColors: false,
          filter: (item, index) => index === 0 && Number.isFinite(item.parsed.y),
          callbacks: {
            title: (items) => {
              const item = items[0];
              return item
                ? tooltipTitle(
                    pointAt(item.datasetIndex, item.dataIndex),
                    spec.series[item.datasetIndex],
                  )
                : '';
            },
            label: (item) => {
              const second = spec.series[item.datasetIndex]?.onSecond && spec.second;
              const along = `${spec.x.title}: ${number(item.parsed.x ?? 0)}`;
              if (spec.y.ticks) return along;
              const { title } = second || spec.y;
              return [along, `${title}: ${number(item.parsed.y ?? 0)}`];
            },
          },
        },
      },
    },
  };
}
