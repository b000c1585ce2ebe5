import { MOST_ALPHA } from '../spectrum/robustFigures.ts';
import type { ShuffleNull } from '../spectrum/figures.ts';
import type { SolvedInput } from './diagnose.ts';
import { counted, figureText, percentileText } from './figureText.ts';
import type { Finding } from './finding.ts';
import { RANK_PERCENTILE } from './rankFindings.ts';

/**
 * Percentile of a Hill alpha among the shuffles' below which the tail is heavier than theirs. Two alphas
 * are looked at, so that together they pass it once in two hundred fresh layers.
 */
const HEAVY_PERCENTILE = 0.25;
/** The same at the other end: above it, the tail is lighter than theirs. */
const LIGHT_PERCENTILE = 100 - HEAVY_PERCENTILE;
/** Between these percentiles a figure is where a further shuffle would be expected. */
const WITHIN = { from: 1, to: 99 } as const;

/** How the tail compares with that of shuffles of the same entries. Nothing without shuffles. */
export function tailFindings(input: SolvedInput): readonly Finding[] {
  const heavy = heavyTail(input);
  return [...heavy, ...(heavy.length > 0 ? [] : lightTail(input)), ...randomLike(input)];
}

/** By the upper half of the eigenvalues, or where that says nothing by the upper tenth. */
function heavyTail({ name, figures }: SolvedInput): readonly Finding[] {
  const { hill } = figures.fits;
  const { upperHill, upperHillAlpha } = figures.nulls;
  return (
    heavierTail(name, 'Hill alpha', hill.alpha, hill.null) ??
    heavierTail(name, 'Hill alpha of the upper tenth', upperHillAlpha, upperHill) ??
    []
  );
}

/**
 * By the same two alphas. Not where rank is lost beyond the shuffles': the alphas would be of different
 * numbers of eigenvalues.
 */
function lightTail({ name, figures }: SolvedInput): readonly Finding[] {
  const { hill } = figures.fits;
  const { upperHill, upperHillAlpha, matrixRank } = figures.nulls;
  if (matrixRank?.percentile != null && matrixRank.percentile < RANK_PERCENTILE) return [];
  return (
    lighterTail(name, 'Hill alpha', hill.alpha, hill.null) ??
    lighterTail(name, 'Hill alpha of the upper tenth', upperHillAlpha, upperHill) ??
    []
  );
}

function lighterTail(
  name: string,
  figure: string,
  alpha: number | null,
  shuffled: ShuffleNull | null,
): readonly Finding[] | undefined {
  if (shuffled?.mean == null || shuffled.percentile === null) return undefined;
  if (shuffled.percentile <= LIGHT_PERCENTILE) return undefined;
  return [
    {
      code: 'light-tail',
      severity: 'info',
      text: `${name} has a lighter tail than its shuffles: ${figure} ${alpha === null ? `over ${MOST_ALPHA}` : figureText(alpha)} against ${figureText(shuffled.mean)} (percentile ${percentileText(shuffled.percentile)} of ${counted(shuffled.shuffles, 'shuffle')}), so its large eigenvalues are more alike than chance makes them.`,
      evidence: {
        figure,
        ...(alpha === null ? {} : { alpha }),
        shuffleMean: shuffled.mean,
        ...(shuffled.sd === null ? {} : { shuffleSd: shuffled.sd }),
        percentile: shuffled.percentile,
        shuffles: shuffled.shuffles,
      },
    },
  ];
}

function heavierTail(
  name: string,
  figure: string,
  alpha: number | null,
  shuffled: ShuffleNull | null,
): readonly Finding[] | undefined {
  if (alpha === null || shuffled?.mean == null || shuffled.percentile === null) return undefined;
  if (shuffled.percentile >= HEAVY_PERCENTILE) return undefined;
  return [
    {
      code: 'heavy-tail',
      severity: 'info',
      text: `${name} has a heavier tail than its shuffles: ${figure} ${figureText(alpha)} against ${figureText(shuffled.mean)} (percentile ${percentileText(shuffled.percentile)} of ${counted(shuffled.shuffles, 'shuffle')}).`,
      evidence: {
        figure,
        alpha,
        shuffleMean: shuffled.mean,
        ...(shuffled.sd === null ? {} : { shuffleSd: shuffled.sd }),
        percentile: shuffled.percentile,
        shuffles: shuffled.shuffles,
      },
    },
  ];
}

function randomLike({ name, figures }: SolvedInput): readonly Finding[] {
  const { hill, marchenkoPastur } = figures.fits;
  const { effectiveRank, matrixRank } = figures.nulls;
  const inside = [hill.null, effectiveRank].every(isWithin);
  const noSpikes = marchenkoPastur.status === 'ok' && marchenkoPastur.spikes === 0;
  const noLoss = matrixRank?.percentile == null || matrixRank.percentile >= WITHIN.from;
  if (!inside || !noSpikes || !noLoss) return [];
  const hillPercentile = hill.null!.percentile!;
  const rankPercentile = effectiveRank!.percentile!;
  return [
    {
      code: 'random-like',
      severity: 'warning',
      text: `${name} is indistinguishable from random: no eigenvalue stands above its shuffles, and its Hill alpha ${figureText(hill.alpha ?? 0)} and effective rank ${figureText(figures.metrics.effectiveRank ?? 0)} are where those of shuffled entries are (percentiles ${percentileText(hillPercentile)} and ${percentileText(rankPercentile)}).`,
      evidence: {
        hillAlpha: hill.alpha ?? 0,
        hillPercentile,
        effectiveRank: figures.metrics.effectiveRank ?? 0,
        effectiveRankPercentile: rankPercentile,
        shuffles: hill.null!.shuffles,
      },
    },
  ];
}

function isWithin(shuffled: ShuffleNull | null): boolean {
  if (shuffled?.percentile == null) return false;
  return shuffled.percentile >= WITHIN.from && shuffled.percentile <= WITHIN.to;
}
