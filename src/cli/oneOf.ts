import { UsageError } from './exitCode.ts';

/** Throws UsageError where the text is none of those allowed, and where it is absent and may not be. */
export function oneOf<T extends string>(
  option: string,
  text: string | undefined,
  allowed: readonly T[],
  absent: T | undefined,
): T {
  if (text === undefined && absent !== undefined) return absent;
  const found = allowed.find((each) => each === text);
  if (found !== undefined) return found;
  const given = text === undefined ? 'and was not given' : `not '${text}'`;
  throw new UsageError(`${option} is one of ${allowed.join(', ')}, ${given}.`);
}
