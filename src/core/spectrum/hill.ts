import { powerLawFrom, type PowerLawTail } from './powerLaw.ts';

/**
 * Hill's estimate of the exponent over the upper half of the values (Hill 1975; `xmin_mid` of
 * AlphaPruning 2024): the tail begins at index `floor(n / position)` of the ascending list, 2 for the half
 * (`xmin_pos` there).
 *
 * @returns null where there is no value, or where the half begins at a zero; alpha is Infinity where the
 *   whole half is equal
 */
export function fitHill(ascending: Float64Array, position = 2): PowerLawTail | null {
  return hillFrom(ascending, Math.floor(ascending.length / position));
}

/** Below it, an estimate is about single values. */
const LEAST_UPPER_TAIL = 4;

/**
 * The same over the upper tenth (at least 4 values). The upper half of a random square matrix reaches
 * from the middle of its bulk and looks heavier than a power law of exponent 2.5; its upper tenth is
 * squeezed against the edge and does not.
 */
export function fitUpperHill(ascending: Float64Array): PowerLawTail | null {
  const tail = Math.max(LEAST_UPPER_TAIL, Math.ceil(ascending.length / 10));
  return hillFrom(ascending, Math.max(0, ascending.length - tail));
}

function hillFrom(ascending: Float64Array, start: number): PowerLawTail | null {
  const xmin = ascending[start];
  if (xmin === undefined || !(xmin > 0)) return null;
  return powerLawFrom(ascending, start);
}
