import type { Figure, PowerLawCurve } from './figures.ts';
import { powerLawFrom } from './powerLaw.ts';

/** Points of a curve at most: more than a chart has room to tell apart, and a small share of a report. */
const MOST_POINTS = 64;
/** A point is drawn, not computed with: more digits would only make the report longer. */
const DIGITS = 5;

/** Where there is no power law to draw. */
export const NO_CURVE: PowerLawCurve = { tail: [], xmin: [], alpha: [], D: [] };

/**
 * How the power law depends on where its tail begins: exponent and Kolmogorov-Smirnov distance
 * (Clauset, Shalizi and Newman 2009, figure 3.3) for every start, or for 64 tail sizes that are equally
 * spaced in their logarithm, the chosen one among them. From the longest tail to that of two values, to
 * 5 significant digits.
 *
 * @param ascending positive values, ascending: those that the fit was made of
 * @param chosenTail number of values of the fit's own tail
 * @param mostAlpha an exponent above it is null
 */
export function powerLawCurve(
  ascending: Float64Array,
  chosenTail: number,
  mostAlpha: number,
): PowerLawCurve {
  if (ascending.length < 2) return NO_CURVE;
  const tail = tailSizes(ascending.length, chosenTail);
  const fits = tail.map((size) => powerLawFrom(ascending, ascending.length - size));
  return {
    tail,
    xmin: fits.map(({ xmin }) => rounded(xmin)),
    alpha: fits.map(({ alpha }): Figure => (alpha <= mostAlpha ? rounded(alpha) : null)),
    D: fits.map(({ D }) => rounded(D)),
  };
}

/** From `longest` down to 2, all of them where they are few. */
function tailSizes(longest: number, chosen: number): number[] {
  const count = Math.min(longest - 1, MOST_POINTS - 1);
  const spaced = Array.from({ length: count }, (_, k) =>
    longest - 1 <= MOST_POINTS
      ? longest - k
      : Math.round(longest * Math.pow(2 / longest, k / (count - 1))),
  );
  return [...new Set([...spaced, 2, chosen])].sort((a, b) => b - a);
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
