/** Results of the last `singularValues2x2`. */
export let largerOf2x2: f64 = 0;
export let smallerOf2x2: f64 = 0;

/**
 * Singular values of [[f, g], [0, h]], each to nearly full relative accuracy and without overflow:
 * Demmel, Kahan, "Accurate singular values of bidiagonal matrices", 1990, section 3 (LAPACK's dlas2).
 */
export function singularValues2x2(f: f64, g: f64, h: f64): void {
  const small = Math.min(Math.abs(f), Math.abs(h));
  const large = Math.max(Math.abs(f), Math.abs(h));
  const off = Math.abs(g);
  if (small == 0) {
    const top = Math.max(large, off);
    const ratio = top == 0 ? 0 : Math.min(large, off) / top;
    smallerOf2x2 = 0;
    largerOf2x2 = top * Math.sqrt(1 + ratio * ratio);
    return;
  }
  const sum = 1 + small / large;
  const difference = (large - small) / large;
  if (off < large) {
    const ratio = off / large;
    const square = ratio * ratio;
    const factor =
      2 / (Math.sqrt(sum * sum + square) + Math.sqrt(difference * difference + square));
    smallerOf2x2 = small * factor;
    largerOf2x2 = large / factor;
    return;
  }
  const ratio = large / off;
  if (ratio == 0) {
    smallerOf2x2 = (small * large) / off;
    largerOf2x2 = off;
    return;
  }
  const p = sum * ratio;
  const q = difference * ratio;
  const factor = 1 / (Math.sqrt(1 + p * p) + Math.sqrt(1 + q * q));
  smallerOf2x2 = small * factor * ratio * 2;
  largerOf2x2 = off / (factor + factor);
}
