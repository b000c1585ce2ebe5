import { MOST_ALPHA } from '../spectrum/robustFigures.ts';
import type { ShuffleNull } from '../spectrum/figures.ts';
import type { SolvedInput } from './diagnose.ts';
import { figureText, percentileText } from './figureText.ts';
import type { Finding } from './finding.ts';

/**
 * Percentile among the shuffles' above which a distance says that the tail is no power law at all, and an
 * alpha that the eigenvalues are closer to each other than chance puts them.
 */
const DOUBTFUL_PERCENTILE = 99.5;

/** Fits that could not be made, and fits whose figures should not be believed. */
export function fitFindings(input: SolvedInput): readonly Finding[] {
  return [...failedFits(input), ...doubtfulFits(input)];
}

function failedFits({ name, figures }: SolvedInput): readonly Finding[] {
  const { powerLaw, marchenkoPastur } = figures.fits;
  const failed = [
    ...(powerLaw.status === 'failed' ? [`power law, ${powerLaw.reason}`] : []),
    ...(marchenkoPastur.status === 'failed' ? [`Marchenko-Pastur, ${marchenkoPastur.reason}`] : []),
  ];
  if (failed.length === 0) return [];
  const { numEvals, matrixRank } = figures.metrics;
  return [
    {
      code: 'fit-failed',
      severity: 'warning',
      text: `The fit failed on ${name}: ${failed.join('; ')}.`,
      evidence: {
        powerLaw: powerLaw.status,
        marchenkoPastur: marchenkoPastur.status,
        ...(numEvals === null ? {} : { eigenvalues: numEvals }),
        ...(matrixRank === null ? {} : { rank: matrixRank }),
      },
    },
  ];
}

function doubtfulFits(input: SolvedInput): readonly Finding[] {
  const doubts = [...hiddenAlpha(input), ...poorFit(input), ...boundaryFit(input)];
  if (doubts.length === 0) return [];
  return [
    {
      code: 'fit-untrustworthy',
      severity: 'info',
      text: `The fit on ${input.name} should not be trusted: ${doubts.map(({ text }) => text).join('; ')}.`,
      evidence: Object.assign({}, ...doubts.map(({ evidence }) => evidence)) as Finding['evidence'],
    },
  ];
}

type Doubt = Pick<Finding, 'text' | 'evidence'>;

/**
 * Alpha infinite or so large that it says only that the eigenvalues are nearly equal. Where the shuffles'
 * is as large (few rows against many columns), it is the shape's doing: not shown, and no finding.
 */
function hiddenAlpha({ figures, mode }: SolvedInput): readonly Doubt[] {
  const { powerLaw, hill } = figures.fits;
  if (powerLaw.status === 'failed') return [];
  const { alpha, tail } = powerLaw;
  if (mode === 'compat')
    return alpha !== null && alpha > MOST_ALPHA
      ? [
          {
            text: `alpha ${figureText(alpha)} says only that the ${tail ?? 0} eigenvalues of its tail are nearly equal`,
            evidence: { alpha, tail: tail ?? 0 },
          },
        ]
      : [];
  if (alpha === null && isBeyondShuffles(powerLaw.null))
    return [{ text: powerLaw.reason, evidence: { tail: tail ?? 0 } }];
  if (hill.alpha !== null || hill.tail === null || !isBeyondShuffles(hill.null)) return [];
  return [
    {
      text: `the ${hill.tail} eigenvalues of the upper half are equal or nearly so, and the Hill alpha is infinite or over ${MOST_ALPHA}`,
      evidence: { hillTail: hill.tail },
    },
  ];
}

function isBeyondShuffles(shuffled: ShuffleNull | null): boolean {
  return shuffled?.percentile == null || shuffled.percentile > DOUBTFUL_PERCENTILE;
}

/** A power law that fits worse than it fits the shuffles, which have none. */
function poorFit({ figures }: SolvedInput): readonly Doubt[] {
  const { D, distancePercentile, tail } = figures.fits.powerLaw;
  if (D === null || distancePercentile === null || distancePercentile < DOUBTFUL_PERCENTILE)
    return [];
  return [
    {
      text: `its distance ${figureText(D)} is greater than that of fits to its shuffles (percentile ${percentileText(distancePercentile)}), so its tail of ${tail ?? 0} is no power law`,
      evidence: { D, distancePercentile, tail: tail ?? 0 },
    },
  ];
}

/** The reference's Marchenko-Pastur fit, where it ran into the end of its grid without saying so. */
function boundaryFit({ figures }: SolvedInput): readonly Doubt[] {
  const { boundary, softRank } = figures.fits.marchenkoPastur;
  if (!boundary) return [];
  return [
    {
      text: `its Marchenko-Pastur fit stopped at the lower end of its search grid (soft rank ${figureText(softRank ?? 0)})`,
      evidence: { softRank: softRank ?? 0 },
    },
  ];
}
