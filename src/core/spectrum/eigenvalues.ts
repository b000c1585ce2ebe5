import type { SolvedSpectrum } from './figures.ts';

/**
 * Eigenvalues of the correlation matrix: the squares of all singular values, pooled over slices,
 * ascending and never divided by the number of rows.
 */
export function eigenvaluesOf(singularValues: Float64Array): Float64Array {
  return singularValues.map((s) => s * s).sort();
}

/** The values strictly above `cut` of an ascending list: a view, not a copy. */
export function above(ascending: Float64Array, cut: number): Float64Array {
  return ascending.subarray(ascending.length - countAbove(ascending, cut));
}

/** How many values of an ascending list are strictly above `cut`. */
export function countAbove(ascending: Float64Array, cut: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > cut) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}

/** Singular values of each slice, as views: each descending, `min(rows, cols)` long. */
export function slicesOf(spectrum: SolvedSpectrum): readonly Float64Array[] {
  const side = Math.min(spectrum.rows, spectrum.cols);
  return Array.from({ length: spectrum.slices }, (_, k) =>
    spectrum.singularValues.subarray(k * side, (k + 1) * side),
  );
}

/** Middle value of an ascending list; the mean of the two middle ones where their number is even. */
export function medianOf(ascending: Float64Array): number {
  const half = ascending.length >>> 1;
  return ascending.length % 2 === 1
    ? ascending[half]!
    : (ascending[half - 1]! + ascending[half]!) / 2;
}
