import { useRef, useState } from 'preact/hooks';
import { Icon } from './Icon.tsx';
import { nextSort, type Sort } from './sortRows.ts';
import { stopForKey } from './stopForKey.ts';
import type { Column } from './VirtualTable.tsx';

export interface HeaderRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort | undefined) => void;
  /** ArrowDown: the focus goes back to the rows. */
  readonly onLeave: () => void;
}

/** The headers are one tab stop; the left and right arrows move along them. */
export function HeaderRow<Row>({ columns, sort, onSort, onLeave }: HeaderRowProps<Row>) {
  const row = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const current = Math.min(stop, columns.length - 1);

  const focus = (next: number): void => {
    setStop(next);
    row.current?.querySelectorAll<HTMLElement>('.header-button')[next]?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const next = stopForKey(event.key, current, columns.length);
    if (next !== undefined) focus(next);
    else if (event.key === 'ArrowDown') onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="table-head" role="rowgroup">
      <div class="table-row" role="row" aria-rowindex={1} ref={row} onKeyDown={onKeyDown}>
        {columns.map((column, index) => {
          const direction = sort?.column === column.id ? sort.direction : undefined;
          return (
            <div
              key={column.id}
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={direction ?? 'none'}
              class={column.numeric ? 'cell numeric' : 'cell'}
            >
              <button
                type="button"
                class="header-button"
                tabIndex={index === current ? 0 : -1}
                title={column.description ?? column.label}
                onClick={() => {
                  setStop(index);
                  onSort(nextSort(sort, column.id));
                }}
              >
                <span class="header-label">{column.label}</span>
                {direction && <Icon name={direction} />}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
