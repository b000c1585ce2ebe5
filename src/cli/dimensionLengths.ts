import { UsageError } from './exitCode.ts';
import { wholeNumber } from './wholeNumber.ts';

/** Reads `NAME=LENGTH[,NAME=LENGTH]`, given any number of times. Throws UsageError. */
export function dimensions(given: readonly string[]): Record<string, number> {
  const dims: Record<string, number> = {};
  for (const each of given.flatMap((one) => one.split(','))) {
    const at = each.lastIndexOf('=');
    const name = each.slice(0, at);
    if (at <= 0) throw new UsageError(`--dims takes NAME=LENGTH, such as batch=1, not '${each}'.`);
    if (Object.hasOwn(dims, name)) throw new UsageError(`--dims gives '${name}' twice.`);
    dims[name] = wholeNumber(`The length of '${name}' in --dims`, each.slice(at + 1), 0, 0);
  }
  return dims;
}
