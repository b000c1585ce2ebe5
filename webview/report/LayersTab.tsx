import { useMemo, useState } from 'preact/hooks';
import { csvReport } from '../../src/core/report/csvReport.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox } from '../ui/Checkbox.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Select } from '../ui/Select.tsx';
import { TextField } from '../ui/TextField.tsx';
import { VirtualTable } from '../ui/VirtualTable.tsx';
import { blockLabel } from './blockRows.ts';
import { ColumnChoice } from './ColumnChoice.tsx';
import { findingLabel, type FindingCode } from './findingLabels.ts';
import { useFolding } from './folding.ts';
import { layerColumns } from './layerColumns.tsx';
import { ANY_FINDING, filterLayers, NO_FINDING } from './layerFilter.ts';
import type { LayerFilter } from './panelModel.ts';
import { roleLabel } from './roleLabel.ts';
import type { TabProps } from './tabProps.ts';

const keyOf = (layer: Layer): string => layer.id;
const blockOf = (layer: Layer): string => layer.block;

/** The values of the finding filter that can match something in these layers. */
function findingOptions(layers: readonly Layer[]) {
  const codes = new Set<FindingCode>(
    layers.flatMap((layer) => layer.findings.map((finding) => finding.code)),
  );
  return [
    { value: '', label: t('Findings: all') },
    { value: ANY_FINDING, label: t('With findings') },
    { value: NO_FINDING, label: t('Without findings') },
    ...[...codes].map((code) => ({ value: code, label: findingLabel(code) })),
  ];
}

/** The table of layers with its filters. */
export function LayersTab({ report, model, change, selected, onSelect, onSave }: TabProps) {
  const { layers } = report;
  const { filter } = model;
  const [choosing, setChoosing] = useState(false);
  const columns = useMemo(() => layerColumns(layers, model.columns), [layers, model.columns]);
  const rows = useMemo(() => filterLayers(layers, filter), [layers, filter]);
  const roles = useMemo(() => [...new Set(layers.map((layer) => layer.role))], [layers]);
  const findings = useMemo(() => findingOptions(layers), [layers]);
  const blocks = useMemo(() => layers.some(({ block }) => block !== ''), [layers]);
  const folding = useFolding();
  const grouping = useMemo(
    () => (model.grouped && blocks ? { ...folding, of: blockOf, label: blockLabel } : undefined),
    [model.grouped, blocks, folding],
  );
  const setFilter = (part: Partial<LayerFilter>): void =>
    change({ filter: { ...filter, ...part } });
  return (
    <>
      <div class="toolbar" role="search" aria-label={t('Filter the layers')}>
        <TextField
          name={t('Filter by name')}
          placeholder={t('Filter by name')}
          value={filter.text}
          onInput={(text) => setFilter({ text })}
        />
        <Select
          name={t('Filter by role')}
          value={filter.role}
          options={[
            { value: '', label: t('Roles: all') },
            ...roles.map((role) => ({ value: role, label: roleLabel(role) })),
          ]}
          onChange={(role) => setFilter({ role })}
        />
        <Select
          name={t('Filter by finding')}
          value={filter.finding}
          options={findings}
          onChange={(finding) => setFilter({ finding })}
        />
        {blocks && (
          <Checkbox
            name={t('Group by block')}
            checked={model.grouped}
            onChange={(grouped) => change({ grouped })}
          />
        )}
        <span class="toolbar-count muted" role="status">
          {t('{0} of {1}', rows.length, layers.length)}
        </span>
        <Button
          name={t('Choose columns')}
          appearance="icon"
          expanded={choosing}
          onClick={() => setChoosing(!choosing)}
        >
          <Icon name="columns" />
        </Button>
        <Button
          name={t('Export the table as CSV')}
          appearance="icon"
          onClick={() => onSave('layers.csv', csvReport(rows))}
        >
          <Icon name="save" />
        </Button>
      </div>
      {choosing && (
        <ColumnChoice
          chosen={model.columns}
          onChange={(chosen) => change({ columns: [...chosen] })}
        />
      )}
      <VirtualTable
        name={t('Layers')}
        columns={columns}
        rows={rows}
        keyOf={keyOf}
        empty={
          layers.length === 0
            ? t('This model has no weights that can be analyzed.')
            : t('No layer matches the filter.')
        }
        sort={model.sort ?? undefined}
        onSort={(sort) => change({ sort: sort ? { ...sort } : null })}
        selected={selected}
        onSelect={onSelect}
        grouping={grouping}
      />
    </>
  );
}
