/** Gives names that no value or node of the model has, each once, made from the old one. */
export function freshNames(taken: Iterable<string>): (base: string) => string {
  const used = new Set(taken);
  return (base) => {
    let name = base;
    for (let k = 2; used.has(name); k++) name = `${base}_${k}`;
    used.add(name);
    return name;
  };
}

/** The same for names that are never used: asked again, it gives the same one. */
export function unrecordedNames(taken: ReadonlySet<string>): (base: string) => string {
  return (base) => {
    let name = base;
    for (let k = 2; taken.has(name); k++) name = `${base}_${k}`;
    return name;
  };
}
