/** Rows kept on each side of what is in sight, so that a quick scroll shows no gap. */
const MARGIN = 10;

/** The rows [first, last) that are to be in the page, for a list scrolled by `top` in a box of `height`. */
export function visibleRange(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): { first: number; last: number } {
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + MARGIN);
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - MARGIN, last));
  return { first, last };
}

/** Rows that a page key moves by: those that fit into `height`, less one for orientation. */
export function pageOf(height: number, rowHeight: number): number {
  return Math.max(1, Math.floor(height / rowHeight) - 1);
}

/** The row that a key moves to from `active`; undefined for a key that moves nothing. */
export function rowForKey(
  key: string,
  active: number,
  count: number,
  page: number,
): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  if (!Object.hasOwn(moves, key)) return undefined;
  return Math.min(count - 1, Math.max(0, moves[key]!));
}
