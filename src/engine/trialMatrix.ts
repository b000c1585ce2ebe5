import type { Matrix } from '../core/linalg/matrix.ts';

/** What the machine is timed on: full rank, and the same everywhere. */
export function trialMatrix(rows: number, cols: number): Matrix {
  return {
    rows,
    cols,
    data: Float64Array.from({ length: rows * cols }, (_, k) => Math.sin(k * k)),
  };
}

/** What a call gives, with the milliseconds that it took. */
export function timed<T>(run: () => T): { readonly values: T; readonly ms: number } {
  const started = performance.now();
  const values = run();
  return { values, ms: performance.now() - started };
}
