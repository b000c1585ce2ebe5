import type { PlannedAction } from './action.ts';
import type { PlanWeight } from './planWeight.ts';
import { factorParameters } from './rankCost.ts';
import { tailEnergies } from './tailEnergy.ts';
import { pruningError } from './valueProfile.ts';

/** What a weight becomes. */
export interface ActionEffect {
  /** Stored values; of a pruned weight those that are not zeroed. */
  readonly parameters: number;
  /** As stored, with the names and nodes that are added; a pruned weight stays the dense tensor that it is. */
  readonly bytes: number;
  /** Squared Frobenius norm of the change over that of the weight; null where it has not been measured. */
  readonly error: number | null;
}

/** What budgets count. Of the full rank a weight that is not factorised has all. */
export type CostUnit = 'parameters' | 'bytes' | 'rank';

/** Thrown for an action that a weight cannot take; the message is a sentence that names the weight. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}

/** Predicts what an action makes of a weight. Throws ActionError where it cannot take that action. */
export function effectOf(weight: PlanWeight, action: PlannedAction): ActionEffect {
  const { parameters, bytes } = weight;
  switch (action.action) {
    case 'keep':
      return { parameters, bytes, error: 0 };
    case 'lowrank':
      return factorised(weight, action.rank);
    case 'prune': {
      allowed(weight, 'sparsity', 'pruned');
      const zeros = Math.round(action.sparsity * parameters);
      return { parameters: parameters - zeros, bytes, error: prunedError(weight, action, zeros) };
    }
    case 'quantize':
      return quantised(weight, action);
  }
}

/** Bytes that an action adds to the file beside the values of the weight. */
export function addedBytes({ added }: PlanWeight, action: PlannedAction): number {
  if (!added) return 0;
  if (action.action === 'lowrank') return added.lowrank;
  if (action.action !== 'quantize') return 0;
  return action.block === 0 ? added.channel : added.blocks;
}

/** The cost of an action in that unit. */
export function costOf(weight: PlanWeight, action: PlannedAction, unit: CostUnit): number {
  if (unit !== 'rank') return effectOf(weight, action)[unit];
  return action.action === 'lowrank' ? action.rank : fullRank(weight);
}

export function fullRank({ rows, cols }: PlanWeight): number {
  return Math.min(rows, cols);
}

function factorised(weight: PlanWeight, rank: number): ActionEffect {
  allowed(weight, 'lowrank', 'factorised');
  const { rows, cols, elementBytes, singularValues, energy } = weight;
  if (rank < 1 || rank > fullRank(weight))
    throw new ActionError(
      `${weight.name} cannot have the rank ${rank}: a ${rows} x ${cols} matrix has ranks from 1 to ${fullRank(weight)}.`,
    );
  const parameters = factorParameters(rows, cols, rank);
  const tail = tailEnergies(singularValues)[rank];
  const error = tail === undefined ? null : energy > 0 ? tail / energy : 0;
  const added = addedBytes(weight, { action: 'lowrank', rank });
  return { parameters, bytes: elementBytes * parameters + added, error };
}

function prunedError(
  { values, parameters, name }: PlanWeight,
  { pattern }: Extract<PlannedAction, { action: 'prune' }>,
  zeros: number,
): number | null {
  if (!values) return null;
  if (pattern === 'unstructured') return pruningError(values, zeros, parameters);
  const found = values.patterns.find(({ kept, of }) => pattern === `${kept}:${of}`);
  if (!found)
    throw new ActionError(
      `${name} cannot be pruned as ${pattern}: ${patternsOf(values.patterns.map(({ kept, of }) => `${kept}:${of}`))}.`,
    );
  return found.error;
}

function patternsOf(known: readonly string[]): string {
  return known.length > 0
    ? `it can as unstructured, ${known.join(', ')}`
    : 'its inputs are no whole number of groups; it can only be pruned as unstructured';
}

function quantised(
  weight: PlanWeight,
  action: Extract<PlannedAction, { action: 'quantize' }>,
): ActionEffect {
  const { bits, block } = action;
  allowed(weight, 'bits', 'quantised');
  const { parameters, values, name } = weight;
  const level = values?.levels.find((each) => each.bits === bits && each.block === block);
  if (level) {
    const bytes = level.bytes + addedBytes(weight, action);
    return { parameters, bytes, error: level.error };
  }
  const known = (values?.levels ?? []).map(
    (each) => `${each.bits} bits in ${blockText(each.block)}`,
  );
  throw new ActionError(
    `${name} cannot be stored at ${bits} bits in ${blockText(block)}; its node carries ${known.join(', ')}.`,
  );
}

/** `blocks of 32`, or one scale a channel. */
export function blockText(block: number): string {
  return block === 0 ? 'one block a channel' : `blocks of ${block}`;
}

function allowed(weight: PlanWeight, axis: 'lowrank' | 'sparsity' | 'bits', done: string): void {
  const reason = weight.refused[axis];
  if (reason !== '') throw new ActionError(`${weight.name} cannot be ${done}: ${reason}.`);
}
