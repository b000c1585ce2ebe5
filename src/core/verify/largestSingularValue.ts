import type { Matrix } from '../linalg/matrix.ts';
import { randomBits } from '../spectrum/randomBits.ts';

/** Steps after which what was found is taken; flat spectra, the slowest, are then good to some 1e-6. */
const MOST_STEPS = 160;

/** A step that changes the value by less than this has found it. */
const SETTLED = 1e-13;

/**
 * The largest singular value of a row-major matrix, in float64: Golub-Kahan-Lanczos bidiagonalization with both
 * sides orthogonalized anew in each step (Golub and Van Loan 2013, section 10.4). It is never above the true
 * value but by rounding. Values are finite; 0 for an empty matrix or one of zeros.
 */
export function largestSingularValue({ rows, cols, data }: Matrix): number {
  const scale = data.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  if (scale === 0) return 0;
  const rights: Float64Array[] = [];
  const lefts: Float64Array[] = [];
  const alphas: number[] = [];
  const betas: number[] = [];
  // The shorter side begins: its steps come to an end where they have seen all of it.
  const [forth, back] = rows < cols ? [transposeTimes, times] : [times, transposeTimes];
  let right = startVector(Math.min(rows, cols));
  let value = 0;
  let settled = 0;
  const steps = Math.min(rows, cols, MOST_STEPS);
  for (let step = 0; step < steps; step++) {
    const left = forth(data, rows, cols, right, scale);
    orthogonalize(left, lefts);
    const alpha = normalize(left);
    rights.push(right);
    alphas.push(alpha);
    lefts.push(left);
    const before = value;
    value = largestOfBidiagonal(alphas, betas);
    settled = value - before <= SETTLED * value ? settled + 1 : 0;
    if (settled >= 2 || alpha === 0) break;
    const next = back(data, rows, cols, left, scale);
    orthogonalize(next, rights);
    const beta = normalize(next);
    if (beta <= SETTLED * value) break;
    betas.push(beta);
    right = next;
  }
  return value * scale;
}

function startVector(length: number): Float64Array {
  const bits = randomBits(1);
  const vector = Float64Array.from({ length }, () => bits() / 2147483648 - 1);
  normalize(vector);
  return vector;
}

function times(
  data: Float64Array,
  rows: number,
  cols: number,
  vector: Float64Array,
  scale: number,
): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j]! * vector[j]!;
    out[i] = sum / scale;
  }
  return out;
}

function transposeTimes(
  data: Float64Array,
  rows: number,
  cols: number,
  vector: Float64Array,
  scale: number,
): Float64Array {
  const out = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const factor = vector[i]! / scale;
    for (let j = 0; j < cols; j++) out[j]! += data[i * cols + j]! * factor;
  }
  return out;
}

/** Twice is enough (Parlett 1998, section 6.9). */
function orthogonalize(vector: Float64Array, others: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++)
    for (const other of others) {
      let dot = 0;
      for (let k = 0; k < vector.length; k++) dot += vector[k]! * other[k]!;
      for (let k = 0; k < vector.length; k++) vector[k]! -= dot * other[k]!;
    }
}

/** To length 1; returns the length it had. */
function normalize(vector: Float64Array): number {
  const length = Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  if (length > 0) for (let k = 0; k < vector.length; k++) vector[k]! /= length;
  return length;
}

/** By bisection on the number of eigenvalues of B^T B, which is tridiagonal, above a bound (Sturm's theorem). */
function largestOfBidiagonal(alphas: readonly number[], betas: readonly number[]): number {
  const n = alphas.length;
  const diagonal = alphas.map((alpha, k) => alpha ** 2 + (k > 0 ? betas[k - 1]! ** 2 : 0));
  const squares = betas.slice(0, n - 1).map((beta, k) => (alphas[k]! * beta) ** 2);
  let low = Math.max(...diagonal);
  let high = 2 * low + 2 * squares.reduce((most, each) => Math.max(most, Math.sqrt(each)), 0);
  while (high - low > 2 ** -52 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (anyAbove(diagonal, squares, middle)) low = middle;
    else high = middle;
  }
  return Math.sqrt(high);
}

function anyAbove(diagonal: readonly number[], squares: readonly number[], bound: number): boolean {
  let pivot = diagonal[0]! - bound;
  for (let k = 1; k < diagonal.length; k++) {
    if (pivot >= 0) return true;
    pivot = diagonal[k]! - bound - squares[k - 1]! / pivot;
  }
  return pivot >= 0;
}
