/** A number inside a sentence: at most 4 significant digits, an exponent only for the very large or small. */
export function figureText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A percentile inside a sentence; its ends are never rounded to 0 or 100. */
export function percentileText(percentile: number): string {
  if (percentile < 0.01) return 'below 0.01';
  if (percentile > 99.99) return 'above 99.99';
  return percentile.toFixed(percentile < 1 || percentile > 99 ? 2 : 1);
}

/** `1 eigenvalue`, `2 eigenvalues`; `many` for a noun that takes more than an s. */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
