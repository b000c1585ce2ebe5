import { useMemo } from 'preact/hooks';
import { formatFigure } from '../../src/core/report/format.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import type { ShownVerification } from '../../src/protocol/verificationPanelApi.ts';
import { actionText } from '../plan/labels.ts';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import { formatBytes } from '../ui/quantities.ts';
import type { Sort } from '../ui/sortRows.ts';
import { VirtualTable, type Column } from '../ui/VirtualTable.tsx';
import { weightRows, type WeightRow } from './panelModel.ts';

export interface WeightsTableProps {
  readonly shown: ShownVerification;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
}

const keyOf = ({ id }: WeightRow): string => id;

/** Pixels of a row and of the head, as the table's own stylesheet has them. */
const ROW = 24;
const HEAD = 40;
const MOST_HEIGHT = 420;

/** Columns that are left out where no row has anything in them. */
const OFTEN_EMPTY: ReadonlySet<string> = new Set(['spectral', 'note']);

/** What became of each weight, with the error that the plan predicted and the one measured. */
export function WeightsTable({ shown, sort, onSort }: WeightsTableProps) {
  const rows = useMemo(() => weightRows(shown), [shown]);
  const { weights } = shown.verification;
  const equal = weights.filter(({ relativeFrobenius }) => relativeFrobenius === 0).length;
  const planned = shown.applied !== null;
  const columns = useMemo(
    () =>
      weightColumns(planned).filter(
        ({ id, sortKey }) =>
          !OFTEN_EMPTY.has(id) || rows.some((row) => (sortKey(row) ?? '') !== ''),
      ),
    [planned, rows],
  );
  const height = Math.min(MOST_HEIGHT, HEAD + ROW * Math.max(2, rows.length));
  return (
    <section aria-label={t('Weights')}>
      <h2>{t('Weights')}</h2>
      <p class="muted footnote">
        {weights.length === 1
          ? t('1 weight is in both models, {0} of them equal.', equal)
          : t('{0} weights are in both models, {1} of them equal.', weights.length, equal)}{' '}
        {planned
          ? t('Errors are relative to the Frobenius norm of the original weight.')
          : t('No plan is known that made this model here, so nothing was predicted.')}
      </p>
      <div class="weights" style={{ height: `${height}px` }}>
        <VirtualTable
          name={t('Weights')}
          columns={columns}
          rows={rows}
          keyOf={keyOf}
          empty={t('No weight differs.')}
          sort={sort}
          onSort={onSort}
        />
      </div>
    </section>
  );
}

function weightColumns(planned: boolean): readonly Column<WeightRow>[] {
  const figure = (
    id: 'predicted' | 'measured' | 'spectral' | 'sqnr',
    label: string,
    description: string,
  ): Column<WeightRow> => ({
    id,
    label,
    description,
    width: 98,
    grow: 0,
    numeric: true,
    sortKey: (row) => row[id],
    cell: (row) => formatFigure(row[id], id === 'sqnr' ? 'fixed' : 'scientific'),
  });
  const ofPlan: readonly Column<WeightRow>[] = [
    {
      id: 'action',
      label: t('Action'),
      description: t('What was done to the weight'),
      width: 170,
      grow: 1,
      sortKey: ({ action }) => (action ? actionText(action) : ''),
      cell: ({ action }) => <span class="clip">{action ? actionText(action) : ''}</span>,
    },
    {
      id: 'bytes',
      label: t('Bytes'),
      description: t('Before and after; sorts by what is left'),
      width: 150,
      grow: 0,
      numeric: true,
      sortKey: ({ bytes }) => (bytes && bytes[0] > 0 ? bytes[1] / bytes[0] : null),
      cell: ({ bytes }) =>
        bytes === null
          ? '–'
          : bytes[0] === bytes[1]
            ? formatBytes(bytes[0])
            : t('{0} to {1}', formatBytes(bytes[0]), formatBytes(bytes[1])),
    },
    figure('predicted', t('Predicted'), t('Relative Frobenius error that the plan predicted')),
  ];
  return [
    {
      id: 'name',
      label: t('Weight'),
      width: 150,
      grow: 3,
      sortKey: ({ name }) => name,
      cell: ({ name }) => <Name text={name} />,
      cellName: ({ name }) => shortName(name),
    },
    ...(planned ? ofPlan : []),
    figure('measured', t('Measured'), t('Relative Frobenius error of the weight as it is stored')),
    figure('spectral', t('Spectral'), t('Relative error in the spectral norm')),
    figure('sqnr', t('SQNR, dB'), t('Signal to quantization noise ratio')),
    {
      id: 'note',
      label: t('Note'),
      width: 110,
      grow: 2,
      sortKey: (row) => noteOf(row),
      cell: (row) => (
        <span class="clip" title={noteOf(row)}>
          {noteOf(row)}
        </span>
      ),
    },
  ];
}

function noteOf({ refused, note }: WeightRow): string {
  return visibleName(refused === '' ? note : t('not done: {0}', refused));
}
