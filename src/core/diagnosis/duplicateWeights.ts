import type { ValueSketch } from './entries/entryFigures.ts';
import { DIRECTIONS } from './entries/entrySketch.ts';
import { counted, figureText } from './figureText.ts';
import type { Finding } from './finding.ts';

/** A weight by its values: one matrix, or its parts in the order in which they are stored. */
export interface StoredValues {
  readonly name: string;
  /** Names the bytes in the file: two weights of one place are stored once. */
  readonly place: string;
  readonly bytes: number;
  readonly matrices: readonly StoredMatrix[];
}

export interface StoredMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Of the values as float64, whatever type they are stored in. */
  readonly hash: string;
  readonly sketch: ValueSketch;
}

/** Rounding errors of that many standard deviations are no difference; a sketch is within a factor of 2 of one. */
const ROUNDING = 6;
/** Relative difference of two norms that rounding to 8 bits can make, and more. */
const NORMS = 0.02;
/** Pairs that a sentence lists, and the evidence. */
const IN_TEXT = 3;
const LISTED = 8;

type Likeness = 'equal' | 'rounded' | 'transposed';

interface Copy {
  readonly weight: StoredValues;
  readonly of: StoredValues;
  readonly likeness: Likeness;
}

/**
 * Weights that hold the values of an earlier one: the same (by the hash of their values), the same to the
 * rounding of the coarser type, or the transpose (both by their sketches). Not of zeros.
 */
export function duplicateWeights(weights: readonly StoredValues[]): readonly Finding[] {
  const copies = copiesAmong(weights);
  if (copies.length === 0) return [];
  const bytes = copies.reduce((sum, { weight }) => sum + weight.bytes, 0);
  const many = copies.length > 1;
  const shown = copies.slice(0, IN_TEXT).map(copyText).join('; ');
  const count = (of: Likeness): number => copies.filter((copy) => copy.likeness === of).length;
  return [
    {
      code: 'duplicate-weights',
      severity: 'info',
      text: `${counted(copies.length, 'weight')} ${many ? 'hold' : 'holds'} the values of another one: ${shown}${copies.length > IN_TEXT ? '; ...' : ''}. Stored once, the file would be ${bytesText(bytes)} smaller.`,
      evidence: {
        copies: copies.length,
        bytes,
        equal: count('equal'),
        equalToRounding: count('rounded'),
        transposed: count('transposed'),
        first: copies.slice(0, LISTED).map(copyText).join('; '),
      },
    },
  ];
}

function copiesAmong(weights: readonly StoredValues[]): readonly Copy[] {
  const seen = new Map<string, StoredValues[]>();
  const places = new Set<string>();
  const copies: Copy[] = [];
  for (const weight of weights) {
    const isZero = weight.matrices.every(({ sketch }) => sketch.norm === 0);
    if (weight.matrices.length === 0 || isZero || places.has(weight.place)) continue;
    places.add(weight.place);
    const earlier = seen.get(shapeKey(weight)) ?? [];
    let found: Copy | undefined;
    for (const of of earlier) {
      if (!isOfLikeNorm(weight, of)) continue;
      const likeness = likenessOf(weight, of);
      if (likeness && (!found || likeness === 'equal')) found = { weight, of, likeness };
      if (likeness === 'equal') break;
    }
    if (found) copies.push(found);
    else seen.set(shapeKey(weight), [...earlier, weight]);
  }
  return copies;
}

/** Equal for a weight and its transpose. */
function shapeKey({ matrices }: StoredValues): string {
  return matrices.map(({ rows, cols }) => [rows, cols].sort((a, b) => a - b).join('x')).join(' ');
}

/** A cheap first look: two of thousands of layers of one shape are seldom of one norm. */
function isOfLikeNorm({ matrices: [a] }: StoredValues, { matrices: [b] }: StoredValues): boolean {
  const [first, second] = [a!, b!].map(({ sketch }) => sketch.norm * sketch.scale);
  return Math.abs(first! - second!) <= NORMS * first!;
}

function likenessOf(weight: StoredValues, of: StoredValues): Likeness | undefined {
  const pairs = weight.matrices.map((matrix, k) => [matrix, of.matrices[k]!] as const);
  const isSameShape = pairs.every(([a, b]) => a.rows === b.rows);
  if (isSameShape && pairs.every(([a, b]) => a.hash === b.hash)) return 'equal';
  if (isSameShape && pairs.every(([a, b]) => isNear(a, b, false))) return 'rounded';
  const isTurned = pairs.every(([a, b]) => a.rows === b.cols && isNear(a, b, true));
  return isTurned ? 'transposed' : undefined;
}

/** Whether two sketches differ by no more than rounding of both would make them. */
function isNear(a: StoredMatrix, b: StoredMatrix, isTransposed: boolean): boolean {
  const unit = b.sketch.scale / a.sketch.scale;
  let squares = 0;
  for (let k = 0; k < DIRECTIONS; k++)
    for (let l = 0; l < DIRECTIONS; l++) {
      const other = b.sketch.bilinear[isTransposed ? l * DIRECTIONS + k : k * DIRECTIONS + l]!;
      squares += (a.sketch.bilinear[k * DIRECTIONS + l]! - unit * other) ** 2;
    }
  const variance = a.sketch.roundingVariance + unit ** 2 * b.sketch.roundingVariance;
  // Sums in float64 have an error of their own.
  const least = (64 * Number.EPSILON * a.sketch.norm) ** 2 * Math.max(a.rows, a.cols);
  return squares / DIRECTIONS ** 2 <= ROUNDING ** 2 * variance * a.rows * a.cols + least;
}

const LIKENESS: Readonly<Record<Likeness, string>> = {
  equal: '=',
  rounded: '= (to rounding)',
  transposed: '= (transposed)',
};

function copyText({ weight, of, likeness }: Copy): string {
  return `${weight.name} ${LIKENESS[likeness]} ${of.name}`;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${figureText(bytes / 1e6)} MB`;
  if (bytes >= 1e3) return `${figureText(bytes / 1e3)} kB`;
  return `${bytes} bytes`;
}
