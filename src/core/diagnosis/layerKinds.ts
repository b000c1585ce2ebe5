import { placeOf, type ComparedLayer } from './comparedLayer.ts';

/** Layers that can be held against each other. */
export interface LayerKind {
  readonly members: readonly ComparedLayer[];
  /** What they have in common, in a few words. */
  readonly likeness: string;
  /** All of one shape; else figures that depend on the shape are compared with their expectation. */
  readonly sameShape: boolean;
}

/** Fewer layers hardly show how much such layers vary. */
const LEAST_SHAPE_FAMILY = 8;
/** Layers of one role and any shape differ by habit: more of them are needed to see it. */
const LEAST_ROLE_FAMILY = 12;

const LEVELS = [
  {
    key: (layer: ComparedLayer) => `${shapeKey(layer)} ${placeOf(layer)}`,
    likeness: 'of the same place, role and shape',
    sameShape: true,
    least: LEAST_SHAPE_FAMILY,
  },
  {
    key: shapeKey,
    likeness: 'of the same role and shape',
    sameShape: true,
    least: LEAST_SHAPE_FAMILY,
  },
  {
    key: ({ role }: ComparedLayer) => role,
    likeness: 'of the same role',
    sameShape: false,
    least: LEAST_ROLE_FAMILY,
  },
] as const;

function shapeKey({ role, rows, cols }: ComparedLayer): string {
  return `${role} ${rows} x ${cols}`;
}

/**
 * Each layer in the narrowest kind that has members enough: the same place in its block, role and shape; the
 * same role and shape; the same role. A weight that stands several times in a model counts once.
 */
export function layerKinds(layers: readonly ComparedLayer[]): readonly LayerKind[] {
  let unplaced = distinct(layers);
  const kinds: LayerKind[] = [];
  for (const { key, likeness, sameShape, least } of LEVELS) {
    const groups = groupedBy(unplaced, key);
    unplaced = [];
    for (const members of groups.values())
      if (members.length < least) unplaced.push(...members);
      else kinds.push({ members, likeness, sameShape });
  }
  return kinds;
}

/** Equal of copies of one weight, and of nothing else. */
export function identityOf(layer: ComparedLayer): string {
  return `${shapeKey(layer)} ${layer.norm} ${layer.effectiveRank}`;
}

function distinct(layers: readonly ComparedLayer[]): ComparedLayer[] {
  return [...groupedBy(layers, identityOf).values()].map(([first]) => first!);
}

/** Members of each key, both in the order given. */
export function groupedBy<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}
