import { useMemo, useState } from 'preact/hooks';
import type { CsvCell } from '../../src/core/report/csv.ts';
import { formatFigure } from '../../src/core/report/format.ts';
import type { ChartTable } from './chartSpec.ts';
import { t } from './localise.ts';
import { Name } from './Name.tsx';
import type { Sort } from './sortRows.ts';
import { VirtualTable, type Column } from './VirtualTable.tsx';
import { shortName } from '../../src/core/report/visibleName.ts';

type Row = ChartTable['rows'][number];

export interface ChartTableViewProps {
  readonly name: string;
  readonly table: ChartTable;
  readonly selected?: string | undefined;
  readonly onSelect?: (key: string) => void;
}

const keyOf = (row: Row): string => row.key;

function cellText(cell: CsvCell) {
  if (typeof cell === 'string') return <Name text={cell} />;
  return formatFigure(cell, Number.isInteger(cell) ? 'integer' : 'scientific');
}

/** The table twin of a chart. */
export function ChartTableView({ name, table, selected, onSelect }: ChartTableViewProps) {
  const [sort, setSort] = useState<Sort>();
  const columns = useMemo(
    () =>
      table.columns.map(({ label, numeric }, index): Column<Row> => ({
        id: String(index),
        label,
        numeric,
        width: numeric ? 92 : 150,
        grow: numeric ? 1 : 2,
        sortKey: (row) => row.cells[index] ?? null,
        cell: (row) => cellText(row.cells[index] ?? null),
        ...(numeric ? {} : { cellName: (row) => shortName(String(row.cells[index] ?? '')) }),
      })),
    [table.columns],
  );
  return (
    <VirtualTable
      name={name}
      columns={columns}
      rows={table.rows}
      keyOf={keyOf}
      empty={t('There are no figures to show.')}
      sort={sort}
      onSort={setSort}
      selected={selected}
      {...(onSelect ? { onSelect } : {})}
    />
  );
}
