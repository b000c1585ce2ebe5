import { makeReflector, reflectedHead } from './householder';
import { multiplyRows } from './rowProducts';
import { at, clear, dot, mulAdd, mulSubtract, scale } from './vectors';

/** Float64s of scratch memory that `directBidiagonal` needs for an m x n matrix. */
export function directBidiagonalScratch(m: i32, n: i32): i32 {
  return 3 * (wholes(m) + wholes(n));
}

/** So many float64s or up to three more: 32 bytes. */
function wholes(count: i32): i32 {
  return (count + 3) & ~3;
}

/**
 * Householder bidiagonalisation of an m x n matrix, m >= n, row-major with `lda` elements a row, which
 * is destroyed: diagonal to d[n], superdiagonal to e[n - 1].
 *
 * The two rank-1 updates of a step are delayed into the pass of the next step that forms v^T A, so that
 * each step reads the trailing matrix twice and writes it once (Howell, Demmel, Fulton, Hammarling,
 * Marmol, "Cache efficient bidiagonalization using BLAS 2.5 operators", 2008).
 */
export function directBidiagonal(
  a: usize,
  m: i32,
  n: i32,
  lda: i32,
  d: usize,
  e: usize,
  scratch: usize,
): void {
  // The pending update is A -= v y^T + x u^T; v, x have an element a row, y, u one a column.
  let v = scratch;
  let vNext = at(v, wholes(m));
  const x = at(vNext, wholes(m));
  let y = at(x, wholes(m));
  let yNext = at(y, wholes(n));
  const u = at(yNext, wholes(n));
  clear(scratch, directBidiagonalScratch(m, n));

  for (let j = 0; j < n; j++) {
    const yj = load<f64>(at(y, j));
    const uj = load<f64>(at(u, j));
    for (let i = j; i < m; i++) {
      const pending = load<f64>(at(v, i)) * yj + load<f64>(at(x, i)) * uj;
      store<f64>(at(vNext, i), load<f64>(at(a, i * lda + j)) - pending);
    }
    const tau = makeReflector(at(vNext, j), m - j);
    store<f64>(at(d, j), reflectedHead);
    const first = j + 1;
    const cols = n - first;
    if (cols == 0) break;

    // From a multiple of four on, be it columns that are done with: unaligned vectors straddle cache lines.
    const start = first & ~3;
    const width = n - start;
    clear(at(yNext, start), width);
    updateAndSum(
      at(a, j * lda + start),
      lda,
      m - j,
      width,
      at(v, j),
      at(y, start),
      at(x, j),
      at(u, start),
      at(vNext, j),
      at(yNext, start),
    );
    scale(tau, at(yNext, first), cols);

    for (let c = first; c < n; c++) {
      store<f64>(at(u, c), load<f64>(at(a, j * lda + c)) - load<f64>(at(yNext, c)));
    }
    const tauRow = makeReflector(at(u, first), cols);
    store<f64>(at(e, j), reflectedHead);
    const along = tauRow * dot(at(yNext, first), at(u, first), cols);
    for (let c = start; c < first; c++) store<f64>(at(u, c), 0);
    multiplyRows(at(a, first * lda + start), lda, m - first, width, at(u, start), at(x, first));
    for (let i = first; i < m; i++) {
      const xi = at(x, i);
      store<f64>(xi, tauRow * load<f64>(xi) - along * load<f64>(at(vNext, i)));
    }

    let swap = v;
    v = vNext;
    vNext = swap;
    swap = y;
    y = yNext;
    yNext = swap;
  }
}

/** A -= v y^T + x u^T, and sum += w^T A of what results, in one pass; three rows at a time. */
function updateAndSum(
  a: usize,
  lda: i32,
  rows: i32,
  cols: i32,
  v: usize,
  y: usize,
  x: usize,
  u: usize,
  w: usize,
  sum: usize,
): void {
  const whole = cols & ~3;
  let i = 0;
  for (; i + 3 <= rows; i += 3) {
    const v0 = v128.load64_splat(at(v, i));
    const v1 = v128.load64_splat(at(v, i), 8);
    const v2 = v128.load64_splat(at(v, i), 16);
    const x0 = v128.load64_splat(at(x, i));
    const x1 = v128.load64_splat(at(x, i), 8);
    const x2 = v128.load64_splat(at(x, i), 16);
    const w0 = v128.load64_splat(at(w, i));
    const w1 = v128.load64_splat(at(w, i), 8);
    const w2 = v128.load64_splat(at(w, i), 16);
    let r0 = at(a, i * lda);
    let r1 = at(r0, lda);
    let r2 = at(r1, lda);
    let py = y;
    let pu = u;
    let ps = sum;
    let y0: v128, u0: v128, s0: v128, y1: v128, u1: v128, s1: v128, low: v128, high: v128;
    const end = at(sum, whole);
    for (; ps < end; r0 += 32, r1 += 32, r2 += 32, py += 32, pu += 32, ps += 32) {
      y0 = v128.load(py);
      y1 = v128.load(py, 16);
      u0 = v128.load(pu);
      u1 = v128.load(pu, 16);
      s0 = v128.load(ps);
      s1 = v128.load(ps, 16);
      low = mulSubtract(mulSubtract(v128.load(r0), v0, y0), x0, u0);
      high = mulSubtract(mulSubtract(v128.load(r0, 16), v0, y1), x0, u1);
      v128.store(r0, low);
      v128.store(r0, high, 16);
      s0 = mulAdd(s0, w0, low);
      s1 = mulAdd(s1, w0, high);
      low = mulSubtract(mulSubtract(v128.load(r1), v1, y0), x1, u0);
      high = mulSubtract(mulSubtract(v128.load(r1, 16), v1, y1), x1, u1);
      v128.store(r1, low);
      v128.store(r1, high, 16);
      s0 = mulAdd(s0, w1, low);
      s1 = mulAdd(s1, w1, high);
      low = mulSubtract(mulSubtract(v128.load(r2), v2, y0), x2, u0);
      high = mulSubtract(mulSubtract(v128.load(r2, 16), v2, y1), x2, u1);
      v128.store(r2, low);
      v128.store(r2, high, 16);
      s0 = mulAdd(s0, w2, low);
      s1 = mulAdd(s1, w2, high);
      v128.store(ps, s0);
      v128.store(ps, s1, 16);
    }
    for (let c = whole; c < cols; c++) {
      for (let q = i; q < i + 3; q++) {
        updateElement(at(a, q * lda), c, at(v, q), y, at(x, q), u, at(w, q), sum);
      }
    }
  }
  for (; i < rows; i++) {
    const row = at(a, i * lda);
    for (let c = 0; c < cols; c++) updateElement(row, c, at(v, i), y, at(x, i), u, at(w, i), sum);
  }
}

function updateElement(
  row: usize,
  c: i32,
  v: usize,
  y: usize,
  x: usize,
  u: usize,
  w: usize,
  sum: usize,
): void {
  const pending = load<f64>(v) * load<f64>(at(y, c)) + load<f64>(x) * load<f64>(at(u, c));
  const value = load<f64>(at(row, c)) - pending;
  store<f64>(at(row, c), value);
  store<f64>(at(sum, c), load<f64>(at(sum, c)) + load<f64>(w) * value);
}
