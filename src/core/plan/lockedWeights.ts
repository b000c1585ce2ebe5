import { actionOf, type PlannedAction } from './action.ts';
import type { PlanLayer } from './plan.ts';
import type { PlanWeight } from './planWeight.ts';

/** The actions that a person has fixed, by the ids of their layers. */
export function lockedActions(layers: readonly PlanLayer[]): ReadonlyMap<string, PlannedAction> {
  return new Map(
    layers.filter(({ locked }) => locked).map((layer) => [layer.id, actionOf(layer)] as const),
  );
}

/** The weights with those actions fixed and no others. An id that no weight has fixes nothing. */
export function lockedWeights(
  weights: readonly PlanWeight[],
  actions: ReadonlyMap<string, PlannedAction>,
): readonly PlanWeight[] {
  return weights.map((weight) => ({ ...weight, locked: actions.get(weight.id) ?? null }));
}
