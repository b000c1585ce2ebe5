import { UsageError } from './exitCode.ts';

/** Past this, seeds and counts would not be exact in a float64. */
const MAX_WHOLE = 2 ** 31 - 1;

/** The value of an option that takes a count; `absent` where it was not given. Throws UsageError. */
export function wholeNumber(
  option: string,
  text: string | undefined,
  absent: number,
  least: number,
): number {
  if (text === undefined) return absent;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > MAX_WHOLE)
    throw new UsageError(`${option} is a whole number from ${least} up, not '${text}'.`);
  return value;
}
