import { describe, expect, it } from 'vitest';
import { chartConfig } from '../../../../webview/ui/chartConfig.ts';
import type { ChartSpec } from '../../../../webview/ui/chartSpec.ts';
import type { ThemeColours } from '../../../../webview/ui/themeColours.ts';

const NAMES = [
  'foreground',
  'muted',
  'grid',
  'tooltipBackground',
  'tooltipForeground',
  'tooltipBorder',
  'blue',
  'red',
  'green',
  'purple',
  'warning',
  'error',
  'selection',
];

/** Each colour is another grey, so that a test can tell them apart. */
const colours = Object.fromEntries(
  NAMES.map((name, index) => [name, `rgb(${index}, ${index}, ${index})`]),
) as ThemeColours;

const spec: ChartSpec = {
  name: 'A chart',
  x: { title: 'x', scale: 'log' },
  y: { title: 'y', scale: 'linear', min: 0, max: 4 },
  series: [
    { label: 'Area', colour: 'blue', draw: 'area', points: [{ x: 1, y: 2 }] },
    { label: 'Line', colour: 'red', draw: 'line', dash: [2, 3], points: [{ x: 1, y: null }] },
    { label: 'Points', colour: 'green', draw: 'points', points: [{ x: 1, y: 3, key: 'layer' }] },
  ],
  fileName: 'chart.csv',
  table: { columns: [], rows: [] },
};

function configure(theme = colours, picked: string[] = []) {
  return chartConfig(spec, theme, 'sans-serif', (key) => picked.push(key));
}

describe('chartConfig', () => {
  it('moves nothing', () => {
    expect(configure().options?.animation).toBe(false);
  });

  it('draws each series in the colour of the theme', () => {
    const { datasets } = configure().data;
    expect(datasets.map((dataset) => dataset.borderColor)).toEqual([
      colours.blue,
      colours.red,
      colours.green,
    ]);
    expect(datasets.map((dataset) => dataset.backgroundColor)).toEqual([
      'rgba(6, 6, 6,0.3)',
      colours.red,
      colours.green,
    ]);
    expect(datasets.map((dataset) => dataset.showLine)).toEqual([true, true, false]);
  });

  it('leaves a gap for a missing figure', () => {
    expect(configure().data.datasets[1]!.data).toEqual([{ x: 1, y: Number.NaN }]);
  });

  it.each([
    ['an opaque border, made faint', 'rgb(1, 2, 3)', 'rgba(1, 2, 3,0.35)'],
    ['a border that is faint already', 'rgba(1, 2, 3, 0.2)', 'rgba(1, 2, 3, 0.2)'],
  ])('takes the grid from %s', (_what, grid, expected) => {
    const { scales } = configure({ ...colours, grid }).options!;
    expect([scales?.['x']?.grid?.color, scales?.['y']?.grid?.color]).toEqual([expected, expected]);
  });

  it('has the axes that were asked for', () => {
    const { scales } = configure().options!;
    expect([scales?.['x']?.type, scales?.['y']?.type]).toEqual(['logarithmic', 'linear']);
    expect([scales?.['y']?.min, scales?.['y']?.max]).toEqual([0, 4]);
  });

  it.each([
    ['a point with a key', { datasetIndex: 2, index: 0 }, ['layer']],
    ['a point without a key', { datasetIndex: 0, index: 0 }, []],
    ['nothing', undefined, []],
  ])('picks by a click on %s', (_what, hit, expected) => {
    const picked: string[] = [];
    const onClick = configure(colours, picked).options!.onClick as unknown as (
      event: unknown,
      elements: unknown[],
    ) => void;
    onClick({}, hit ? [hit] : []);
    expect(picked).toEqual(expected);
  });

  it('leaves out the series that a person has hidden', () => {
    const { datasets } = chartConfig(
      spec,
      colours,
      'sans-serif',
      () => undefined,
      new Set(['Line']),
    ).data;
    expect(datasets.map((dataset) => dataset.hidden)).toEqual([false, true, false]);
  });

  it('measures a series in another unit on a second axis, on the right and without a grid', () => {
    const second: ChartSpec = {
      ...spec,
      second: { title: 'z', scale: 'linear' },
      series: [spec.series[0]!, { ...spec.series[1]!, onSecond: true }],
    };
    const { data, options } = chartConfig(second, colours, 'sans-serif', () => undefined);
    expect(data.datasets.map((dataset) => dataset.yAxisID)).toEqual(['y', 'second']);
    expect(options!.scales!['second']).toMatchObject({
      position: 'right',
      grid: { display: false },
    });
    expect(configure().options!.scales!['second']).toBeUndefined();
  });

  it('writes names at the places of an axis that has them, and nothing between', () => {
    const named: ChartSpec = {
      ...spec,
      y: {
        ...spec.y,
        ticks: [
          { value: 2, label: 'Hill' },
          { value: 1, label: 'Peak' },
        ],
      },
    };
    const axis = chartConfig(named, colours, 'sans-serif', () => undefined).options!.scales![
      'y'
    ] as {
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => void;
      ticks: { callback: (value: number) => string };
    };
    const scale = { ticks: [{ value: 0.5 }] };
    axis.afterBuildTicks(scale);
    expect(scale.ticks).toEqual([{ value: 2 }, { value: 1 }]);
    expect([2, 1, 1.5].map((value) => axis.ticks.callback(value))).toEqual(['Hill', 'Peak', '']);
  });
});
