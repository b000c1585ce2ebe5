import type { Role } from '../checkpoint/checkpoint.ts';

/** What is compared across the layers of a model. */
export interface ComparedLayer {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Empty where it is in none. */
  readonly block: string;
  readonly rows: number;
  readonly cols: number;
  /** Entries of its matrices. */
  readonly parameters: number;
  /** Sum of its eigenvalues, the squared norm; positive. */
  readonly norm: number;
  readonly numEvals: number;
  readonly effectiveRank: number;
  /** Mean effective rank of its shuffles, where there are any. */
  readonly shuffleRank: number | null;
  /** Hill alpha of the upper half. */
  readonly alpha: number | null;
}

/** Natural logarithm of the root mean square of the entries. */
export function logScale({ norm, parameters }: ComparedLayer): number {
  return Math.log(norm / parameters) / 2;
}

/** Natural logarithm of the part of its full rank that a layer uses. */
export function logRankPart({ effectiveRank, numEvals }: ComparedLayer): number {
  return Math.log(effectiveRank / numEvals);
}

/** A block without its numbers: blocks of one family repeat each other. */
export function familyOf({ block }: ComparedLayer): string {
  return block.replace(/\d+/g, '#');
}

/**
 * Where a layer stands, without what numbers its block: equal for the same layer of every block of a family.
 * Outside of blocks, its name without numbers.
 */
export function placeOf(layer: ComparedLayer): string {
  const path = layer.block.replace(/ \([^()]*\)$/, '');
  const name = layer.name.split('/').filter(Boolean).join('.');
  if (path === '' || !name.startsWith(path)) return layer.name.replace(/\d+/g, '#');
  return `${familyOf(layer)}|${name.slice(path.length)}`;
}
