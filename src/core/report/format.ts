/**
 * `fixed`: 4 significant digits, plain; `scientific`: 4 significant digits, an exponent where needed;
 * `percentile`: 2 decimals, and no more than that at either end.
 */
export type FigureFormat = 'integer' | 'fixed' | 'scientific' | 'percentile';

const ABSENT = '–';

/** A figure as text for a person. Null is an en dash, never 0 and never -1. */
export function formatFigure(value: number | null, format: FigureFormat): string {
  if (value === null) return ABSENT;
  if (format === 'integer') return String(Math.round(value));
  if (format === 'percentile') return percentile(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(3);
  if (format === 'fixed') return size >= 1000 ? value.toFixed(0) : value.toPrecision(4);
  return value.toPrecision(4);
}

/** A prediction interval from a few shuffles says nothing about the far ends of the scale. */
function percentile(value: number): string {
  if (value < 0.01) return '<0.01';
  return value > 99.99 ? '>99.99' : value.toFixed(2);
}
