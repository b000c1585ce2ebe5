/** Neighbouring rows of a stored tensor. */
export interface RowPiece {
  readonly start: number;
  readonly length: number;
}

/** The rows that a node sees, as pieces of those that are stored, in its order. */
export type RowOrder = readonly RowPiece[];

/** The rows `from <= row < from + length` of an order, with neighbours that were stored side by side joined. */
export function piecesOf(rows: RowOrder, from: number, length: number): RowOrder {
  const found: RowPiece[] = [];
  let at = 0;
  for (const piece of rows) {
    const first = Math.max(from, at);
    const end = Math.min(from + length, at + piece.length);
    if (first < end) {
      const start = piece.start + first - at;
      const last = found.at(-1);
      if (last && last.start + last.length === start)
        found[found.length - 1] = { start: last.start, length: last.length + end - first };
      else found.push({ start, length: end - first });
    }
    at += piece.length;
  }
  return found;
}

/** How many rows an order has. */
export function rowsOf(rows: RowOrder): number {
  return rows.reduce((sum, piece) => sum + piece.length, 0);
}

/** Whether an order has every one of `count` stored rows once. */
export function isPermutation(rows: RowOrder, count: number): boolean {
  let next = 0;
  for (const { start, length } of [...rows].sort((a, b) => a.start - b.start)) {
    if (start !== next) return false;
    next += length;
  }
  return next === count;
}
