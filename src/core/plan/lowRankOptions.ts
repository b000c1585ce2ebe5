import type { Option } from './options.ts';
import type { PlanWeight } from './planWeight.ts';
import { factorParameters, largestUsefulRank } from './rankCost.ts';
import { tailEnergies } from './tailEnergy.ts';

/** A rank, or the matrix as it is where `rank` is null. */
export interface RankOption extends Option {
  readonly rank: number | null;
}

/** How squared errors of different weights are weighed against each other. */
export type ErrorScale = 'relative' | 'absolute';

/**
 * Every rank that makes the weight smaller, in steps of `multiple`, then the matrix as it is; by rising cost
 * in parameters. The error is the squared tail of the singular values, over the squared norm of the matrix
 * where the scale is `relative`, times the weight's sensitivity. One option where the weight is refused.
 */
export function lowRankOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  multiple: number,
): readonly RankOption[] {
  const { rows, cols, parameters, sensitivity, refused } = weight;
  const dense: RankOption = { rank: null, cost: parameters, error: 0 };
  if (refused.lowrank !== '') return [dense];
  const tails = tailEnergies(weight.singularValues);
  const norm = scale === 'relative' ? tails[0]! : 1;
  const factor = norm > 0 ? sensitivity / norm : 0;
  const ranks: RankOption[] = [];
  for (let rank = multiple; rank <= largestUsefulRank(rows, cols); rank += multiple)
    ranks.push({
      rank,
      cost: factorParameters(rows, cols, rank),
      error: factor * tails[rank]!,
    });
  return [...ranks, dense];
}
