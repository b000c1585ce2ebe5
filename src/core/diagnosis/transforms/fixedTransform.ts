import type { FloatType } from '../../checkpoint/checkpoint.ts';
import { roundingVariance } from '../../checkpoint/rounding.ts';
import type { Matrix } from '../../linalg/matrix.ts';
import type { EntrySketch } from '../entries/entrySketch.ts';
import { constantTransform } from './constantMagnitude.ts';
import { filterBank } from './filterBank.ts';
import { selection } from './selection.ts';
import { shiftInvariant } from './shiftInvariant.ts';
import { sinusoids } from './sinusoids.ts';

export const TRANSFORM_KINDS = [
  'fourier',
  'cosine',
  'sinusoidal-table',
  'filter-bank',
  'interpolation',
  'averaging',
  'hadamard',
  'identity',
  'permutation',
  'selection',
  'shift-invariant',
] as const;

export type TransformKind = (typeof TRANSFORM_KINDS)[number];

/** A matrix that a formula gives: what it is, and the numbers by which it was recognised. */
export interface FixedTransform {
  readonly kind: TransformKind;
  /** Completes `it is `: what a person should read. */
  readonly text: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}

/** A matrix and what is known of it before any transform is tried. */
export interface TransformInput {
  readonly matrix: Matrix;
  readonly sketch: EntrySketch;
  readonly census: EntryCensus;
  readonly dtype: FloatType;
  /** Differences up to that, of entries of the size of `value`, are rounding. */
  readonly rounding: (value: number) => number;
}

export interface EntryCensus {
  readonly zeros: number;
  readonly negatives: number;
  readonly largest: number;
  /** The smallest magnitude that is not zero; 0 where all are. */
  readonly smallest: number;
}

/** Of the largest entry: within that a formula is evaluated in float32. */
const EVALUATION = 8 * 2 ** -23;

/**
 * The known transform that a matrix of finite entries is, recognised by its values alone: windowed or plain
 * sinusoids in the order of their frequencies, banks of triangular filters, interpolation and averaging,
 * Hadamard, identity, permutation and selection, one filter shifted from row to row. Undefined for any
 * other; a random or a trained matrix fails the first comparisons of each.
 */
export function fixedTransform(
  matrix: Matrix,
  sketch: EntrySketch,
  dtype: FloatType,
): FixedTransform | undefined {
  const census = censusOf(matrix.data);
  if (census.largest === 0) return undefined;
  const evaluation = EVALUATION * census.largest;
  const [smallest, relative] = [0, 1].map((value) =>
    Math.sqrt(12 * roundingVariance(Float64Array.of(value), dtype)),
  );
  const rounding = (value: number): number => evaluation + smallest! + relative! * Math.abs(value);
  const input: TransformInput = { matrix, sketch, census, dtype, rounding };
  return (
    selection(input) ??
    constantTransform(input) ??
    shiftInvariant(input) ??
    filterBank(input) ??
    sinusoids(input)
  );
}

function censusOf(data: Float64Array): EntryCensus {
  let [zeros, negatives, largest, smallest] = [0, 0, 0, Infinity];
  for (let k = 0; k < data.length; k++) {
    const value = data[k]!;
    const size = Math.abs(value);
    if (size === 0) zeros++;
    else if (size < smallest) smallest = size;
    if (value < 0) negatives++;
    if (size > largest) largest = size;
  }
  return { zeros, negatives, largest, smallest: largest === 0 ? 0 : smallest };
}
