import type { SolvedInput } from './diagnose.ts';
import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';

/**
 * Percentile of the rank among the shuffles' below which the loss is the arrangement's, not the
 * storage type's.
 */
export const RANK_PERCENTILE = 0.5;
/** A matrix that uses at most this part of its smaller side is collapsed whatever its shuffles do. */
const COLLAPSED_PART = 0.5;
/** Of its smaller side: less than that lost is said, and is no warning. */
const SMALL_LOSS = 0.1;

/** Rank lost beyond the noise floor, and beyond what shuffles of the same entries lose. */
export function rankFindings({
  name,
  figures,
  rows,
  cols,
  mode,
  dtype,
}: SolvedInput): readonly Finding[] {
  const { matrixRank: rank, numEvals, noiseFloor, effectiveRank } = figures.metrics;
  if (rank === null || numEvals === null) return [];
  const shuffled = figures.nulls.matrixRank;
  const belowShuffles =
    shuffled !== null && shuffled.percentile !== null && shuffled.percentile < RANK_PERCENTILE;
  if (!belowShuffles && rank > COLLAPSED_PART * numEvals) return [];
  const floor =
    mode === 'robust' && noiseFloor !== null
      ? `its other singular values are within the rounding of ${dtype} (${figureText(noiseFloor)})`
      : 'its other singular values are zero to float64 precision';
  const comparison =
    shuffled?.mean == null
      ? ''
      : `; shuffles of the same entries keep ${figureText(shuffled.mean)}`;
  const small = numEvals - rank < SMALL_LOSS * numEvals;
  return [
    {
      code: 'rank-collapse',
      severity: small ? 'info' : 'warning',
      text: `${name} ${small ? 'has lost rank' : 'is rank-collapsed'}: rank ${rank} of ${numEvals} (${rows} x ${cols}), ${floor}${comparison}.`,
      evidence: {
        rank,
        fullRank: numEvals,
        ...(effectiveRank === null ? {} : { effectiveRank }),
        ...(noiseFloor === null ? {} : { noiseFloor }),
        ...(shuffled?.mean == null
          ? {}
          : { shuffleRank: shuffled.mean, shuffles: shuffled.shuffles }),
        ...(shuffled?.percentile == null ? {} : { percentile: shuffled.percentile }),
      },
    },
  ];
}
