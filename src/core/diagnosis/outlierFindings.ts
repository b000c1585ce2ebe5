import type { EntryCauses } from '../spectrum/figures.ts';
import type { SolvedInput } from './diagnose.ts';
import { counted, figureText, percentileText } from './figureText.ts';
import type { Finding } from './finding.ts';

/** Of the largest eigenvalue among the shuffles' above which the arrangement of the entries makes it. */
const ARRANGED_PERCENTILE = 99.75;
/** One direction dominates where it holds more of the squared norm than all the others together. */
const MAJORITY = 0.5;

/** Eigenvalues that stand out of the random bulk, by what makes them. Nothing without shuffles. */
export function outlierFindings(input: SolvedInput): readonly Finding[] {
  return [...anisotropic(input), ...outlierTrap(input), ...heavyTailedEntries(input)];
}

/**
 * One direction stands for the layer: it holds most of the squared norm (a stable rank below 2) through the
 * arrangement of the entries, or the largest eigenvalue is mostly that of their mean, the direction common
 * to all rows (Mu and Viswanath 2018). What single huge entries make is an outlier trap.
 */
function anisotropic(input: SolvedInput): readonly Finding[] {
  const { name, figures } = input;
  const { spectralNorm, norm, stableRank } = figures.metrics;
  const shuffled = figures.nulls.largestEigenvalue;
  if (spectralNorm === null || norm === null || stableRank === null || shuffled?.mean == null)
    return [];
  const { mean = 0, meanEigenvalue = 0, edge = 0 } = figures.causes ?? {};
  const share = spectralNorm / norm;
  const percentile = shuffled.percentile ?? 0;
  const byMean = meanEigenvalue > MAJORITY * spectralNorm;
  const dominates = share > MAJORITY && (byMean || percentile > ARRANGED_PERCENTILE);
  if (!byMean && !dominates) return [];
  const much = dominates
    ? `strongly anisotropic: one direction holds ${partText(share)} of its squared norm, more than all the others together (stable rank ${figureText(stableRank)})`
    : `anisotropic: one direction holds ${partText(share)} of its squared norm, ${figureText(spectralNorm / edge)} times what the random bulk ends at`;
  const cause = byMean
    ? `the mean of the entries, ${figureText(mean)}, makes most of it`
    : `in its shuffles one direction holds ${partText(shuffled.mean / norm)} (percentile ${percentileText(percentile)})`;
  return [
    {
      code: 'anisotropic',
      severity: dominates ? 'warning' : 'info',
      text: `${name} is ${much}; ${cause}.`,
      evidence: {
        share,
        stableRank,
        largestEigenvalue: spectralNorm,
        shuffleLargest: shuffled.mean,
        percentile,
        shuffles: shuffled.shuffles,
        mean,
        meanEigenvalue,
      },
    },
  ];
}

function partText(part: number): string {
  return `${figureText(100 * part)} %`;
}

/**
 * Eigenvalues that single entries make: the "correlation trap" of WeightWatcher, traced to its entries.
 * Either a few stand apart from all others, each with an eigenvalue of its own; or the largest entry, be it
 * the end of a heavy tail, is most of the layer's largest eigenvalue (the square of any entry is a lower
 * bound of it; Auffinger, Ben Arous and Peche 2009).
 */
function outlierTrap(input: SolvedInput): readonly Finding[] {
  const { causes, metrics } = input.figures;
  if (!causes || causes.entryEigenvalue === 0) return [];
  const { hugeEntries, largestEntry, typicalEntry, entryEigenvalue, edge } = causes;
  const largestEigenvalue = metrics.spectralNorm ?? Infinity;
  const leads = largestEigenvalue > edge && largestEntry ** 2 > MAJORITY * largestEigenvalue;
  if (hugeEntries === 0 && !leads) return [];
  return [
    {
      code: 'outlier-trap',
      severity: 'warning',
      text: trapText(input.name, causes, leads ? largestEigenvalue : undefined),
      evidence: {
        hugeEntries,
        largestEntry,
        typicalEntry,
        entryEigenvalue,
        edge,
        ...(metrics.spectralNorm === null ? {} : { largestEigenvalue }),
      },
    },
  ];
}

function trapText(name: string, causes: EntryCauses, leading: number | undefined): string {
  const { hugeEntries, largestEntry, typicalEntry, entryEigenvalue, edge } = causes;
  const size = `${figureText(largestEntry)} in size, ${figureText(largestEntry / typicalEntry)} times the standard deviation of the bulk`;
  const bulk = `out of the random bulk that ends at ${figureText(edge)}`;
  const last = leading === undefined ? '' : `; its largest is ${figureText(leading)}`;
  if (hugeEntries > 1)
    return `${name} has ${hugeEntries} weights far above all others (the largest ${size}) that make an eigenvalue each, up to ${figureText(entryEigenvalue)}, ${bulk}${last}: single weights, not structure.`;
  if (hugeEntries === 1)
    return `${name} has one weight far above all others (${size}) that makes an eigenvalue of ${figureText(entryEigenvalue)} by itself, ${bulk}${last}: a single weight, not structure.`;
  return `The largest eigenvalue of ${name}, ${figureText(leading ?? 0)}, is made by one weight (${size}), ${bulk}: a single weight, not structure.`;
}

/**
 * Eigenvalues out of the bulk that the shuffles have as well, without those of huge single entries and of
 * the mean: the entries as a whole are heavy-tailed.
 */
function heavyTailedEntries({ name, figures }: SolvedInput): readonly Finding[] {
  const { entrySpikes } = figures.fits.marchenkoPastur;
  const shuffled = figures.nulls.largestEigenvalue;
  if (entrySpikes === null || shuffled?.mean == null) return [];
  const told = toldApart(figures.causes);
  const left = entrySpikes - told;
  if (left <= 0) return [];
  const largest = figures.metrics.spectralNorm ?? 0;
  const cause = figures.causes
    ? 'the entries as a whole have a heavier tail than normal ones'
    : 'single large weights or a mean that is not zero';
  return [
    {
      code: 'heavy-tailed-entries',
      severity: 'info',
      text: `${name} has ${counted(left, 'eigenvalue')} out of the random bulk that its shuffles have too (largest ${figureText(largest)}, of the shuffles ${figureText(shuffled.mean)}): ${cause}, not structure.`,
      evidence: {
        entrySpikes: left,
        largestEigenvalue: largest,
        shuffleLargest: shuffled.mean,
        shuffles: shuffled.shuffles,
      },
    },
  ];
}

/** Eigenvalues of huge single entries, and the one of the mean. */
function toldApart(causes: EntryCauses | null): number {
  return causes ? causes.hugeEntries + (causes.meanEigenvalue > 0 ? 1 : 0) : 0;
}
