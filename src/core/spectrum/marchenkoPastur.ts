import { countAbove, medianOf } from './eigenvalues.ts';
import type { EntryBulk } from './entryCauses.ts';
import type { Figure, MarchenkoPasturFigures, SolvedSpectrum } from './figures.ts';
import { finite } from './finite.ts';
import { gaussianSpread } from './gaussianSpread.ts';
import { marchenkoPasturEdges, marchenkoPasturMedian } from './marchenkoPasturLaw.ts';
import { LOG_SCALE, predictedBelow } from './shuffleNull.ts';

/** 99th percentile of the Tracy-Widom law (beta = 1): how far a random matrix may exceed its bulk. */
const TRACY_WIDOM_99 = 2.02;
/** Of a prediction interval for the largest eigenvalue of a further shuffle. */
const SHUFFLE_PROBABILITY = 0.99;

/** A fit that could not be made, and why. */
export function failedMarchenkoPastur(reason: string): MarchenkoPasturFigures {
  return {
    status: 'failed',
    reason,
    sigma: null,
    bulkMin: null,
    bulkMax: null,
    edge: null,
    spikes: null,
    entrySpikes: null,
    softRank: null,
    boundary: false,
  };
}

/**
 * The Marchenko-Pastur bulk whose median is that of the eigenvalues, and what stands out of it.
 *
 * `sigma^2 = median(lambda) / (N mu)`, mu the median of the law of variance 1 (Gavish and Donoho 2014);
 * the edge for counting is the bulk's plus 2.02 times the scale of the Tracy-Widom fluctuation (Johnstone
 * 2001), so that a random matrix passes it once in a hundred. An eigenvalue above the edge is a spike
 * only if it also exceeds what the shuffles of the same entries can reach: their largest, and the 99 %
 * limit of a further one.
 *
 * The others come from the entries themselves (`entrySpikes`), but only where the shuffles pass an edge
 * made of their own medians: a layer with structure has a smaller median than its shuffles, and its own
 * edge lies inside their bulk.
 *
 * @param eigenvalues ascending
 * @param cut eigenvalues at or below it are rounding
 * @param shuffles ascending eigenvalues of each shuffle; may be empty
 */
export function fitMarchenkoPastur(
  eigenvalues: Float64Array,
  spectrum: SolvedSpectrum,
  cut: number,
  shuffles: readonly Float64Array[],
): MarchenkoPasturFigures {
  const median = medianOf(eigenvalues);
  const largest = eigenvalues.at(-1)!;
  if (!(median > cut))
    return failedMarchenkoPastur(
      'the median eigenvalue is not above the noise floor, so there is no bulk to fit',
    );
  const { scale, low, high, edge } = bulkOf(median, spectrum);
  const reach = shuffleReach(
    shuffles.map((each) => each.at(-1)!),
    spectrum,
  );
  const overEdge = countAbove(eigenvalues, edge);
  const spikes = Math.min(overEdge, countAbove(eigenvalues, Math.max(edge, reach)));
  const entryEdge = Math.max(edge, shuffleEdge(shuffles, spectrum));
  return {
    status: 'ok',
    reason: '',
    sigma: finite(Math.sqrt(scale / Math.max(spectrum.rows, spectrum.cols))),
    bulkMin: finite(scale * low),
    bulkMax: finite(scale * high),
    edge: finite(edge),
    spikes,
    entrySpikes:
      shuffles.length === 0 ? null : Math.max(0, countAbove(eigenvalues, entryEdge) - spikes),
    softRank: finite((scale * high) / largest),
    boundary: false,
  };
}

/**
 * How many eigenvalues are above the edge of the bulk whose median is theirs, with its Tracy-Widom
 * allowance. Null where the median is not above `cut`.
 *
 * @param eigenvalues ascending
 */
export function countOverBulk(
  eigenvalues: Float64Array,
  shape: Pick<SolvedSpectrum, 'rows' | 'cols'>,
  cut: number,
): Figure {
  const median = medianOf(eigenvalues);
  return median > cut ? countAbove(eigenvalues, bulkOf(median, shape).edge) : null;
}

/**
 * The bulk that the entries make in any order, by the medians of the shuffles, with the larger of its edge
 * and the layer's own. Null without shuffles, and where either median is not above `cut`.
 *
 * @param eigenvalues ascending, of the layer
 * @param shuffles ascending eigenvalues of each shuffle
 */
export function shuffleBulk(
  eigenvalues: Float64Array,
  shape: Pick<SolvedSpectrum, 'rows' | 'cols'>,
  cut: number,
  shuffles: readonly Float64Array[],
): EntryBulk | null {
  const medians = [eigenvalues, ...shuffles].map(medianOf);
  if (shuffles.length === 0 || medians.some((median) => !(median > cut))) return null;
  const [own, ...others] = medians.map((median) => bulkOf(median, shape));
  const mean = (of: (bulk: (typeof others)[number]) => number): number =>
    others.reduce((sum, bulk) => sum + of(bulk), 0) / others.length;
  return {
    variance: mean((bulk) => bulk.scale) / Math.max(shape.rows, shape.cols),
    edge: Math.max(
      own!.edge,
      mean((bulk) => bulk.edge),
    ),
  };
}

/** The bulk of that median: its scale, its edges per unit of scale, and the edge for counting. */
function bulkOf(
  median: number,
  { rows, cols }: Pick<SolvedSpectrum, 'rows' | 'cols'>,
): { readonly scale: number; readonly low: number; readonly high: number; readonly edge: number } {
  const smaller = Math.min(rows, cols);
  const ratio = smaller / Math.max(rows, cols);
  const scale = median / marchenkoPasturMedian(ratio);
  const { low, high } = marchenkoPasturEdges(ratio);
  const tracyWidom = Math.sqrt(ratio) * Math.pow(high, 2 / 3) * Math.pow(smaller, -2 / 3);
  return { scale, low, high, edge: scale * (high + TRACY_WIDOM_99 * tracyWidom) };
}

/** Above it, a shuffle stands out of its own bulk; infinite where on average they do not. */
function shuffleEdge(shuffles: readonly Float64Array[], spectrum: SolvedSpectrum): number {
  const edges = shuffles.map((each) => bulkOf(medianOf(each), spectrum).edge);
  const over = shuffles.filter((each, k) => each.at(-1)! > edges[k]!);
  const edge = edges.reduce((sum, each) => sum + each, 0) / edges.length;
  return over.length > shuffles.length / 2 ? edge : Infinity;
}

/** The largest eigenvalue that shuffles of the same entries can be expected to reach. */
function shuffleReach(largest: readonly number[], { rows, cols }: SolvedSpectrum): number {
  const positive = largest.filter((value) => value > 0);
  if (positive.length === 0) return 0;
  const spread = gaussianSpread('largestEigenvalue', rows, cols);
  const predicted = predictedBelow(positive, SHUFFLE_PROBABILITY, LOG_SCALE, spread);
  return Math.max(predicted, ...positive);
}
