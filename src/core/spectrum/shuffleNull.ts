import type { ShuffleNull } from './figures.ts';
import { studentBelow, studentQuantile } from './studentT.ts';

/** The scale on which a figure of shuffles is nearest to normal, and how it stretches there. */
export interface NullScale {
  readonly to: (value: number) => number;
  readonly from: (scaled: number) => number;
  /** Natural units per unit of the scale, at a value: turns a spread on the scale into one of the figure. */
  readonly stretch: (value: number) => number;
  /** No spread on this scale is believed to be less: that of the rounding of a count, or of the solver. */
  readonly leastSpread: number;
}

/** Relative differences below this are the solver's, not the matrix's. */
const SOLVER_NOISE = 1e-9;

/** Exponents above 1. */
export const EXPONENT_SCALE: NullScale = {
  to: (alpha) => Math.log(alpha - 1),
  from: (scaled) => 1 + Math.exp(scaled),
  stretch: (alpha) => alpha - 1,
  leastSpread: SOLVER_NOISE,
};

/** Positive figures: distances, effective ranks, eigenvalues. */
export const LOG_SCALE: NullScale = {
  to: Math.log,
  from: Math.exp,
  stretch: (value) => value,
  leastSpread: SOLVER_NOISE,
};

/** Whole numbers: the spread of what rounding to a whole number leaves open. */
export const COUNT_SCALE: NullScale = {
  to: (count) => count,
  from: (count) => count,
  stretch: () => 1,
  leastSpread: Math.sqrt(1 / 12),
};

/**
 * Where a figure stands among the same figure of seeded shuffles of the entries.
 *
 * The percentile is that of a prediction interval: a further shuffle would differ from the mean of the R
 * seen by `t sd sqrt(1 + 1/R)`, t of Student's distribution with R - 1 degrees of freedom. So it can
 * resolve less than one part in R. One shuffle has no spread: that of a Gaussian matrix of the same shape
 * (`singleSpread`, on the scale) stands in for it, with the normal distribution.
 *
 * @param values the figure of each shuffle; those that are null or have no place on the scale are left out
 * @returns null where no shuffle has the figure; percentile null where the layer has not
 */
export function shuffleNull(
  value: number | null,
  values: readonly (number | null)[],
  scale: NullScale,
  singleSpread: number,
): ShuffleNull | null {
  const usable = values.filter((each) => each !== null && Number.isFinite(scale.to(each)));
  const numbers = usable as readonly number[];
  const shuffles = numbers.length;
  if (shuffles === 0) return null;
  const mean = meanOf(numbers);
  const { center, spread, freedom } = predictionOf(numbers.map(scale.to), scale, singleSpread);
  const sd = shuffles === 1 ? singleSpread * scale.stretch(mean) : deviationOf(numbers);
  if (value === null || !Number.isFinite(scale.to(value)))
    return { shuffles, mean, sd, percentile: null };
  const percentile = 100 * studentBelow((scale.to(value) - center) / spread, freedom);
  return { shuffles, mean, sd, percentile };
}

/**
 * The same of a figure of many pieces together, from the figures of single pieces of shuffles: of the
 * exponent of all windows of a layer, from those of single windows.
 *
 * @param together the figure of all pieces of the shuffles together
 * @param varianceShare variance of the layer's figure over that of a single piece
 */
export function piecewiseNull(
  value: number | null,
  together: number | null,
  pieces: readonly (number | null)[],
  scale: NullScale,
  varianceShare: number,
): ShuffleNull | null {
  const scaled = pieces.flatMap((each) => (each === null ? [] : [scale.to(each)]));
  const usable = scaled.filter(Number.isFinite);
  const shuffles = usable.length;
  if (shuffles < 2 || together === null || !Number.isFinite(scale.to(together))) return null;
  const deviation = Math.max(deviationOf(usable), scale.leastSpread);
  const sd = deviation * Math.sqrt(varianceShare) * scale.stretch(together);
  const found = { shuffles, mean: together, sd };
  if (value === null || !Number.isFinite(scale.to(value))) return { ...found, percentile: null };
  const spread = deviation * Math.sqrt(varianceShare + 1 / shuffles);
  const distance = (scale.to(value) - scale.to(together)) / spread;
  return { ...found, percentile: 100 * studentBelow(distance, shuffles - 1) };
}

/**
 * The value that a further shuffle stays below with that probability, as {@link shuffleNull} measures it.
 * `values` must not be empty.
 */
export function predictedBelow(
  values: readonly number[],
  probability: number,
  scale: NullScale,
  singleSpread: number,
): number {
  const { center, spread, freedom } = predictionOf(values.map(scale.to), scale, singleSpread);
  return scale.from(center + studentQuantile(probability, freedom) * spread);
}

function predictionOf(
  scaled: readonly number[],
  scale: NullScale,
  singleSpread: number,
): { readonly center: number; readonly spread: number; readonly freedom: number } {
  const count = scaled.length;
  const deviation = count === 1 ? singleSpread : deviationOf(scaled);
  return {
    center: meanOf(scaled),
    spread: Math.max(deviation, scale.leastSpread) * Math.sqrt(1 + 1 / count),
    freedom: count === 1 ? Infinity : count - 1,
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, of at least two values. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
