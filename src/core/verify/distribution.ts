/** How the last axis of an output is read: as probabilities, as logits of them, or as neither. */
export type Distribution = 'probabilities' | 'logits' | 'none';

/** What softmax in float16 leaves of a sum of 1. */
const SUM_TOLERANCE = 2e-3;

/** The smallest number that is not 0 in float32: what a softmax rounds to 0 counts as this. */
const LEAST = 2 ** -149;

/** Whether every row of the last axis, of length `classes`, is not negative, at most 1 and sums to 1. */
export function isDistribution(values: Float64Array, classes: number): boolean {
  if (classes < 2 || values.length === 0) return false;
  for (let row = 0; row < values.length; row += classes) {
    let sum = 0;
    for (let k = row; k < row + classes; k++) {
      const value = values[k]!;
      if (!(value >= 0 && value <= 1 + SUM_TOLERANCE)) return false;
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) return false;
  }
  return true;
}

/** Softmax of each row, in float64. */
export function softmaxRows(values: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += classes) {
    let largest = -Infinity;
    for (let k = row; k < row + classes; k++) largest = Math.max(largest, values[k]!);
    let sum = 0;
    for (let k = row; k < row + classes; k++) sum += out[k] = Math.exp(values[k]! - largest);
    for (let k = row; k < row + classes; k++) out[k]! /= sum;
  }
  return out;
}

/**
 * Kullback-Leibler divergence of B from A in nats, KL(A || B), the mean over rows; both are scaled to sum 1.
 * As sum of a log(a / b) + b - a, of which every term is at least 0, so that rounding cannot make it negative;
 * what is 0 in B counts as 2^-149. Exactly 0 for equal values.
 */
export function klDivergence(a: Float64Array, b: Float64Array, classes: number): number {
  let total = 0;
  for (let row = 0; row < a.length; row += classes) {
    const sumA = sumOf(a, row, classes);
    const sumB = sumOf(b, row, classes);
    for (let k = row; k < row + classes; k++) {
      const p = a[k]! / sumA;
      const q = b[k]! / sumB;
      if (p === q) continue;
      total += p === 0 ? q : p * Math.log(p / Math.max(q, LEAST)) + q - p;
    }
  }
  return Math.max(0, total / (a.length / classes));
}

function sumOf(values: Float64Array, row: number, classes: number): number {
  let sum = 0;
  for (let k = row; k < row + classes; k++) sum += values[k]!;
  return sum;
}

/** Share of rows whose largest value stands at the same place; of equal ones the first counts. */
export function topOneAgreement(a: Float64Array, b: Float64Array, classes: number): number {
  let agree = 0;
  for (let row = 0; row < a.length; row += classes)
    if (largestAt(a, row, classes) === largestAt(b, row, classes)) agree++;
  return agree / (a.length / classes);
}

function largestAt(values: Float64Array, row: number, classes: number): number {
  let best = row;
  for (let k = row + 1; k < row + classes; k++) if (values[k]! > values[best]!) best = k;
  return best - row;
}
