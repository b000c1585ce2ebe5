import { KEEP, type PlannedAction } from '../plan/action.ts';
import { costOf, type CostUnit } from '../plan/actionEffect.ts';
import { bytesOptions } from '../plan/bytesPlanner.ts';
import { lowRankOptions } from '../plan/lowRankOptions.ts';
import type { PlanSettings } from '../plan/planRequest.ts';
import type { PlanAxis, PlanWeight } from '../plan/planWeight.ts';
import { pruningRefusal } from '../plan/sparsityPlanner.ts';

/** One thing that a search may do to a weight. */
export interface SearchLevel {
  readonly action: PlannedAction;
  readonly cost: number;
}

/** What a search may do to one weight. */
export interface WeightLevels {
  readonly id: string;
  /** By rising cost; one where nothing may be changed. */
  readonly levels: readonly SearchLevel[];
  /** Which of them the search begins with. */
  readonly start: number;
}

/** Levels of a weight of mean size, and the bounds of their number for small and large ones. */
const LEVELS = 16;
const FEWEST = 6;
const MOST = 32;

/** Numbers of zeros that are looked at for levels. */
const ZERO_STEPS = 256;

/**
 * The levels between which a search moves: all levels of quantisation and N of M, and ranks or zeros at steps
 * of nearly equal cost in all weights, so that one level down here pays for one up there. The action of
 * `start` is always one of them.
 *
 * @param start an action for each weight
 */
export function searchLevels(
  weights: readonly PlanWeight[],
  start: readonly PlannedAction[],
  { axis, settings }: { readonly axis: PlanAxis; readonly settings: PlanSettings },
  unit: CostUnit,
): readonly WeightLevels[] {
  const all = weights.map((weight, w) => everyLevel(weight, start[w]!, axis, settings, unit));
  const ranges = all.map((levels) => levels.at(-1)!.cost - levels[0]!.cost);
  const free = ranges.filter((range) => range > 0);
  const step = free.reduce((sum, range) => sum + range, 0) / Math.max(1, free.length) / LEVELS;
  return weights.map(({ id }, w) => {
    const own = Math.min(Math.max(step, ranges[w]! / MOST), ranges[w]! / FEWEST);
    const levels = spaced(all[w]!, start[w]!, own);
    return { id, levels, start: levels.findIndex(({ action }) => isSame(action, start[w]!)) };
  });
}

export function isSame(a: PlannedAction, b: PlannedAction): boolean {
  return keyOf(a) === keyOf(b);
}

/** Names an action among those of a weight. */
export function keyOf(action: PlannedAction): string {
  switch (action.action) {
    case 'keep':
      return 'keep';
    case 'lowrank':
      return `rank ${action.rank}`;
    case 'prune':
      return `prune ${action.pattern} ${action.sparsity}`;
    case 'quantize':
      return `${action.bits} bits ${action.block}`;
  }
}

function everyLevel(
  weight: PlanWeight,
  start: PlannedAction,
  axis: PlanAxis,
  settings: PlanSettings,
  unit: CostUnit,
): readonly SearchLevel[] {
  const level = (action: PlannedAction): SearchLevel => ({
    action,
    cost: costOf(weight, action, unit),
  });
  if (weight.locked) return [level(weight.locked)];
  const known = new Map<string, SearchLevel>();
  for (const action of [...actionsOf(weight, axis, settings), KEEP, start])
    known.set(keyOf(action), level(action));
  const whole = level(KEEP).cost;
  return [...known.values()].filter(({ cost }) => cost <= whole).sort((a, b) => a.cost - b.cost);
}

function actionsOf(
  weight: PlanWeight,
  axis: PlanAxis,
  settings: PlanSettings,
): readonly PlannedAction[] {
  const { scale, multiple } = settings;
  switch (axis) {
    case 'lowrank':
      return lowRankOptions(weight, scale, multiple).map(({ action }) => action);
    case 'bits':
      return bytesOptions(weight, scale, undefined).map(({ action }) => action);
    case 'mixed':
      return bytesOptions(weight, scale, settings).map(({ action }) => action);
    case 'sparsity':
      return prunings(weight, settings);
  }
}

function prunings(weight: PlanWeight, { pattern, highest }: PlanSettings): PlannedAction[] {
  if (pruningRefusal(weight, pattern) !== '') return [];
  if (pattern === '2:4') return [{ action: 'prune', sparsity: 0.5, pattern }];
  if (pattern === 'n:8')
    return Array.from({ length: Math.min(7, Math.floor(8 * highest)) }, (_, k) => ({
      action: 'prune',
      sparsity: (k + 1) / 8,
      pattern: `${7 - k}:8`,
    }));
  const { parameters } = weight;
  const most = Math.floor(highest * parameters);
  const zeros = Array.from({ length: ZERO_STEPS }, (_, k) =>
    Math.round((most * (k + 1)) / ZERO_STEPS),
  );
  return [...new Set(zeros)].map((count) => ({
    action: 'prune',
    sparsity: count / parameters,
    pattern,
  }));
}

/** Going out from the start, ranks and zeros at least `step` apart, and every level of the other kinds. */
function spaced(
  levels: readonly SearchLevel[],
  start: PlannedAction,
  step: number,
): readonly SearchLevel[] {
  const at = levels.findIndex(({ action }) => isSame(action, start));
  const outward = (side: readonly SearchLevel[]): SearchLevel[] => {
    let last = levels[at]!.cost;
    return side.filter(({ action, cost }) => {
      const isStep = Math.abs(cost - last) >= step;
      if (isStep) last = cost;
      return isStep || !isFine(action);
    });
  };
  const below = outward(levels.slice(0, at).reverse()).reverse();
  return [...below, levels[at]!, ...outward(levels.slice(at + 1))];
}

/** Whether there are too many of its kind to try them all. */
function isFine(action: PlannedAction): boolean {
  return (
    action.action === 'lowrank' || (action.action === 'prune' && action.pattern === 'unstructured')
  );
}
