/** How frequencies go on from line to line. */
export interface FrequencyOrder {
  readonly kind: 'linear' | 'geometric';
  /** Radians from one frequency to the next, or the ratio of neighbours (above 1). */
  readonly step: number;
}

/** Part of the steps that must be alike. */
const LEAST_ALIKE = 0.85;
/** Relative difference of steps that are alike. */
const ALIKE = 0.05;
/** Frequencies below that many radians over the whole line cannot be told from a ramp. */
const RESOLVED = 1.5;
const LEAST_STEPS = 6;
/** Lags: one line for each frequency, or its cosine and sine next to each other. */
const LAGS = [1, 2] as const;

/**
 * Whether frequencies, in the order of their lines, go on by equal steps (up, down, folded at 0 and pi, and
 * begun again where sines follow cosines) or by equal ratios; undefined where they do neither, or are all
 * the same.
 */
export function frequencyOrder(
  frequencies: readonly number[],
  length: number,
): FrequencyOrder | undefined {
  for (const lag of LAGS) {
    const steps = differences(frequencies, lag, (a, b) => Math.abs(a - b));
    // Of a line that is a quarter of a period long two frequencies cannot be told apart.
    const step = commonStep(steps, Math.PI / (4 * length), 0.02 * (Math.PI / length));
    if (step !== undefined) return { kind: 'linear', step };
  }
  const resolved = frequencies.filter((each) => each * length > RESOLVED);
  if (resolved.length < frequencies.length / 4) return undefined;
  for (const lag of LAGS) {
    const ratios = differences(resolved, lag, (a, b) => Math.abs(Math.log(a / b)));
    const step = commonStep(ratios, 1e-4, 1e-4);
    if (step !== undefined) return { kind: 'geometric', step: Math.exp(step) };
  }
  return undefined;
}

function differences(
  values: readonly number[],
  lag: number,
  of: (a: number, b: number) => number,
): readonly number[] {
  return values.slice(lag).map((value, k) => of(value, values[k]!));
}

/** The median step, where it is at least `least` and nearly all are like it. */
function commonStep(steps: readonly number[], least: number, error: number): number | undefined {
  if (steps.length < LEAST_STEPS) return undefined;
  const step = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  if (step < least) return undefined;
  const alike = steps.filter((each) => Math.abs(each - step) <= ALIKE * step + error);
  return alike.length >= LEAST_ALIKE * steps.length ? step : undefined;
}
