export interface Minimum {
  readonly at: number;
  readonly value: number;
}

const RELATIVE_STEP = 0.05;
const ZERO_STEP = 0.00025;
const TOLERANCE = 1e-4;
const MOST_STEPS = 200;

/**
 * Minimum of a function of one variable by the simplex method (Nelder and Mead 1965), a simplex of two
 * points, with the coefficients, first step and tolerances of scipy.optimize.fmin 1.10: WeightWatcher's
 * figures are where that procedure stops, not where the minimum is.
 */
export function simplexMinimum(cost: (x: number) => number, start: number): Minimum {
  const other = start === 0 ? ZERO_STEP : start * (1 + RELATIVE_STEP);
  let best = { at: start, value: cost(start) };
  let worst = { at: other, value: cost(other) };
  let calls = 2;
  const tried = (at: number): Minimum => {
    calls++;
    return { at, value: cost(at) };
  };
  if (worst.value < best.value) [best, worst] = [worst, best];
  for (let step = 1; step < MOST_STEPS && calls < MOST_STEPS; step++) {
    if (
      Math.abs(worst.at - best.at) <= TOLERANCE &&
      Math.abs(worst.value - best.value) <= TOLERANCE
    )
      break;
    worst = replacement(best, worst, tried);
    if (worst.value < best.value) [best, worst] = [worst, best];
  }
  return best;
}

/** The point that takes the place of the worse of the two. */
function replacement(best: Minimum, worst: Minimum, tried: (at: number) => Minimum): Minimum {
  const reflected = tried(2 * best.at - worst.at);
  if (reflected.value < best.value) {
    const expanded = tried(3 * best.at - 2 * worst.at);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < worst.value) {
    const outside = tried(1.5 * best.at - 0.5 * worst.at);
    if (outside.value <= reflected.value) return outside;
  } else {
    const inside = tried(0.5 * best.at + 0.5 * worst.at);
    if (inside.value < worst.value) return inside;
  }
  return tried(best.at + 0.5 * (worst.at - best.at));
}
