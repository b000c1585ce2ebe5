import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { formatFigure } from '../../src/core/report/format.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { shortName } from '../../src/core/report/visibleName.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import { visibleRange } from '../ui/rowWindow.ts';
import { useBoxSize } from '../ui/boxSize.ts';
import { blockLabel, cellForKey, type BlockTable, type CellPlace } from './blockRows.ts';
import { severityLabel, worstSeverity } from './findingLabels.ts';
import { sparkAxes, sparkPath, type SparkAxes } from './sparkline.ts';
import './BlockGrid.css';

/** In pixels; the stylesheet has the same. */
const CELL_WIDTH = 124;
const ROW_HEIGHT = 70;
const HEAD_HEIGHT = 28;
const LABEL_WIDTH = 130;
const SPARK = { width: 108, height: 40 };

export interface BlockGridProps {
  readonly table: BlockTable;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

function cellName(layer: Layer): string {
  const severity = worstSeverity(layer);
  const alpha = formatFigure(layer.fits.powerLaw.alpha, 'fixed');
  const text = t('{0}, alpha {1}', shortName(layer.name), alpha);
  return severity ? `${severityLabel(severity)}: ${text}` : text;
}

function CellContent({ layer, axes }: { readonly layer: Layer; readonly axes: SparkAxes }) {
  const severity = worstSeverity(layer);
  const path = useMemo(() => sparkPath(layer.esd, axes, SPARK.width, SPARK.height), [layer, axes]);
  return (
    <>
      <svg class="spark" viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} aria-hidden="true">
        <path d={path} />
      </svg>
      <span class="spark-line" aria-hidden="true">
        {severity ? <Icon name={severity} /> : <span class="severity" />}
        <span>{t('alpha {0}', formatFigure(layer.fits.powerLaw.alpha, 'fixed'))}</span>
      </span>
    </>
  );
}

/**
 * A small spectrum of every layer, all on the same axes: a row a block, layers of one name under one
 * another. Only what is in sight is in the page. The focus stays on the grid, which points to its active
 * cell: arrows, Home, End and the page keys move it, Enter or Space chooses the layer.
 */
export function BlockGrid({ table, selected, onSelect }: BlockGridProps) {
  const { columns, rows } = table;
  const id = useId();
  const { ref, width, height } = useBoxSize();
  const [scrolled, setScrolled] = useState({ top: 0, left: 0 });
  const [moved, setMoved] = useState<CellPlace>();
  const axes = useMemo(
    () => sparkAxes(rows.flatMap(({ cells }) => [...cells.values()].map(({ esd }) => esd))),
    [rows],
  );
  const chosen = useMemo((): CellPlace | undefined => {
    for (const [row, { cells }] of rows.entries())
      for (const [column, layer] of cells) if (layer.id === selected) return { row, column };
    return undefined;
  }, [rows, selected]);
  const first = rows[0]?.cells.keys().next().value ?? 0;
  const active = moved ?? chosen ?? { row: 0, column: first };
  const down = visibleRange(scrolled.top, height, ROW_HEIGHT, rows.length);
  const along = visibleRange(scrolled.left, width, CELL_WIDTH, columns.length);

  const reveal = ({ row, column }: CellPlace): void => {
    const grid = ref.current;
    if (!grid) return;
    const top = row * ROW_HEIGHT;
    const left = column * CELL_WIDTH;
    const lowest = top + ROW_HEIGHT + HEAD_HEIGHT - grid.clientHeight;
    const leftmost = left + CELL_WIDTH + LABEL_WIDTH - grid.clientWidth;
    grid.scrollTop = Math.max(lowest, Math.min(grid.scrollTop, top));
    grid.scrollLeft = Math.max(leftmost, Math.min(grid.scrollLeft, left));
  };
  const shown = useRef('');
  useEffect(() => {
    if (!chosen || shown.current === selected) return;
    shown.current = selected ?? '';
    setMoved(undefined);
    reveal(chosen);
  }, [chosen, selected]);

  const choose = ({ row, column }: CellPlace): void => {
    const layer = rows[row]?.cells.get(column);
    if (!layer) return;
    setMoved({ row, column });
    onSelect(layer.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') choose(active);
    else {
      const page = Math.max(1, Math.floor((height - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
      const next = cellForKey(event.key, active, rows, page);
      if (!next) return;
      setMoved(next);
      reveal(next);
    }
    event.preventDefault();
  };
  const inSight = (place: CellPlace): boolean =>
    place.row >= down.first &&
    place.row < down.last &&
    place.column >= along.first &&
    place.column < along.last;
  const cellId = ({ row, column }: CellPlace): string => `${id}-${row}-${column}`;
  const left = (column: number) => ({ left: `${LABEL_WIDTH + column * CELL_WIDTH}px` });
  return (
    <div
      ref={ref}
      class="block-grid"
      role="grid"
      aria-label={t('Spectra by block')}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      tabIndex={0}
      {...(inSight(active) ? { 'aria-activedescendant': cellId(active) } : {})}
      onScroll={({ currentTarget: { scrollTop: top, scrollLeft } }) =>
        setScrolled({ top, left: scrollLeft })
      }
      onKeyDown={onKeyDown}
    >
      <div
        class="block-sheet"
        role="rowgroup"
        style={{
          width: `${LABEL_WIDTH + columns.length * CELL_WIDTH}px`,
          height: `${HEAD_HEIGHT + rows.length * ROW_HEIGHT}px`,
        }}
      >
        <div class="block-head" role="row" aria-rowindex={1}>
          <div class="block-label" role="columnheader" aria-colindex={1}>
            {t('Block')}
          </div>
          {columns.slice(along.first, along.last).map((label, offset) => (
            <div
              key={label}
              class="block-column"
              role="columnheader"
              aria-colindex={along.first + offset + 2}
              style={left(along.first + offset)}
            >
              <Name text={label} />
            </div>
          ))}
        </div>
        {rows.slice(down.first, down.last).map(({ block, cells }, offset) => {
          const row = down.first + offset;
          return (
            <div
              key={block}
              class="block-row"
              role="row"
              aria-rowindex={row + 2}
              style={{ top: `${HEAD_HEIGHT + row * ROW_HEIGHT}px` }}
            >
              <div class="block-label" role="rowheader" aria-colindex={1}>
                <Name text={blockLabel(block)} />
              </div>
              {[...cells]
                .filter(([column]) => column >= along.first && column < along.last)
                .map(([column, layer]) => {
                  const isActive = row === active.row && column === active.column;
                  return (
                    <div
                      key={layer.id}
                      id={cellId({ row, column })}
                      class={isActive ? 'block-cell active' : 'block-cell'}
                      role="gridcell"
                      aria-colindex={column + 2}
                      aria-selected={layer.id === selected}
                      aria-label={cellName(layer)}
                      title={cellName(layer)}
                      style={left(column)}
                      onClick={() => choose({ row, column })}
                    >
                      <CellContent layer={layer} axes={axes} />
                    </div>
                  );
                })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
