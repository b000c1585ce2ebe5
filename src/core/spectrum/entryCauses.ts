import type { EntryProfile } from './entryProfile.ts';
import type { EntryCauses, SolvedSpectrum } from './figures.ts';

/** The random bulk that the entries make in any order. */
export interface EntryBulk {
  /** Variance of an entry, by the bulk alone. */
  readonly variance: number;
  /** An eigenvalue above it is out of the bulk. */
  readonly edge: number;
}

/** Chance that entries of one tail are taken for some that stand apart from it. */
const LEVEL = 5e-4;
/** More than so many are a tail of their own. */
const MOST_APART = 16;
/** Entries whose spacings say how the tail runs. */
const TAIL_ENTRIES = 24;

/**
 * Which eigenvalues out of the bulk come from single huge entries and from the mean of all entries, neither
 * of which depends on their order.
 *
 * An entry w in noise of variance v is a rank-one perturbation of size |w|: where w² > v √(mn) it makes an
 * eigenvalue (w² + v m)(w² + v n) / w² by itself (Benaych-Georges and Nadakuditi 2012), and so does the
 * mean, of size mean √(mn). Huge entries are those that do so above the edge and that stand apart from the
 * others: of a Pareto tail the scaled log-spacings k ln(w_k / w_(k+1)) are independent exponentials (Rényi
 * 1953), so that one of them over the mean of the 24 beneath it has the F distribution of 2 and 48 degrees;
 * lighter tails have smaller ones. Entries that are heavy-tailed as a whole have no such gap.
 */
export function entryCauses(
  { mean, largest }: EntryProfile,
  { rows, cols }: Pick<SolvedSpectrum, 'rows' | 'cols'>,
  bulk: EntryBulk,
): EntryCauses {
  const eigenvalueOf = (size: number): number => perturbed(size * size, rows, cols, bulk.variance);
  const apart = entriesApart(largest);
  let huge = 0;
  while (huge < apart && eigenvalueOf(largest[huge]!) > bulk.edge) huge++;
  const largestEntry = largest[0] ?? 0;
  const entryEigenvalue = eigenvalueOf(largestEntry);
  const meanEigenvalue = eigenvalueOf(Math.abs(mean) * Math.sqrt(rows * cols));
  return {
    edge: bulk.edge,
    typicalEntry: Math.sqrt(bulk.variance),
    hugeEntries: huge,
    largestEntry,
    entryEigenvalue: entryEigenvalue > bulk.edge ? entryEigenvalue : 0,
    mean,
    meanEigenvalue: meanEigenvalue > bulk.edge ? meanEigenvalue : 0,
  };
}

/** 0 where the perturbation makes none. */
function perturbed(square: number, rows: number, cols: number, variance: number): number {
  if (!(square > variance * Math.sqrt(rows * cols))) return 0;
  return ((square + variance * rows) * (square + variance * cols)) / square;
}

/** How many of the largest stand apart from the others; 0 where none do. */
function entriesApart(largest: Float64Array): number {
  const positive = largest.filter((size) => size > 0);
  const most = Math.min(MOST_APART, positive.length - 1 - TAIL_ENTRIES);
  let apart = 0;
  for (let k = 1; k <= most; k++) {
    let sum = 0;
    for (let j = k + 1; j <= k + TAIL_ENTRIES; j++) sum += spacing(positive, j);
    const own = spacing(positive, k);
    const chance = own === 0 ? 1 : Math.pow(1 + own / sum, -TAIL_ENTRIES);
    if (chance < LEVEL / MOST_APART) apart = k;
  }
  return apart;
}

/** `k ln(w_k / w_(k+1))`, k from 1. */
function spacing(descending: Float64Array, k: number): number {
  return k * Math.log(descending[k - 1]! / descending[k]!);
}
