import type { WeightLevels } from './searchLevels.ts';

/** The weights that a search moves, among all of a plan. */
export interface MovableWeights {
  readonly weights: readonly WeightLevels[];
  /** Of the others, as the search begins. */
  readonly fixedCost: number;
  /** Levels of these weights, out of those of all. */
  readonly among: (levels: readonly number[]) => readonly number[];
  /** Levels of all weights: those given, and the start of the others. */
  readonly withOthers: (levels: readonly number[]) => readonly number[];
}

/** Those of the weights that are in `ids` and have more than one level. */
export function movableWeights(
  all: readonly WeightLevels[],
  ids: ReadonlySet<string>,
): MovableWeights {
  const places = all.flatMap(({ id, levels }, place) =>
    ids.has(id) && levels.length > 1 ? [place] : [],
  );
  const moved = new Set(places);
  return {
    weights: places.map((place) => all[place]!),
    fixedCost: all.reduce(
      (sum, { levels, start }, place) => sum + (moved.has(place) ? 0 : levels[start]!.cost),
      0,
    ),
    among: (levels) => places.map((place) => levels[place]!),
    withOthers: (levels) => {
      const found = all.map(({ start }) => start);
      for (const [k, place] of places.entries()) found[place] = levels[k]!;
      return found;
    },
  };
}
