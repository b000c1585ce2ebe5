/** How many values are NaN or infinite, and the row-major index of the first; undefined where none is. */
export function nonFinite(
  values: Float64Array,
): { readonly count: number; readonly firstIndex: number } | undefined {
  let count = 0;
  let firstIndex = -1;
  for (let k = 0; k < values.length; k++)
    if (!Number.isFinite(values[k]!)) {
      if (count === 0) firstIndex = k;
      count++;
    }
  return count === 0 ? undefined : { count, firstIndex };
}
