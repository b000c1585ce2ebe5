import { useMemo } from 'preact/hooks';
import { actionOf, type PlannedAction } from '../../src/core/plan/action.ts';
import type { Plan, PlanLayer } from '../../src/core/plan/plan.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import { formatBytes, formatCount, formatShare } from '../ui/quantities.ts';
import type { Sort } from '../ui/sortRows.ts';
import { VirtualTable, type Column } from '../ui/VirtualTable.tsx';
import { errorText } from './errorText.ts';
import { actionText } from './labels.ts';

export interface LayerTableProps {
  readonly plan: Plan;
  readonly editable: boolean;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
  /** Fixes the layer's action; undefined leaves it to the planner. */
  readonly onLock: (id: string, action: PlannedAction | undefined) => void;
}

const keyOf = ({ id }: PlanLayer): string => id;

/** Every weight of the model and what is done to it. */
export function LayerTable(props: LayerTableProps) {
  const { plan, editable, sort, onSort, selected, onSelect, onLock } = props;
  const isStored = plan.axis !== 'sparsity';
  const columns = useMemo(
    (): Column<PlanLayer>[] => [
      {
        id: 'locked',
        label: t('Lock'),
        description: t('Whether a person has fixed the action; sorts locked layers first'),
        width: 60,
        grow: 0,
        sortKey: ({ locked }) => (locked ? 0 : 1),
        cell: (layer) => (
          <LockButton
            layer={layer}
            editable={editable}
            onToggle={() => onLock(layer.id, layer.locked ? undefined : actionOf(layer))}
          />
        ),
      },
      {
        id: 'name',
        label: t('Layer'),
        description: t('Name of the layer; sorts by name'),
        width: 104,
        grow: 3,
        sortKey: ({ name }) => name,
        cell: ({ name }) => <Name text={name} />,
      },
      {
        id: 'action',
        label: t('Action'),
        description: t('What is done to the weight'),
        width: 96,
        grow: 1,
        sortKey: (layer) => actionText(actionOf(layer)),
        cell: (layer) => (
          <span class={layer.action === 'keep' ? 'muted clip' : 'clip'} title={layer.reason}>
            {actionText(actionOf(layer))}
          </span>
        ),
      },
      {
        id: 'left',
        label: t('Left'),
        description: isStored
          ? t('Bytes after the plan, as a share of those before; sorts by it')
          : t('Values that are not zeroed, as a share of all; sorts by it'),
        width: 68,
        grow: 0,
        numeric: true,
        sortKey: (layer) => share(layer, isStored),
        cell: (layer) => {
          const [before, after] = isStored ? layer.bytes : layer.parameters;
          return formatShare(after, before);
        },
      },
      {
        id: 'size',
        label: isStored ? t('Bytes') : t('Values'),
        description: t('What the weight has after the plan'),
        width: 80,
        grow: 0,
        numeric: true,
        sortKey: (layer) => (isStored ? layer.bytes : layer.parameters)[1],
        cell: ({ bytes, parameters }) =>
          isStored ? formatBytes(bytes[1]) : formatCount(parameters[1]),
      },
      {
        id: 'error',
        label: t('Error'),
        description: t('Predicted relative Frobenius error of the weight'),
        width: 80,
        grow: 0,
        numeric: true,
        sortKey: ({ error }) => error,
        cell: ({ error }) => errorText(error),
      },
    ],
    [editable, isStored, onLock],
  );
  return (
    <VirtualTable
      name={t('Layers')}
      columns={columns}
      rows={plan.layers}
      keyOf={keyOf}
      empty={t('This plan has no layers.')}
      sort={sort}
      onSort={onSort}
      selected={selected}
      onSelect={onSelect}
    />
  );
}

function share({ bytes, parameters }: PlanLayer, isStored: boolean): number {
  const [before, after] = isStored ? bytes : parameters;
  return before > 0 ? after / before : 1;
}

interface LockButtonProps {
  readonly layer: PlanLayer;
  readonly editable: boolean;
  readonly onToggle: () => void;
}

/** For the pointer; by keyboard the chosen layer is locked in its form. */
function LockButton({ layer, editable, onToggle }: LockButtonProps) {
  const name = layer.locked ? t('Unlock {0}', layer.name) : t('Lock {0} as it is', layer.name);
  return (
    <button
      type="button"
      class={layer.locked ? 'lock-button locked' : 'lock-button'}
      tabIndex={-1}
      aria-label={name}
      title={name}
      aria-pressed={layer.locked}
      disabled={!editable}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      <Icon name={layer.locked ? 'locked' : 'unlocked'} />
    </button>
  );
}
