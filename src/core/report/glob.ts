/**
 * A test of names against a glob: `*` is any run of characters, `?` any one; all else is literal, and
 * several globs are separated by commas. The empty glob matches everything. Takes time in proportion to
 * the two lengths at worst, whatever the glob.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const patterns = glob
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (patterns.length === 0) return () => true;
  return (name) => patterns.some((pattern) => matches(pattern, name));
}

/** Greedy: where a literal does not fit, the last `*` takes one character more; those before it never need to. */
function matches(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let starEnd = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      starEnd = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starEnd;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
