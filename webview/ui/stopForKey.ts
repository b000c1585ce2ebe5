/**
 * The element that a key moves the focus to in a bar that is one tab stop; undefined for a key that moves
 * nothing.
 */
export function stopForKey(key: string, current: number, count: number): number | undefined {
  const moves = new Map([
    ['ArrowRight', current + 1],
    ['ArrowLeft', current - 1],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const wanted = moves.get(key);
  return wanted === undefined ? undefined : Math.min(count - 1, Math.max(0, wanted));
}
