import type { PlanWeight } from './planWeight.ts';

/** Parameters of the two factors of rank `rank` of a rows x cols matrix. */
export function factorParameters(rows: number, cols: number, rank: number): number {
  return rank * (rows + cols);
}

/**
 * The largest rank whose two factors are smaller than the matrix: below m n / (m + n). 0 where no
 * factorisation makes it smaller (a side of 1).
 */
export function largestUsefulRank(rows: number, cols: number): number {
  return Math.ceil((rows * cols) / (rows + cols)) - 1;
}

/** Parameters after an action of that rank; `rank` at or above break-even means that the matrix stays. */
export function parametersAtRank(rows: number, cols: number, rank: number): number {
  return Math.min(rows * cols, factorParameters(rows, cols, rank));
}

/** What each rank of a factorised weight costs. */
export function oneRank(
  { rows, cols, elementBytes }: PlanWeight,
  unit: 'parameters' | 'bytes' | 'rank',
): number {
  return unit === 'rank'
    ? 1
    : factorParameters(rows, cols, 1) * (unit === 'bytes' ? elementBytes : 1);
}
