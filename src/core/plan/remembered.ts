/**
 * Remembers what was made of an object under a key for as long as the object lives, of each object what was
 * asked for last, up to `most` of it. Of objects that never change.
 */
export function remembered<V>(most: number): (object: object, key: string, make: () => V) => V {
  const known = new WeakMap<object, Map<string, V>>();
  return (object, key, make) => {
    const own = known.get(object) ?? new Map<string, V>();
    known.set(object, own);
    const value = own.has(key) ? own.get(key)! : make();
    own.delete(key);
    own.set(key, value);
    for (const oldest of own.keys()) {
      if (own.size <= most) break;
      own.delete(oldest);
    }
    return value;
  };
}
