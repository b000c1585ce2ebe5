/** A power law over the tail of a sorted list. */
export interface PowerLawTail {
  /** Exponent of the density, above 1; Infinity where every value of the tail is equal. */
  readonly alpha: number;
  /** Kolmogorov-Smirnov distance to the tail's empirical distribution `k / n`. */
  readonly D: number;
  readonly xmin: number;
  /** Number of values from the chosen start to the end of the list. */
  readonly tail: number;
}

/** "n of 50 or more is a reasonable rule of thumb" for the exponent: Clauset, Shalizi and Newman 2009, 3.1. */
export const RELIABLE_TAIL = 50;

/** Above this many starts the search looks at chosen tail sizes: every one would be 10^8 exponentials. */
export const FULL_SEARCH_LIMIT = 15_000;
const COARSE_CANDIDATES = 256;

/**
 * The power law that fits best, over every possible start (Clauset, Shalizi and Newman 2009, as
 * WeightWatcher 0.7.5.5 has it): for each start i the maximum-likelihood exponent
 * `1 + n / sum ln(x_j / x_i)` and the distance `max_k |1 - (x_k / x_i)^(1 - alpha) - k / n|` with the
 * one-sided `k / n`; the first start of least distance wins.
 *
 * Above `fullSearchLimit` starts, 256 log-spaced tail sizes are tried and then at most 256 between the
 * neighbours of the best: D within 2 % of the full search.
 *
 * @param ascending positive values, ascending
 * @returns null where there are fewer than two values
 */
export function fitPowerLaw(
  ascending: Float64Array,
  fullSearchLimit = FULL_SEARCH_LIMIT,
): PowerLawTail | null {
  return fitPowerLawBetween(ascending, 0, ascending.length - 2, fullSearchLimit);
}

/**
 * The same over the starts from `first` to `last` (indices of the ascending list, inclusive).
 *
 * @returns null where there is no start between them
 */
export function fitPowerLawBetween(
  ascending: Float64Array,
  first: number,
  last: number,
  fullSearchLimit = FULL_SEARCH_LIMIT,
): PowerLawTail | null {
  const total = ascending.length;
  if (first < 0 || last < first) return null;
  const search = new TailSearch(ascending);
  if (last - first < fullSearchLimit) {
    for (let start = first; start <= last; start++) search.tryStart(start);
    return search.best();
  }
  const sizes = logSpacedSizes(total - first, total - last);
  let bestAt = 0;
  sizes.forEach((size, position) => {
    if (search.tryStart(total - size)) bestAt = position;
  });
  const longest = sizes[Math.max(0, bestAt - 1)]!;
  const shortest = sizes[Math.min(sizes.length - 1, bestAt + 1)]!;
  const step = Math.max(1, (longest - shortest) / COARSE_CANDIDATES);
  for (let size = longest; size >= shortest; size -= step)
    search.tryStart(total - Math.round(size));
  return search.best();
}

/** Distinct tail sizes from `longest` down to `shortest`, equally spaced in their logarithm. */
function logSpacedSizes(longest: number, shortest: number): readonly number[] {
  const sizes = new Set<number>();
  for (let k = 0; k < COARSE_CANDIDATES; k++)
    sizes.add(Math.round(longest * Math.pow(shortest / longest, k / (COARSE_CANDIDATES - 1))));
  return [...sizes];
}

/** Candidate starts compared one by one; a candidate is given up as soon as it cannot win. */
class TailSearch {
  readonly #values: Float64Array;
  readonly #logs: Float64Array;
  /** `sum over j >= i of ln(x_j / x_i)`, summed from the end so that no term cancels. */
  readonly #excess: Float64Array;
  #start = -1;
  #alpha = NaN;
  #distance = Infinity;
  /** Where, as a fraction of the tail, the last candidate was refuted: the next is often refuted there too. */
  #weakSpot = 0.5;

  constructor(ascending: Float64Array) {
    this.#values = ascending;
    this.#logs = ascending.map(Math.log);
    this.#excess = new Float64Array(ascending.length);
    for (let i = ascending.length - 2; i >= 0; i--) {
      const after = ascending.length - 1 - i;
      this.#excess[i] = this.#excess[i + 1]! + after * (this.#logs[i + 1]! - this.#logs[i]!);
    }
  }

  /** True if this start is the best so far. */
  tryStart(start: number): boolean {
    const n = this.#values.length - start;
    const alpha = 1 + n / this.#excess[start]!;
    const distance = this.#distanceBelow(start, n, alpha, this.#distance);
    if (!(distance < this.#distance)) return false;
    this.#start = start;
    this.#alpha = alpha;
    this.#distance = distance;
    return true;
  }

  best(): PowerLawTail {
    return {
      alpha: this.#alpha,
      D: this.#distance,
      xmin: this.#values[this.#start]!,
      tail: this.#values.length - this.#start,
    };
  }

  /** The distance of a candidate, or Infinity as soon as it is known to be at least `limit`. */
  #distanceBelow(start: number, n: number, alpha: number, limit: number): number {
    if (!(alpha > 1)) return 1 < limit ? 1 : Infinity;
    if (alpha === Infinity) return (n - 1) / n < limit ? (n - 1) / n : Infinity;
    const logs = this.#logs;
    const origin = logs[start]!;
    const slope = 1 - alpha;
    const gapAt = (k: number): number =>
      Math.abs(1 - Math.exp(slope * (logs[start + k]! - origin)) - k / n);
    if (gapAt(Math.min(n - 1, Math.floor(this.#weakSpot * n))) >= limit) return Infinity;
    let distance = 0;
    for (let k = 0; k < n; k++) {
      const gap = gapAt(k);
      if (gap <= distance) continue;
      distance = gap;
      if (distance >= limit) {
        this.#weakSpot = k / n;
        return Infinity;
      }
    }
    return distance;
  }
}

/** Distance of one given start, as {@link fitPowerLaw} measures it. */
export function powerLawFrom(ascending: Float64Array, start: number): PowerLawTail {
  const search = new TailSearch(ascending.subarray(start));
  search.tryStart(0);
  return search.best();
}
