import { makeReflector, reflectedHead, reflectRows } from './householder';
import { at, axpy, clear, dot } from './vectors';

/**
 * QR of a panel whose columns are stored as contiguous vectors: `count` vectors of `length`, `stride`
 * elements apart. Each vector becomes its reflector, with zeros before the unit head, `tau[i]` its
 * factor, and R (count x count, row-major, upper triangular) goes to `r`. Where count > length, R has
 * `length` rows that are not zero and the last reflectors are the identity.
 */
export function panelQR(
  vectors: usize,
  count: i32,
  length: i32,
  stride: i32,
  tau: usize,
  r: usize,
): void {
  const step = at(0, stride);
  clear(r, count * count);
  for (let i = 0; i < count; i++) {
    const vector = vectors + <usize>i * step;
    const above = min(i, length);
    for (let j = 0; j < above; j++) store<f64>(at(r, j * count + i), load<f64>(at(vector, j)));
    clear(vector, above);
    const n = length - i;
    if (n <= 0) {
      store<f64>(at(tau, i), 0);
      continue;
    }
    const t = makeReflector(at(vector, i), n);
    store<f64>(at(tau, i), t);
    store<f64>(at(r, i * count + i), reflectedHead);
    if (t != 0) reflectRows(at(vector, i), t, at(vector, i) + step, step, count - 1 - i, n);
  }
}

/**
 * QR of a panel of an upper triangle stacked on a block of dense rows. Reflector i has its unit head on
 * row i of the triangle, where all else is zero, and its tail in the block; so only the triangle's
 * `count` x `count` corner at `r` (row-major, `ldr` elements a row) and the block's columns, stored as
 * contiguous vectors, take part. The vectors become the tails.
 */
export function stackedPanelQR(
  vectors: usize,
  count: i32,
  length: i32,
  stride: i32,
  tau: usize,
  r: usize,
  ldr: i32,
  scratch: usize,
): void {
  const step = at(0, stride);
  for (let i = 0; i < count; i++) {
    const tail = vectors + <usize>i * step;
    const diagonal = at(r, i * ldr + i);
    store<f64>(scratch, load<f64>(diagonal));
    memory.copy(scratch + 8, tail, at(0, length));
    const t = makeReflector(scratch, length + 1);
    memory.copy(tail, scratch + 8, at(0, length));
    store<f64>(at(tau, i), t);
    store<f64>(diagonal, reflectedHead);
    if (t == 0) continue;
    for (let j = i + 1; j < count; j++) {
      const other = vectors + <usize>j * step;
      const onDiagonalRow = at(r, i * ldr + j);
      const w = t * (load<f64>(onDiagonalRow) + dot(tail, other, length));
      store<f64>(onDiagonalRow, load<f64>(onDiagonalRow) - w);
      axpy(-w, tail, other, length);
    }
  }
}

/**
 * The factor T of the compact WY form: H_0 H_1 ... H_(count-1) = I - V^T T V with the reflectors as rows
 * of V, from their Gram matrix V V^T, of which only the part above the diagonal is read. T and gram are
 * count x count, row-major. Schreiber, Van Loan, "A storage-efficient WY representation", 1989.
 */
export function triangularFactor(count: i32, tau: usize, gram: usize, t: usize): void {
  clear(t, count * count);
  for (let i = 0; i < count; i++) {
    const factor = load<f64>(at(tau, i));
    store<f64>(at(t, i * count + i), factor);
    for (let j = 0; j < i; j++) {
      let sum: f64 = 0;
      for (let k = j; k < i; k++) {
        sum += load<f64>(at(t, j * count + k)) * load<f64>(at(gram, k * count + i));
      }
      store<f64>(at(t, j * count + i), -factor * sum);
    }
  }
}
