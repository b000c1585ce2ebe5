/**
 * A test of names against a glob: `*` is any run of characters, `?` any one; all else is literal, and
 * several globs are separated by commas. The empty glob matches everything.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const patterns = glob
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(
      (each) =>
        new RegExp(
          `^${each
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replace(/\*+/g, '.*')
            .replace(/\?/g, '.')}$`,
          's',
        ),
    );
  if (patterns.length === 0) return () => true;
  return (name) => patterns.some((pattern) => pattern.test(name));
}
