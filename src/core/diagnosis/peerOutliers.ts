import { studentQuantile } from '../spectrum/studentT.ts';

/** A value out of line with the others. */
export interface PeerOutlier {
  readonly index: number;
  /** Mean of the values that are in line. */
  readonly center: number;
  /** End, on the outlier's side, of the interval in which all of such a family would be expected. */
  readonly limit: number;
  /** How many values it was compared with. */
  readonly peers: number;
}

export interface OutlierTest {
  /** Chance that any value of a family in line is called an outlier. */
  readonly level: number;
  readonly side: 'low' | 'both';
  /**
   * Degrees of freedom of the Student distribution whose tails the values may have; infinite where they are
   * normal.
   */
  readonly tails: number;
}

/** Fewer values do not show their own spread. */
export const LEAST_FAMILY = 6;
/** What a quarter of a family shares is another habit, not an outlier. */
const HABIT_PART = 0.25;
/** Relative differences below this are the solver's. */
const SOLVER_NOISE = 1e-9;

/**
 * Values that the distribution of the others would not produce: the generalized extreme Studentized
 * deviate test (Rosner 1983). Each step leaves out the value farthest from the mean of those left and
 * compares its deviation with the critical one for so many values, so that an outlier neither hides itself
 * nor another; the level holds for the family as a whole, however many values it has. Nothing of fewer
 * than {@link LEAST_FAMILY} values.
 *
 * @param values on a scale on which they are about normal
 */
export function peerOutliers(values: readonly number[], test: OutlierTest): readonly PeerOutlier[] {
  if (values.length < LEAST_FAMILY) return [];
  const left = new Set(values.keys());
  const removed: number[] = [];
  let outliers = 0;
  const most = Math.max(1, Math.ceil(values.length * HABIT_PART) - 1);
  while (removed.length < most) {
    const { mean, sd } = momentsOf([...left].map((index) => values[index]!));
    const farthest = farthestOf(left, (index) => deviation(values[index]! - mean, test.side));
    const distance = deviation(values[farthest]! - mean, test.side);
    const critical = criticalDeviate(left.size, test);
    left.delete(farthest);
    removed.push(farthest);
    if (distance > critical * sd) outliers = removed.length;
  }
  const inLine = values.filter((_, index) => !removed.slice(0, outliers).includes(index));
  const { mean, sd } = momentsOf(inLine);
  const reach =
    quantileOf(inLine.length + 1, inLine.length - 1, test) * sd * Math.sqrt(1 + 1 / inLine.length);
  return removed.slice(0, outliers).map((index) => ({
    index,
    center: mean,
    limit: values[index]! < mean ? mean - reach : mean + reach,
    peers: inLine.length,
  }));
}

function deviation(difference: number, side: OutlierTest['side']): number {
  return side === 'low' ? -difference : Math.abs(difference);
}

function farthestOf(left: ReadonlySet<number>, distance: (index: number) => number): number {
  return [...left].reduce((best, index) => (distance(index) > distance(best) ? index : best));
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.max(Math.sqrt(squares / (values.length - 1)), SOLVER_NOISE) };
}

/** Of the largest of `count` deviates in units of their own standard deviation. */
function criticalDeviate(count: number, test: OutlierTest): number {
  const t = quantileOf(count, count - 2, test);
  return ((count - 1) * t) / Math.sqrt((count - 2 + t * t) * count);
}

/** Student's t that the largest of `count` stays below but for the level. */
function quantileOf(count: number, freedom: number, { level, side, tails }: OutlierTest): number {
  return studentQuantile(1 - level / (count * (side === 'both' ? 2 : 1)), Math.min(freedom, tails));
}
