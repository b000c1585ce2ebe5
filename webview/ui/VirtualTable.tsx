import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { HeaderRow } from './HeaderRow.tsx';
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

/** The height of an element's box, measured now and at every change. */
function useHeight(): { ref: { current: HTMLDivElement | null }; height: number } {
  const ref = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(400);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, height };
}

/**
 * A grid whose page holds only the rows in sight. The focus stays on the grid, which points to its active
 * row: arrows, Home, End and the page keys move it, Enter or Space selects; ArrowUp from the first row
 * goes to the headers, where Enter sorts.
 */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { columns, rows, keyOf, sort, selected, onSelect } = props;
  const id = useId();
  const { ref, height } = useHeight();
  const [top, setTop] = useState(0);
  const [activeKey, setActiveKey] = useState<string>();

  const ordered = useMemo(() => {
    const column = sort && columns.find((candidate) => candidate.id === sort.column);
    return column ? sortRows(rows, column.sortKey, sort.direction) : rows;
  }, [rows, columns, sort]);
  const indexOf = useMemo(
    () => new Map(ordered.map((row, index) => [keyOf(row), index])),
    [ordered, keyOf],
  );
  const active = indexOf.get(activeKey ?? '') ?? indexOf.get(selected ?? '') ?? 0;
  const { first, last } = visibleRange(top, height, ROW_HEIGHT, ordered.length);

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

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || ordered.length === 0) return;
    if (event.key === 'ArrowUp' && active === 0) {
      ref.current?.querySelector<HTMLElement>('.header-button[tabindex="0"]')?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      onSelect?.(keyOf(ordered[active]!));
    } else {
      const next = rowForKey(
        event.key,
        active,
        ordered.length,
        pageOf(height - HEAD_HEIGHT, ROW_HEIGHT),
      );
      if (next === undefined) return;
      setActiveKey(keyOf(ordered[next]!));
      reveal(next);
    }
    event.preventDefault();
  };

  const inSight = active >= first && active < last;
  return (
    <div
      ref={ref}
      class="virtual-table"
      role="grid"
      aria-label={props.name}
      aria-rowcount={ordered.length + 1}
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
        style={{ height: `${Math.max(1, ordered.length) * ROW_HEIGHT}px` }}
      >
        {ordered.length === 0 && (
          <div role="row" class="table-empty">
            <span role="gridcell" aria-colspan={columns.length}>
              {props.empty}
            </span>
          </div>
        )}
        {ordered.slice(first, last).map((row, offset) => {
          const index = first + offset;
          const key = keyOf(row);
          return (
            <div
              key={key}
              id={`${id}-${index}`}
              class={`table-row${index === active ? ' active' : ''}${onSelect ? ' clickable' : ''}`}
              role="row"
              aria-rowindex={index + 2}
              {...(onSelect ? { 'aria-selected': key === selected } : {})}
              style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
              onClick={() => {
                setActiveKey(key);
                onSelect?.(key);
              }}
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
