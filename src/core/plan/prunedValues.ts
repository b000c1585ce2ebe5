import type { InputLines } from './inputLines.ts';

/**
 * Whether each value becomes zero: `round(sparsity * n)` of the least magnitude, of equal ones the earlier.
 */
export function prunedByMagnitude(values: Float64Array, sparsity: number): Uint8Array {
  const count = Math.round(sparsity * values.length);
  const order = Uint32Array.from(values, (_, k) => k);
  order.sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!) || a - b);
  const pruned = new Uint8Array(values.length);
  for (let k = 0; k < count; k++) pruned[order[k]!] = 1;
  return pruned;
}

/**
 * Whether each value becomes zero where `kept` of every `group` neighbours along the inputs stay: those of
 * the largest magnitude, of equal ones the earlier. A last, shorter group keeps as many.
 */
export function prunedByPattern(
  values: Float64Array,
  { channels, channelStep, lines, lineStep, length, stride }: InputLines,
  kept: number,
  group: number,
): Uint8Array {
  const pruned = new Uint8Array(values.length);
  for (let c = 0; c < channels; c++)
    for (let l = 0; l < lines; l++)
      for (let first = 0; first < length; first += group) {
        const start = c * channelStep + l * lineStep;
        const size = Math.min(group, length - first);
        const own = Array.from({ length: size }, (_, k) => start + (first + k) * stride);
        own.sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
        for (const index of own.slice(kept)) pruned[index] = 1;
      }
  return pruned;
}
