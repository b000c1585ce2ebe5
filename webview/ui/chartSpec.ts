import type { CsvCell } from '../../src/core/report/csv.ts';
import type { ColourName } from './themeColours.ts';

export interface ChartPoint {
  readonly x: number;
  /** Null is a gap. */
  readonly y: number | null;
  /** First line of the tooltip; the series' label where it is absent. */
  readonly label?: string;
  /** What a click on the point picks. */
  readonly key?: string;
}

export interface Series {
  readonly label: string;
  readonly colour: ColourName;
  readonly draw: 'line' | 'area' | 'points';
  /** On and off lengths of a broken line, in pixels. */
  readonly dash?: readonly number[];
  readonly marker?: 'circle' | 'triangle' | 'rect' | 'rectRot' | 'cross';
  readonly size?: number;
  /** A thin line that only leads the eye from point to point: no place in the legend. */
  readonly guide?: boolean;
  /** Measured on the second upright axis. */
  readonly onSecond?: boolean;
  readonly points: readonly ChartPoint[];
}

export interface Axis {
  readonly title: string;
  readonly scale: 'linear' | 'log';
  readonly min?: number;
  readonly max?: number;
  /** Of a linear axis whose places have names. */
  readonly ticks?: readonly { readonly value: number; readonly label: string }[];
}

/** The same figures as a table, for those who cannot see the canvas, and for export. */
export interface ChartTable {
  readonly columns: readonly { readonly label: string; readonly numeric: boolean }[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly CsvCell[] }[];
}

export interface ChartSpec {
  /** What the chart shows, in one sentence: its accessible name. */
  readonly name: string;
  readonly x: Axis;
  readonly y: Axis;
  /** On the right, for series in another unit. */
  readonly second?: Axis;
  /** Drawn in this order, the last on top. */
  readonly series: readonly Series[];
  readonly table: ChartTable;
  /** Suggested name of the exported file, without folder. */
  readonly fileName: string;
}
