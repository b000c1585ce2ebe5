import type { InputLines } from './inputLines.ts';
import { quantizeGroup, type RoundScale } from './groupQuantizer.ts';
import {
  PRUNING_STEPS,
  type LevelError,
  type PatternError,
  type QuantLevel,
} from './valueProfile.ts';

/** Changes with every change of what is measured or how: what is cached of it is measured anew. */
export const VALUE_ERRORS_VERSION = 1;

/** N:M patterns that are measured, besides every N of 8. */
const PATTERNS: readonly (readonly [kept: number, of: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((kept) => [kept, 8] as const),
  [2, 4],
];

/** What is measured of the values of a weight. Plain data: it travels to workers. */
export interface ValueRequest {
  readonly lines: InputLines;
  readonly levels: readonly QuantLevel[];
  /** Whether a scale may be negative. */
  readonly signed: boolean;
  readonly patterns: boolean;
}

export interface MeasuredValues {
  /** Sum of squares. */
  readonly energy: number;
  readonly pruning: Float64Array;
  readonly patterns: readonly PatternError[];
  readonly levels: readonly LevelError[];
}

/**
 * What pruning and quantising do to values, all of them finite: see ValueProfile. Of an all-zero weight every
 * error is 0. `step` is called between the measurements, so that they can be cancelled by what it throws.
 */
export function measureValues(
  values: Float64Array,
  { lines, levels, signed, patterns }: ValueRequest,
  round: RoundScale,
  step: () => void = () => undefined,
): MeasuredValues {
  const squares = values.map((value) => value * value).sort();
  const pruning = pruningCurve(squares);
  const energy = pruning.at(-1)!;
  const relative = (error: number): number => (energy > 0 ? error / energy : 0);
  step();
  return {
    energy,
    pruning: pruning.map(relative),
    patterns: (patterns ? measuredPatterns(lines) : []).map(([kept, of]) => {
      step();
      return { kept, of, error: relative(patternError(values, lines, kept, of)) };
    }),
    levels: levels.map((level) => {
      step();
      return { ...level, error: relative(levelError(values, lines, level, signed, round)) };
    }),
  };
}

/** Those whose groups fill the lines. */
export function measuredPatterns({
  length,
}: InputLines): readonly (readonly [kept: number, of: number])[] {
  return PATTERNS.filter(([, of]) => length % of === 0);
}

/** Running sums of ascending squares at equal steps; between whole counts a share of the next one. */
function pruningCurve(squares: Float64Array): Float64Array {
  const curve = new Float64Array(PRUNING_STEPS + 1);
  let [done, sum] = [0, 0];
  for (let k = 1; k <= PRUNING_STEPS; k++) {
    const place = (k * squares.length) / PRUNING_STEPS;
    const whole = Math.floor(place);
    for (; done < whole; done++) sum += squares[done]!;
    curve[k] = sum + (place - whole) * (squares[whole] ?? 0);
  }
  return curve;
}

function patternError(values: Float64Array, lines: InputLines, kept: number, of: number): number {
  const group = new Float64Array(of);
  let lost = 0;
  for (const start of lineStarts(lines))
    for (let k = 0; k < lines.length; k += of) {
      for (let i = 0; i < of; i++) {
        const value = values[start + (k + i) * lines.stride]!;
        group[i] = value * value;
      }
      group.sort();
      for (let i = 0; i < of - kept; i++) lost += group[i]!;
    }
  return lost;
}

function levelError(
  values: Float64Array,
  lines: InputLines,
  { bits, block }: QuantLevel,
  signed: boolean,
  round: RoundScale,
): number {
  let sum = 0;
  for (const group of block === 0
    ? channelGroups(values, lines)
    : blockGroups(values, lines, block))
    sum += quantizeGroup(group, bits, signed, round).error;
  return sum;
}

function* lineStarts({ channels, channelStep, lines, lineStep }: InputLines): Generator<number> {
  for (let c = 0; c < channels; c++)
    for (let l = 0; l < lines; l++) yield c * channelStep + l * lineStep;
}

/** Values of each output channel; the array is filled anew for each. */
function* channelGroups(values: Float64Array, layout: InputLines): Generator<Float64Array> {
  const { channels, channelStep, lines, lineStep, length, stride } = layout;
  const group = new Float64Array(lines * length);
  for (let c = 0; c < channels; c++) {
    for (let l = 0; l < lines; l++)
      for (let k = 0; k < length; k++)
        group[l * length + k] = values[c * channelStep + l * lineStep + k * stride]!;
    yield group;
  }
}

/** Values of each block; the last of a line may be shorter. */
function* blockGroups(
  values: Float64Array,
  layout: InputLines,
  block: number,
): Generator<Float64Array> {
  const { length, stride } = layout;
  const group = new Float64Array(block);
  for (const start of lineStarts(layout))
    for (let from = 0; from < length; from += block) {
      const count = Math.min(block, length - from);
      for (let k = 0; k < count; k++) group[k] = values[start + (from + k) * stride]!;
      yield group.subarray(0, count);
    }
}
