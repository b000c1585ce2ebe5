/** Which values of a row-major tensor a pattern of N of M compares with each other: runs along an axis. */
export interface PruneAxis {
  readonly shape: readonly number[];
  readonly axis: number;
}

/**
 * Whether each value becomes zero: `floor(sparsity * n)` of the least magnitude, of equal ones the earlier.
 */
export function prunedByMagnitude(values: Float64Array, sparsity: number): Uint8Array {
  const count = Math.floor(sparsity * values.length);
  const order = Uint32Array.from(values, (_, k) => k);
  order.sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!) || a - b);
  const pruned = new Uint8Array(values.length);
  for (let k = 0; k < count; k++) pruned[order[k]!] = 1;
  return pruned;
}

/**
 * Whether each value becomes zero where `kept` of every `group` neighbours along an axis stay: those of the
 * largest magnitude, of equal ones the earlier. A last, shorter group keeps as many.
 */
export function prunedByPattern(
  values: Float64Array,
  { shape, axis }: PruneAxis,
  kept: number,
  group: number,
): Uint8Array {
  const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
  const length = shape[axis]!;
  const inner = product(shape.slice(axis + 1));
  const outer = product(shape.slice(0, axis));
  const pruned = new Uint8Array(values.length);
  for (let o = 0; o < outer; o++)
    for (let first = 0; first < length; first += group)
      for (let n = 0; n < inner; n++) {
        const size = Math.min(group, length - first);
        const own = Array.from({ length: size }, (_, k) => (o * length + first + k) * inner + n);
        own.sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
        for (const index of own.slice(kept)) pruned[index] = 1;
      }
  return pruned;
}
