const COUNT = new Intl.NumberFormat('en-US');
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1,234,567` */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** `1.23M`, for a strip of facts. */
export function formatShortCount(count: number): string {
  return SHORT.format(count);
}

/** Decimal units, three digits: `10.9 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3 + 1e-12));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${BYTE_UNITS[power]!}`;
}

/** `[384, 1536]` as `384×1536`; a scalar as an empty text. */
export function formatShape(shape: readonly number[]): string {
  return shape.join('×');
}

/** Part of a whole as a percentage with three digits; `100 %` only where nothing is missing. */
export function formatShare(part: number, whole: number): string {
  if (part === 0) return '0 %';
  if (part === whole) return '100 %';
  return `${Math.min(99.9, (100 * part) / whole).toPrecision(3)} %`;
}
