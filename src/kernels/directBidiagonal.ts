import { makeReflector, reflectedHead } from './householder';
import { at, clear, dot, laneSum, mulAdd, scale } from './vectors';

/** Float64s of scratch memory that `directBidiagonal` needs for an m x n matrix. */
export function directBidiagonalScratch(m: i32, n: i32): i32 {
  return 3 * (m + n);
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
  let vNext = at(v, m);
  const x = at(vNext, m);
  let y = at(x, m);
  let yNext = at(y, n);
  const u = at(yNext, n);
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

    clear(at(yNext, first), cols);
    updateAndSum(
      at(a, j * lda + first),
      lda,
      m - j,
      cols,
      at(v, j),
      at(y, first),
      at(x, j),
      at(u, first),
      at(vNext, j),
      at(yNext, first),
    );
    scale(tau, at(yNext, first), cols);

    for (let c = first; c < n; c++) {
      store<f64>(at(u, c), load<f64>(at(a, j * lda + c)) - load<f64>(at(yNext, c)));
    }
    const tauRow = makeReflector(at(u, first), cols);
    store<f64>(at(e, j), reflectedHead);
    const along = tauRow * dot(at(yNext, first), at(u, first), cols);
    multiplyRows(at(a, first * lda + first), lda, m - first, cols, at(u, first), at(x, first));
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

/** A -= v y^T + x u^T, and sum += w^T A of what results, in one pass; two rows at a time. */
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
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    const r0 = at(a, i * lda);
    const r1 = at(r0, lda);
    const v0 = v128.load64_splat(at(v, i));
    const v1 = v128.load64_splat(at(v, i), 8);
    const x0 = v128.load64_splat(at(x, i));
    const x1 = v128.load64_splat(at(x, i), 8);
    const w0 = v128.load64_splat(at(w, i));
    const w1 = v128.load64_splat(at(w, i), 8);
    let c = 0;
    for (; c + 2 <= cols; c += 2) {
      const o = at(0, c);
      const yc = v128.load(y + o);
      const uc = v128.load(u + o);
      const p = f64x2.sub(v128.load(r0 + o), mulAdd(f64x2.mul(v0, yc), x0, uc));
      const q = f64x2.sub(v128.load(r1 + o), mulAdd(f64x2.mul(v1, yc), x1, uc));
      v128.store(r0 + o, p);
      v128.store(r1 + o, q);
      v128.store(sum + o, mulAdd(mulAdd(v128.load(sum + o), w0, p), w1, q));
    }
    if (c < cols) {
      updateElement(r0, c, at(v, i), y, at(x, i), u, at(w, i), sum);
      updateElement(r1, c, at(v, i + 1), y, at(x, i + 1), u, at(w, i + 1), sum);
    }
  }
  if (i < rows) {
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

/** x = A u, four rows at a time. */
function multiplyRows(a: usize, lda: i32, rows: i32, cols: i32, u: usize, x: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = at(a, i * lda);
    const r1 = at(r0, lda);
    const r2 = at(r1, lda);
    const r3 = at(r2, lda);
    let a0 = f64x2.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let c = 0;
    for (; c + 2 <= cols; c += 2) {
      const o = at(0, c);
      const uc = v128.load(u + o);
      a0 = mulAdd(a0, uc, v128.load(r0 + o));
      a1 = mulAdd(a1, uc, v128.load(r1 + o));
      a2 = mulAdd(a2, uc, v128.load(r2 + o));
      a3 = mulAdd(a3, uc, v128.load(r3 + o));
    }
    let s0 = laneSum(a0);
    let s1 = laneSum(a1);
    let s2 = laneSum(a2);
    let s3 = laneSum(a3);
    if (c < cols) {
      const uc = load<f64>(at(u, c));
      s0 += uc * load<f64>(at(r0, c));
      s1 += uc * load<f64>(at(r1, c));
      s2 += uc * load<f64>(at(r2, c));
      s3 += uc * load<f64>(at(r3, c));
    }
    store<f64>(at(x, i), s0);
    store<f64>(at(x, i), s1, 8);
    store<f64>(at(x, i), s2, 16);
    store<f64>(at(x, i), s3, 24);
  }
  for (; i < rows; i++) store<f64>(at(x, i), dot(at(a, i * lda), u, cols));
}
