/** A name as a person would read it first, and what tells it from others of the same name. */
export interface ProposedName {
  readonly name: string;
  /** Readable path of the graph it stands in, outermost first; empty for the main graph. */
  readonly path: readonly string[];
}

/**
 * Names in the same order, each only once: names that meet get the branch they stand in, as in
 * `encoder.weight (then_branch)`, else the whole path, and a number only where that does not tell them apart.
 */
export function uniqueNames(proposed: readonly ProposedName[]): readonly string[] {
  const alike = new Map<string, ProposedName[]>();
  for (const each of proposed) {
    const group = alike.get(each.name);
    if (group) group.push(each);
    else alike.set(each.name, [each]);
  }
  const place = new Map<ProposedName, string>();
  for (const group of alike.values()) {
    if (group.length === 1) continue;
    const branches = group.map(({ path }) => path.at(-1)?.split('/').at(-1) ?? '');
    const paths = group.map(({ path }) => path.join('/'));
    const told = new Set(branches).size === group.length ? branches : paths;
    for (const [k, each] of group.entries()) if (told[k] !== '') place.set(each, told[k]!);
  }
  return numbered(
    proposed.map((each) => {
      const where = place.get(each);
      return where === undefined ? each.name : `${each.name} (${where})`;
    }),
  );
}

/** The same names, the second of a kind with ` #2` and so on. */
export function numbered(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const counts = new Map<string, number>();
  return names.map((name) => {
    let count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (count === 1) return name;
    while (taken.has(`${name} #${count}`)) count++;
    counts.set(name, count);
    taken.add(`${name} #${count}`);
    return `${name} #${count}`;
  });
}
