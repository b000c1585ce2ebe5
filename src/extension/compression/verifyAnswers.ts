import type { Translate } from '../analysis/translate.ts';

/** Reads the greatest error that passes; the text says what is wrong with an answer. */
export function parsedBound(
  text: string,
  t: Translate,
): { readonly value: number } | { readonly fault: string } {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) || value < 0
    ? { fault: t('A number from 0 up, such as 0.01') }
    : { value };
}

/** A length of an axis is at most this; beyond it no input could be made up. */
const LONGEST = 2 ** 31 - 1;

/** Reads the length of an axis. */
export function parsedLength(
  text: string,
  t: Translate,
): { readonly value: number } | { readonly fault: string } {
  const value = Number(text);
  return text.trim() === '' || !Number.isInteger(value) || value < 0 || value > LONGEST
    ? { fault: t('A whole number from 0 up') }
    : { value };
}
