import type { Layer } from '../../src/core/report/report.ts';
import { shortName } from '../../src/core/report/visibleName.ts';
import { t } from '../ui/localise.ts';

/** One repeated unit of the model. */
export interface BlockRow {
  readonly block: string;
  /** Its layers by the column they stand in. */
  readonly cells: ReadonlyMap<number, Layer>;
}

export interface BlockTable {
  /** What the layers are called within their block, such as `attn.qkv.MatMul`. */
  readonly columns: readonly string[];
  readonly rows: readonly BlockRow[];
  /** Layers that are in no block. */
  readonly outside: number;
}

/** The heading of a block; layers outside any are together under one. */
export function blockLabel(block: string): string {
  return block === '' ? t('Outside the blocks') : shortName(block);
}

/** The layer's name without its block's; the whole of it where it does not begin with that. */
function nameInBlock({ name, block }: Layer): string {
  const path = name.replace(/^\//, '').replaceAll('/', '.');
  return path.startsWith(`${block}.`) ? path.slice(block.length + 1) : path;
}

/**
 * The layers that are in blocks, a row a block, those of one name under one another, all in the order of
 * the graph. A name that a block holds twice has a column for each.
 */
export function blockTable(layers: readonly Layer[]): BlockTable {
  const columns = new Map<string, number>();
  const rows = new Map<string, Map<number, Layer>>();
  for (const layer of layers) {
    if (layer.block === '') continue;
    const cells = rows.get(layer.block) ?? new Map<number, Layer>();
    rows.set(layer.block, cells);
    const name = nameInBlock(layer);
    for (let copy = 1; ; copy++) {
      const label = copy === 1 ? name : `${name} (${copy})`;
      const column = columns.get(label) ?? columns.size;
      if (cells.has(column)) continue;
      columns.set(label, column);
      cells.set(column, layer);
      break;
    }
  }
  return {
    columns: [...columns.keys()],
    rows: [...rows].map(([block, cells]) => ({ block, cells })),
    outside: layers.filter(({ block }) => block === '').length,
  };
}

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** The cell that a key moves to: the nearest in that direction that holds a layer; undefined for none. */
export function cellForKey(
  key: string,
  { row, column }: CellPlace,
  rows: readonly BlockRow[],
  page: number,
): CellPlace | undefined {
  const columnsOf = (at: number): number[] =>
    [...(rows[at]?.cells.keys() ?? [])].sort((a, b) => a - b);
  const own = columnsOf(row);
  const along = new Map([
    ['ArrowRight', own.find((each) => each > column)],
    ['ArrowLeft', own.filter((each) => each < column).at(-1)],
    ['Home', own[0]],
    ['End', own.at(-1)],
  ]);
  if (along.has(key)) {
    const next = along.get(key);
    return next === undefined ? undefined : { row, column: next };
  }
  const by = new Map([
    ['ArrowDown', 1],
    ['ArrowUp', -1],
    ['PageDown', page],
    ['PageUp', -page],
  ]).get(key);
  if (by === undefined) return undefined;
  const next = Math.min(rows.length - 1, Math.max(0, row + by));
  const there = columnsOf(next);
  const nearest = [...there].sort((a, b) => Math.abs(a - column) - Math.abs(b - column))[0];
  return nearest === undefined ? undefined : { row: next, column: nearest };
}
