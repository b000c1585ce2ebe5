import { powerLawFrom, type PowerLawTail } from './powerLaw.ts';

/**
 * Hill's estimate of the exponent over the upper half of the values (Hill 1975; `xmin_mid` of
 * AlphaPruning 2024): the tail begins at index `floor(n / 2)` of the ascending list.
 *
 * @returns null where there is no value, or where the half begins at a zero; alpha is Infinity where the
 *   whole half is equal
 */
export function fitHill(ascending: Float64Array): PowerLawTail | null {
  const start = ascending.length >>> 1;
  const xmin = ascending[start];
  if (xmin === undefined || !(xmin > 0)) return null;
  return powerLawFrom(ascending.subarray(start), 0);
}
