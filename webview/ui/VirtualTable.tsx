import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { useBoxSize } from './boxSize.ts';
import { linesOf, type Grouping } from './groupRows.ts';
import { HeaderRow } from './HeaderRow.tsx';
import { Icon } from './Icon.tsx';
import { pageOf, rowForKey, visibleRange } from './rowWindow.ts';
import { sortRows, type Sort, type SortKey } from './sortRows.ts';
import './VirtualTable.css';

/** In pixels; the stylesheet has the same. */
const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 38;

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** What the column means; the header's tooltip. */
  readonly description?: string;
  /** Least width in pixels. */
  readonly width: number;
  /** Its share of what is left over; 0 where the column keeps its width. */
  readonly grow: number;
  readonly numeric?: boolean;
  readonly sortKey: (row: Row) => SortKey;
  readonly cell: (row: Row) => ComponentChildren;
  /** Accessible name of the cell, where what is shown does not read as one text. */
  readonly cellName?: (row: Row) => string;
}

export interface VirtualTableProps<Row> {
  /** Accessible name. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Shown instead of rows where there are none. */
  readonly empty: string;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  readonly selected?: string | undefined;
  readonly onSelect?: (key: string) => void;
  /** Rows under headings that fold them away; absent for a plain list. */
  readonly grouping?: Grouping<Row> | undefined;
}

/** Every row is a grid of its own, so all share tracks and a width that do not depend on what is in them. */
function trackStyle(columns: readonly Pick<Column<never>, 'width' | 'grow'>[]) {
  const track = ({ width, grow }: { width: number; grow: number }): string =>
    grow === 0 ? `${width}px` : `minmax(${width}px, ${grow}fr)`;
  return {
    '--columns': columns.map(track).join(' '),
    '--table-width': `${columns.reduce((sum, column) => sum + column.width, 0)}px`,
  };
}

/**
 * A grid whose page holds only the rows in sight. The focus stays on the grid, which points to its active
 * row: arrows, Home, End and the page keys move it, Enter or Space selects; ArrowUp from the first row
 * goes to the headers, where Enter sorts. On the heading of a group Enter, ArrowLeft and ArrowRight fold it.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { columns, rows, keyOf, sort, selected, onSelect, grouping } = props;
  const id = useId();
  const { ref, height } = useBoxSize();
  const [top, setTop] = useState(0);
  const [activeKey, setActiveKey] = useState<string>();

  const ordered = useMemo(() => {
    const column = sort && columns.find((candidate) => candidate.id === sort.column);
    return column ? sortRows(rows, column.sortKey, sort.direction) : rows;
  }, [rows, columns, sort]);
  const lines = useMemo(
    () => linesOf(ordered, rows, keyOf, grouping),
    [ordered, rows, keyOf, grouping],
  );
  const indexOf = useMemo(() => new Map(lines.map(({ key }, index) => [key, index])), [lines]);
  const active = indexOf.get(activeKey ?? '') ?? indexOf.get(selected ?? '') ?? 0;
  const { first, last } = visibleRange(top, height, ROW_HEIGHT, lines.length);

  const reveal = (index: number): void => {
    const grid = ref.current;
    if (!grid) return;
    const above = index * ROW_HEIGHT;
    const below = above + ROW_HEIGHT + HEAD_HEIGHT - grid.clientHeight;
    if (grid.scrollTop > above) grid.scrollTop = above;
    else if (grid.scrollTop < below) grid.scrollTop = below;
  };

  const selectedIndex = selected === undefined ? undefined : indexOf.get(selected);
  useEffect(() => {
    if (selectedIndex !== undefined) reveal(selectedIndex);
  }, [selectedIndex, ref.current]);

  const choose = (index: number): void => {
    const line = lines[index];
    if (line?.kind === 'group') grouping?.onToggle(line.group);
    else if (line) onSelect?.(line.key);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || lines.length === 0) return;
    const line = lines[active];
    const folding = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    if (line?.kind === 'group' && folding) {
      if (line.collapsed === (event.key === 'ArrowRight')) grouping?.onToggle(line.group);
    } else if (event.key === 'ArrowUp' && active === 0) {
      ref.current?.querySelector<HTMLElement>('.header-button[tabindex="0"]')?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      choose(active);
    } else {
      const next = rowForKey(
        event.key,
        active,
        lines.length,
        pageOf(height - HEAD_HEIGHT, ROW_HEIGHT),
      );
      if (next === undefined) return;
      setActiveKey(lines[next]!.key);
      reveal(next);
    }
    event.preventDefault();
  };

  const inSight = active >= first && active < last;
  return (
    <div
      ref={ref}
      class="virtual-table"
      role={grouping ? 'treegrid' : 'grid'}
      aria-label={props.name}
      aria-rowcount={lines.length + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      {...(inSight ? { 'aria-activedescendant': `${id}-${active}` } : {})}
      style={trackStyle(columns)}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <HeaderRow
        columns={columns}
        sort={sort}
        onSort={props.onSort}
        onLeave={() => ref.current?.focus()}
      />
      <div
        class="table-body"
        role="rowgroup"
        style={{ height: `${Math.max(1, lines.length) * ROW_HEIGHT}px` }}
      >
        {lines.length === 0 && (
          <div role="row" class="table-empty">
            <span role="gridcell" aria-colspan={columns.length}>
              {props.empty}
            </span>
          </div>
        )}
        {lines.slice(first, last).map((line, offset) => {
          const index = first + offset;
          const { key } = line;
          const common = {
            key,
            id: `${id}-${index}`,
            role: 'row' as const,
            'aria-rowindex': index + 2,
            style: { transform: `translateY(${index * ROW_HEIGHT}px)` },
            onClick: () => {
              setActiveKey(key);
              choose(index);
            },
          };
          const activeClass = index === active ? ' active' : '';
          if (line.kind === 'group')
            return (
              <div
                {...common}
                class={`table-row clickable group-row${activeClass}`}
                aria-level={1}
                aria-expanded={!line.collapsed}
              >
                <div class="cell" role="gridcell" aria-colspan={columns.length}>
                  <Icon name={line.collapsed ? 'next' : 'down'} />
                  <span>{line.label}</span>
                  <span class="muted">{line.count}</span>
                </div>
              </div>
            );
          const { row } = line;
          return (
            <div
              {...common}
              class={`table-row${activeClass}${onSelect ? ' clickable' : ''}`}
              {...(grouping ? { 'aria-level': 2 } : {})}
              {...(onSelect ? { 'aria-selected': key === selected } : {})}
            >
              {columns.map((column, columnIndex) => (
                <div
                  key={column.id}
                  role="gridcell"
                  aria-colindex={columnIndex + 1}
                  {...(column.cellName ? { 'aria-label': column.cellName(row) } : {})}
                  class={column.numeric ? 'cell numeric' : 'cell'}
                >
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
