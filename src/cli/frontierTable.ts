import type { FrontierReport, ReportedSeries } from '../core/plan/frontierReport.ts';
import { textTable, type TextColumn } from './textTable.ts';
import { counted } from '../core/report/counted.ts';

/** A frontier as a person reads it: for each way to count size a table, errors by target and method. */
export function frontierTable(report: FrontierReport): string[] {
  const { model, series, notes, locked } = report;
  const drawn = series.filter(({ reason }) => reason === '');
  return [
    `${model.file}: predicted error by size and method${locked > 0 ? `, ${counted(locked, 'weight')} locked` : ''}`,
    ...(['bytes', 'parameters'] as const).flatMap((unit) => {
      const lines = drawn.filter((line) => line.unit === unit);
      return lines.length === 0 ? [] : ['', ...unitTable(lines, unit)];
    }),
    ...series.flatMap(({ axis, method, reason }) =>
      reason === '' ? [] : ['', `  ${axis} by ${method} is not drawn: ${reason}`],
    ),
    '',
    '  * no other method is as small with as little error',
    ...notes.map((note) => `  ${note}`),
  ];
}

function unitTable(lines: readonly ReportedSeries[], unit: 'bytes' | 'parameters'): string[] {
  const columns: TextColumn[] = [
    { title: unit === 'bytes' ? 'size' : 'values left', align: 'right' },
    ...lines.map(({ axis, method }): TextColumn => ({
      title: `${axis} ${method}`,
      align: 'right',
    })),
  ];
  const targets = lines[0]?.points.map(({ target }) => target.value) ?? [];
  return textTable(
    columns,
    targets.map((value, k) => [
      `${(100 * value).toFixed(1)} %`,
      ...lines.map(({ points }) => cell(points[k]!)),
    ]),
  );
}

function cell({ error, best }: ReportedSeries['points'][number]): string {
  if (error === null) return 'out of reach  ';
  return `${Number(error.toPrecision(4))}${best ? ' *' : '  '}`;
}
