/** `x[n] = window[n] (a cos(frequency n) + b sin(frequency n))`. */
export interface SinusoidFit {
  /** Radians a step, 0 to pi. */
  readonly frequency: number;
  readonly a: number;
  readonly b: number;
  /** Norm of what the fit leaves, over the norm of the line. */
  readonly residual: number;
}

/** Frequencies tried on both sides of the first one, in quarters of a Fourier bin. */
const TRIED = 8;
const NEWTON_STEPS = 4;

/** Below this part of its largest value a window leaves nothing to divide by. */
const LEAST_WINDOW = 0.05;

/**
 * How far a line is from the recurrence `y[n-1] + y[n+1] = 2 cos(frequency) y[n]` of a sinusoid, y the line
 * over its window: residual and squares, and the frequency of least squares. 1 or so for noise.
 */
export function recurrence(
  line: Float64Array,
  window: Float64Array,
): { readonly residual: number; readonly frequency: number } {
  let most = 0;
  for (const value of window) most = Math.max(most, value);
  const least = LEAST_WINDOW * most;
  let yy = 0;
  let sy = 0;
  let ss = 0;
  let sides = 0;
  for (let n = 1; n + 1 < line.length; n++) {
    const w0 = window[n - 1]!;
    const w1 = window[n]!;
    const w2 = window[n + 1]!;
    if (w0 < least || w1 < least || w2 < least) continue;
    const before = line[n - 1]! / w0;
    const y = line[n]! / w1;
    const after = line[n + 1]! / w2;
    const sum = before + after;
    yy += y * y;
    sy += sum * y;
    ss += sum * sum;
    sides += before * before + after * after;
  }
  if (yy === 0 || sides === 0) return { residual: 1, frequency: 0 };
  const twice = sy / yy;
  return {
    residual: Math.max(0, ss - twice * sy) / sides,
    frequency: Math.acos(Math.max(-1, Math.min(1, twice / 2))),
  };
}

/**
 * The sinusoid under a window that is nearest to a line, from a first guess of its frequency: the best of a
 * grid around it, then Gauss-Newton steps on amplitude, phase and frequency.
 */
export function sinusoidFit(line: Float64Array, window: Float64Array, guess: number): SinusoidFit {
  const step = Math.PI / (2 * line.length);
  let best = amplitudes(line, window, guess);
  for (let k = -TRIED; k <= TRIED; k++) {
    const frequency = Math.round(guess / step + k) * step;
    if (frequency < 0 || frequency > Math.PI) continue;
    const fit = amplitudes(line, window, frequency);
    if (fit.residual < best.residual) best = fit;
  }
  for (let k = 0; k < NEWTON_STEPS; k++) {
    const frequency = best.frequency + frequencyStep(line, window, best);
    if (!(frequency >= 0 && frequency <= Math.PI)) break;
    const fit = amplitudes(line, window, frequency);
    if (!(fit.residual < best.residual)) break;
    best = fit;
  }
  return best;
}

/** Least squares for a and b at a given frequency. */
function amplitudes(line: Float64Array, window: Float64Array, frequency: number): SinusoidFit {
  let [cc, cs, ss, cx, sx, xx] = [0, 0, 0, 0, 0, 0];
  const [turnC, turnS] = [Math.cos(frequency), Math.sin(frequency)];
  // One complex rotation a step: its error grows as n units of float64 rounding.
  for (let n = 0, re = 1, im = 0; n < line.length; n++) {
    const c = window[n]! * re;
    const s = window[n]! * im;
    const x = line[n]!;
    [re, im] = [re * turnC - im * turnS, re * turnS + im * turnC];
    cc += c * c;
    cs += c * s;
    ss += s * s;
    cx += c * x;
    sx += s * x;
    xx += x * x;
  }
  const determinant = cc * ss - cs * cs;
  // At frequency 0 and pi there is no sine.
  const isSingular = determinant <= 1e-12 * (cc + ss) ** 2;
  const a = isSingular ? (cc > 0 ? cx / cc : 0) : (cx * ss - sx * cs) / determinant;
  const b = isSingular ? 0 : (sx * cc - cx * cs) / determinant;
  let left = 0;
  for (let n = 0, re = 1, im = 0; n < line.length; n++) {
    left += (line[n]! - window[n]! * (a * re + b * im)) ** 2;
    [re, im] = [re * turnC - im * turnS, re * turnS + im * turnC];
  }
  return { frequency, a, b, residual: Math.sqrt(left / xx) };
}

/** The change of frequency that least squares of the linearised model asks for, a and b free. */
function frequencyStep(line: Float64Array, window: Float64Array, fit: SinusoidFit): number {
  const { frequency, a, b } = fit;
  const normal = new Float64Array(9);
  const right = new Float64Array(3);
  const basis = new Float64Array(3);
  for (let n = 0; n < line.length; n++) {
    const w = window[n]!;
    const [c, s] = [w * Math.cos(frequency * n), w * Math.sin(frequency * n)];
    basis[0] = c;
    basis[1] = s;
    basis[2] = n * (b * c - a * s);
    const left = line[n]! - (a * c + b * s);
    for (let i = 0; i < 3; i++) {
      right[i]! += basis[i]! * left;
      for (let j = 0; j < 3; j++) normal[3 * i + j]! += basis[i]! * basis[j]!;
    }
  }
  // The third unknown after a and b are eliminated.
  const [cc, cs, cd, , ss, sd, , , dd] = normal as unknown as number[];
  const determinant = cc! * ss! - cs! * cs!;
  if (!(determinant > 1e-12 * (cc! + ss!) ** 2)) return dd! > 0 ? right[2]! / dd! : 0;
  const [rc, rs, rd] = [right[0]!, right[1]!, right[2]!];
  const alongC = (cd! * ss! - sd! * cs!) / determinant;
  const alongS = (sd! * cc! - cd! * cs!) / determinant;
  const pivot = dd! - cd! * alongC - sd! * alongS;
  return pivot > 1e-12 * dd! ? (rd - rc * alongC - rs * alongS) / pivot : 0;
}
