/** `fixed`: 4 significant digits, plain; `scientific`: 4 significant digits, an exponent where needed. */
export type FigureFormat = 'integer' | 'fixed' | 'scientific';

const ABSENT = '–';

/** A figure as text for a person. Null is an en dash, never 0 and never -1. */
export function formatFigure(value: number | null, format: FigureFormat): string {
  if (value === null) return ABSENT;
  if (format === 'integer') return String(Math.round(value));
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3);
  if (format === 'fixed') return size >= 1000 ? value.toFixed(0) : value.toPrecision(4);
  return value.toPrecision(4);
}
