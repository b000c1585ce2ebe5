import { roundingVariance } from '../../checkpoint/rounding.ts';
import type { LineSketch } from '../entries/entrySketch.ts';
import { lineReader, type Side } from '../entries/lineReader.ts';
import { figureText } from '../figureText.ts';
import type { FixedTransform, TransformInput } from './fixedTransform.ts';
import { frequencyOrder, type FrequencyOrder } from './frequencyOrder.ts';
import { recurrence, sinusoidFit, type SinusoidFit } from './sinusoidFit.ts';

/** Fewer lines, or shorter ones, hold too little to tell a transform by. */
const LEAST_LINES = 8;
const LEAST_LENGTH = 10;
/** Lines looked at before all of them are. */
const PROBED = 16;
/** Of the recurrence of a sinusoid: noise has about 1, a sinusoid rounded to 8 bits some 1e-4. */
const PROBE_RESIDUAL = 0.05;
/** A formula evaluated carelessly in float32 is within that; what was trained from it on is not. */
const RESIDUAL = 2e-3;
/** Rounding errors of that many standard deviations are allowed above it. */
const ROUNDING = 4;
/** Part of the lines that must be sinusoids. */
const LEAST_FITTED = 0.95;
/** Of the largest norm: a line below that is the sine of frequency 0, evaluated to rounding. */
const ZERO_LINE = 1e-5;
/** Cosine between the phases of two lines of one frequency: a real and an imaginary part. */
const QUADRATURE = 0.3;

/**
 * Rows or columns that are sinusoids in the order of their frequencies, plain or under one window for all:
 * Fourier bases (cosine and sine of every frequency), cosine and sine transforms of any kind and
 * normalisation (one line for each frequency), tables of positions (frequencies in geometric progression).
 */
export function sinusoids(input: TransformInput): FixedTransform | undefined {
  return sinusoidsOf(input, 'rows') ?? sinusoidsOf(input, 'cols');
}

interface FittedLine {
  readonly line: number;
  readonly fit: SinusoidFit;
}

function sinusoidsOf(input: TransformInput, side: Side): FixedTransform | undefined {
  const { matrix, sketch } = input;
  const lines = sketch[side];
  const { count, length } = lines;
  if (count < LEAST_LINES || length < LEAST_LENGTH) return undefined;
  const read = lineReader(matrix, side);
  const largest = lines.norms.reduce((most, norm) => Math.max(most, norm), 0);
  const used: number[] = [];
  for (let k = 0; k < count; k++) if (lines.norms[k]! > ZERO_LINE * largest) used.push(k);
  const other = sketch[side === 'rows' ? 'cols' : 'rows'];
  for (const window of windowsOf(other)) {
    if (!isProbed(used, read, window.values)) continue;
    const fitted = fittedLines(input, used, read, lines, window.values);
    if (!fitted) continue;
    const order = frequencyOrder(
      fitted.map(({ fit }) => fit.frequency),
      length,
    );
    if (order) return described(fitted, order, window.name, side, length);
  }
  return undefined;
}

/** Whether the lines that are looked at first obey the recurrence of a sinusoid, but for one. */
function isProbed(
  used: readonly number[],
  read: (line: number, into: Float64Array) => void,
  window: Float64Array,
): boolean {
  const buffer = new Float64Array(window.length);
  const stride = Math.max(1, Math.floor(used.length / PROBED));
  let misses = 0;
  for (let k = 0; k < used.length && misses < 2; k += stride) {
    read(used[k]!, buffer);
    if (recurrence(buffer, window).residual >= PROBE_RESIDUAL) misses++;
  }
  return misses < 2;
}

/** Every line's fit; undefined where too many are no sinusoids. */
function fittedLines(
  { dtype }: TransformInput,
  used: readonly number[],
  read: (line: number, into: Float64Array) => void,
  { length, norms }: LineSketch,
  window: Float64Array,
): readonly FittedLine[] | undefined {
  const buffer = new Float64Array(length);
  const most = Math.floor((1 - LEAST_FITTED) * used.length);
  const fitted: FittedLine[] = [];
  let misses = 0;
  for (const line of used) {
    if (norms[line] === 0) continue;
    read(line, buffer);
    const fit = sinusoidFit(buffer, window, recurrence(buffer, window).frequency);
    const norm = Math.sqrt(buffer.reduce((sum, value) => sum + value * value, 0));
    const noise = Math.sqrt(roundingVariance(buffer, dtype) * length);
    const allowed = RESIDUAL + (ROUNDING * noise) / norm;
    if (fit.residual <= allowed) fitted.push({ line, fit });
    else if (++misses > most) return undefined;
  }
  return fitted.length < LEAST_LINES ? undefined : fitted;
}

/** No window, and the one that the sums of squares across the lines show. */
function windowsOf(
  across: LineSketch,
): readonly { readonly name: 'none' | 'estimated'; readonly values: Float64Array }[] {
  return [
    { name: 'none', values: new Float64Array(across.count).fill(1) },
    { name: 'estimated', values: across.norms },
  ];
}

function described(
  fitted: readonly FittedLine[],
  order: FrequencyOrder,
  window: 'none' | 'estimated',
  side: Side,
  length: number,
): FixedTransform {
  const noun = side === 'rows' ? 'rows' : 'columns';
  const worst = Math.max(...fitted.map(({ fit }) => fit.residual));
  const windowed = window === 'none' ? '' : 'windowed ';
  const lines = `${fitted.length} ${noun} are ${windowed}sinusoids`;
  const exact = `to a relative error of ${figureText(worst)} at most`;
  const evidence = {
    sinusoids: fitted.length,
    side,
    length,
    window,
    step: order.step,
    worstResidual: worst,
  };
  if (order.kind === 'geometric')
    return {
      kind: 'sinusoidal-table',
      text: `a table of sinusoidal positions: ${lines} whose frequencies are in geometric progression, ${exact}`,
      evidence,
    };
  const period = (2 * Math.PI) / order.step;
  if (isInQuadrature(fitted, order.step))
    return {
      kind: 'fourier',
      text: `a ${windowed === '' ? '' : 'short-time '}Fourier basis: ${lines} in the order of their frequencies (multiples of 1 / ${figureText(Math.round(period))}), cosine and sine of each, ${exact}`,
      evidence,
    };
  return {
    kind: 'cosine',
    text: `a cosine or sine transform: ${lines} in the order of their frequencies (a step of 1 / ${figureText(Math.round(period))}), ${exact}`,
    evidence,
  };
}

/** Whether most frequencies that two lines share are there with two phases a quarter of a period apart. */
function isInQuadrature(fitted: readonly FittedLine[], step: number): boolean {
  const byBin = new Map<number, SinusoidFit[]>();
  for (const { fit } of fitted) {
    const bin = Math.round(fit.frequency / (step / 2));
    byBin.set(bin, [...(byBin.get(bin) ?? []), fit]);
  }
  const shared = [...byBin.values()].filter((fits) => fits.length > 1);
  const apart = shared.filter(([first, ...others]) =>
    others.some((fit) => {
      const size = Math.hypot(first!.a, first!.b) * Math.hypot(fit.a, fit.b);
      return Math.abs(first!.a * fit.a + first!.b * fit.b) < QUADRATURE * size;
    }),
  );
  return shared.length >= byBin.size / 2 && apart.length >= shared.length / 2;
}
