import { normalizedSpectrum, removedRanks } from '../spectrum/normalizedSpectrum.ts';

/** What WeLore does to one matrix at a threshold. */
export interface WeloreRank {
  readonly removed: number;
  readonly kept: number;
  /** Factorised; left dense where the share of removed ranks is not above the minimum ratio. */
  readonly lowRank: boolean;
  /** May exceed those of the dense matrix: WeLore counts ranks, not parameters. */
  readonly parameters: number;
}

/** A matrix and its spectrum. */
export interface RankedMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly singularValues: Float64Array;
}

/**
 * WeLore's rule as its code has it (adaptive rank reduction, `min_ratio` 0; fine-tuning, 0.4999). For
 * comparison only: below half of the full rank removed, two factors are larger than the matrix.
 */
export function weloreRank(
  { rows, cols, singularValues }: RankedMatrix,
  threshold: number,
  minRatio: number,
): WeloreRank {
  const full = singularValues.length;
  const removed = removedRanks(normalizedSpectrum(singularValues), threshold);
  const kept = full - removed;
  const lowRank = removed / full > minRatio;
  return { removed, kept, lowRank, parameters: lowRank ? kept * (rows + cols) : rows * cols };
}

/** Share of all ranks that a threshold removes. */
export function attemptedReduction(matrices: readonly RankedMatrix[], threshold: number): number {
  const removed = matrices.reduce(
    (total, { singularValues }) =>
      total + removedRanks(normalizedSpectrum(singularValues), threshold),
    0,
  );
  return removed / matrices.reduce((total, { singularValues }) => total + singularValues.length, 0);
}

/**
 * The smallest threshold that removes at least that share of all ranks, 0 < target < 1: the value next above
 * the one whose removal reaches it. Found among the normalised values themselves, so that no grid is too
 * coarse (WeLore's paper steps by 0.005; of power-law spectra the first step removes a quarter).
 */
export function weloreThreshold(matrices: readonly RankedMatrix[], target: number): number {
  const values = matrices
    .flatMap(({ singularValues }) => [...normalizedSpectrum(singularValues)])
    .sort((a, b) => a - b);
  const ranks = matrices.reduce((total, { singularValues }) => total + singularValues.length, 0);
  const needed = Math.ceil(target * ranks);
  const last = values[needed - 1];
  if (last === undefined || last >= 1)
    throw new RangeError(
      `No threshold removes ${target} of the ranks: each matrix keeps its largest.`,
    );
  return nextAbove(last);
}

/** The next representable number: strictly above, so that a strict comparison counts the value itself. */
function nextAbove(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}
