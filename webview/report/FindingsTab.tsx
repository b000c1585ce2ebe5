import { useMemo, useState } from 'preact/hooks';
import type { ReportFinding } from '../../src/core/report/report.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import type { AcceptRequest } from '../../src/protocol/reportPanelApi.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import { Select } from '../ui/Select.tsx';
import type { Sort } from '../ui/sortRows.ts';
import { TextField } from '../ui/TextField.tsx';
import { VirtualTable, type Column } from '../ui/VirtualTable.tsx';
import { ChosenFinding } from './ChosenFinding.tsx';
import {
  findingLabel,
  SEVERITIES,
  severityLabel,
  type FindingCode,
  type Severity,
} from './findingLabels.ts';
import {
  codesOf,
  filterFindings,
  findingRows,
  textUnderName,
  type FindingRow,
} from './findingRows.ts';
import { widthOf } from './layerColumns.tsx';
import type { FindingFilter } from './panelModel.ts';
import type { TabProps } from './tabProps.ts';
import { useFolding } from './folding.ts';

export interface FindingsTabProps extends TabProps {
  /** Every accepted finding of the report with its reason. */
  readonly reasons: ReadonlyMap<ReportFinding, string>;
  /** Absent where nothing can be accepted. */
  readonly onAccept?: (request: AcceptRequest) => void;
}

const keyOf = (row: FindingRow): string => row.key;

function label({ finding }: FindingRow): string {
  return findingLabel(finding.code);
}

function layerName({ layer }: FindingRow): string {
  return layer?.name ?? t('The model');
}

/** A text that is struck through where the finding is accepted. */
function Struck({ row, text }: { readonly row: FindingRow; readonly text: string }) {
  return row.accepted === undefined ? (
    <span class="clip" title={text}>
      {text}
    </span>
  ) : (
    <del class="clip muted" title={text}>
      {text}
    </del>
  );
}

function columnsOf(rows: readonly FindingRow[]): Column<FindingRow>[] {
  const anyAccepted = rows.some(({ accepted }) => accepted !== undefined);
  return [
    {
      id: 'code',
      label: t('Finding'),
      description: t('Kind of the finding; sorts by its gravity'),
      // Whatever else gives way, the kind is read whole.
      width: 24 + widthOf(rows.map(label), 90, 400),
      grow: 0,
      sortKey: ({ finding }) => SEVERITIES.indexOf(finding.severity),
      cell: (row) => (
        <>
          <span role="img" aria-label={severityLabel(row.finding.severity)} class="severity">
            <Icon name={row.finding.severity} />
          </span>
          <Struck row={row} text={label(row)} />
        </>
      ),
      cellName: (row) =>
        row.accepted === undefined
          ? `${severityLabel(row.finding.severity)}: ${label(row)}`
          : t('{0}: {1}, accepted', severityLabel(row.finding.severity), label(row)),
    },
    {
      id: 'layer',
      label: t('Layer'),
      width: widthOf(rows.map(layerName), 100, 170),
      grow: 2,
      sortKey: layerName,
      cell: (row) => <Name text={layerName(row)} />,
      cellName: (row) => shortName(layerName(row)),
    },
    {
      id: 'text',
      label: t('What was found'),
      width: 190,
      grow: 4,
      sortKey: ({ finding }) => finding.text,
      cell: (row) => (
        <Struck row={row} text={visibleName(textUnderName(row.finding.text, layerName(row)))} />
      ),
    },
    ...(anyAccepted
      ? [
          {
            id: 'accepted',
            label: t('Accepted because'),
            width: 130,
            grow: 1,
            sortKey: ({ accepted }: FindingRow) => accepted ?? null,
            cell: ({ accepted }: FindingRow) => (
              <span class="clip muted" title={visibleName(accepted ?? '')}>
                {visibleName(accepted ?? '')}
              </span>
            ),
          },
        ]
      : []),
  ];
}

/** Every finding of the report, with its filters; those that are accepted are struck. */
export function FindingsTab(props: FindingsTabProps) {
  const { report, model, change, onSelect, reasons, onAccept } = props;
  const filter = model.findings;
  const [sort, setSort] = useState<Sort>();
  const [chosen, setChosen] = useState('');
  const all = useMemo(() => findingRows(report, reasons), [report, reasons]);
  const rows = useMemo(() => filterFindings(all, filter), [all, filter]);
  const columns = useMemo(() => columnsOf(all), [all]);
  const codes = useMemo(() => codesOf(all), [all]);
  const folding = useFolding();
  const grouping = useMemo(() => {
    if (filter.group === '') return undefined;
    return filter.group === 'code'
      ? {
          ...folding,
          of: ({ finding }: FindingRow): string => finding.code,
          label: (code: string) => findingLabel(code as FindingCode),
        }
      : {
          ...folding,
          of: ({ layer }: FindingRow) => layer?.id ?? '',
          label: (id: string) =>
            shortName(report.layers.find((layer) => layer.id === id)?.name ?? t('The model')),
        };
  }, [filter.group, folding, report]);
  const setFilter = (part: Partial<FindingFilter>): void =>
    change({ findings: { ...filter, ...part } });
  const row = all.find(({ key }) => key === chosen);
  return (
    <>
      <div class="toolbar" role="search" aria-label={t('Filter the findings')}>
        <TextField
          name={t('Filter by text')}
          placeholder={t('Filter by text')}
          value={filter.text}
          onInput={(text) => setFilter({ text })}
        />
        <Select
          name={t('Filter by severity')}
          value={filter.severity}
          options={[
            { value: '', label: t('Severities: all') },
            ...SEVERITIES.map((one: Severity) => ({ value: one, label: severityLabel(one) })),
          ]}
          onChange={(severity) => setFilter({ severity })}
        />
        <Select
          name={t('Filter by kind')}
          value={filter.code}
          options={[
            { value: '', label: t('Kinds: all') },
            ...codes.map((code) => ({ value: code, label: findingLabel(code) })),
          ]}
          onChange={(code) => setFilter({ code })}
        />
        {reasons.size > 0 && (
          <Select
            name={t('Filter by acceptance')}
            value={filter.state}
            options={[
              { value: '', label: t('Accepted too') },
              { value: 'open', label: t('Not accepted') },
              { value: 'accepted', label: t('Accepted only') },
            ]}
            onChange={(state) => setFilter({ state })}
          />
        )}
        <Select
          name={t('Group the findings')}
          value={filter.group}
          options={[
            { value: '', label: t('Not grouped') },
            { value: 'code', label: t('By kind') },
            { value: 'layer', label: t('By layer') },
          ]}
          onChange={(group) => setFilter({ group })}
        />
        <span class="toolbar-count muted" role="status">
          {t('{0} of {1}', rows.length, all.length)}
        </span>
      </div>
      <VirtualTable
        name={t('Findings')}
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        empty={all.length === 0 ? t('Nothing was found.') : t('No finding matches the filter.')}
        sort={sort}
        onSort={setSort}
        selected={chosen}
        grouping={grouping}
        onSelect={(key) => {
          setChosen(key);
          const layer = all.find((one) => one.key === key)?.layer;
          if (layer) onSelect(layer.id);
        }}
      />
      {row && (
        <ChosenFinding
          key={row.key}
          row={row}
          {...(onAccept
            ? {
                onAccept: (reason) =>
                  onAccept({ code: row.finding.code, layer: row.layer?.id ?? '', reason }),
              }
            : {})}
        />
      )}
    </>
  );
}
