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

/** The same of a weight, where it also has to make the file smaller with the nodes and names that are added. */
export function usefulRank({ rows, cols, bytes, elementBytes, added }: PlanWeight): number {
  const room = bytes - (added?.lowrank ?? 0);
  const saving = Math.ceil(room / (elementBytes * (rows + cols))) - 1;
  return Math.max(0, Math.min(largestUsefulRank(rows, cols), saving));
}

/** Parameters after an action of that rank; `rank` at or above break-even means that the matrix stays. */
export function parametersAtRank(rows: number, cols: number, rank: number): number {
  return Math.min(rows * cols, factorParameters(rows, cols, rank));
}

/** What a factorised weight costs beside its ranks. */
export function beforeRanks({ added }: PlanWeight, unit: 'parameters' | 'bytes' | 'rank'): number {
  return unit === 'bytes' ? (added?.lowrank ?? 0) : 0;
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
