import { useMemo, useState } from 'preact/hooks';
import type { Report, SkippedEntry } from '../../src/core/report/report.ts';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import type { Sort } from '../ui/sortRows.ts';
import { VirtualTable, type Column } from '../ui/VirtualTable.tsx';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import { widthOf } from './layerColumns.tsx';
import { formatShape } from '../ui/quantities.ts';

interface SkippedRow {
  readonly key: string;
  readonly entry: SkippedEntry;
}

const keyOf = (row: SkippedRow): string => row.key;

/** Every tensor of the file that was not analyzed, and why. */
export function SkippedTab({ report }: { readonly report: Report }) {
  const [sort, setSort] = useState<Sort>();
  // Names can repeat between subgraphs, so the place in the list is the key.
  const rows = useMemo(
    () => report.skipped.map((entry, index) => ({ key: String(index), entry })),
    [report],
  );
  const reasons = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { reason } of report.skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, [report]);
  const columns = useMemo(
    (): Column<SkippedRow>[] => [
      {
        id: 'tensor',
        label: t('Tensor'),
        width: widthOf(
          report.skipped.map((entry) => entry.tensor),
          120,
          230,
        ),
        grow: 1,
        sortKey: (row) => row.entry.tensor,
        cell: (row) => <Name text={row.entry.tensor} />,
        cellName: (row) => shortName(row.entry.tensor),
      },
      {
        id: 'shape',
        label: t('Shape'),
        width: widthOf(
          report.skipped.map((entry) => formatShape(entry.shape)),
          70,
          150,
        ),
        grow: 0,
        numeric: true,
        sortKey: (row) => row.entry.shape.reduce((product, size) => product * size, 1),
        cell: (row) => formatShape(row.entry.shape),
      },
      {
        id: 'dtype',
        label: t('Type'),
        width: 76,
        grow: 0,
        sortKey: (row) => row.entry.dtype,
        cell: (row) => visibleName(row.entry.dtype),
      },
      {
        id: 'reason',
        label: t('Reason'),
        width: 210,
        grow: 5,
        sortKey: (row) => row.entry.reason,
        cell: (row) => {
          const reason = visibleName(row.entry.reason);
          return (
            <span class="clip" title={reason}>
              {reason}
            </span>
          );
        },
      },
    ],
    [report],
  );
  return (
    <>
      {reasons.length > 0 && (
        <details class="reasons">
          <summary>{skippedText(rows.length, reasons.length)}</summary>
          <ul>
            {reasons.slice(0, 50).map(([reason, count]) => (
              <li key={reason}>
                <span class="reason-count">{count}</span> {visibleName(reason)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <VirtualTable
        name={t('Skipped tensors')}
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        empty={t('No tensor of the file was skipped.')}
        sort={sort}
        onSort={setSort}
      />
    </>
  );
}

function skippedText(tensors: number, reasons: number): string {
  if (tensors === 1) return t('1 tensor skipped');
  return reasons === 1
    ? t('{0} tensors skipped for 1 reason', tensors)
    : t('{0} tensors skipped for {1} reasons', tensors, reasons);
}
