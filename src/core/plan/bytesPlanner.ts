import type { PlannedAction } from './action.ts';
import { addedBytes } from './actionEffect.ts';
import {
  errorFactor,
  fixedOption,
  optionColumns,
  optionList,
  undominated,
  type ActionOption,
  type ActionOptions,
  type ErrorScale,
} from './actionOption.ts';
import type { ActionChoice, AxisPlanner } from './axisPlanner.ts';
import { allocator } from './allocator.ts';
import { rankOptions } from './lowRankOptions.ts';
import type { PlanWeight } from './planWeight.ts';

/**
 * Every way to store the weight in fewer bytes, by rising cost, then the weight as it is; its levels of
 * quantisation only, or its ranks too. Pruning is no way: what is zeroed is still stored. One option where
 * the weight is refused or locked.
 */
function storedOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  ranks: { readonly multiple: number } | undefined,
): ActionOptions {
  const whole = optionColumns([fixedOption(weight, scale, 'bytes')]);
  if (weight.locked) return whole;
  const factor = errorFactor(weight, scale);
  const levels = weight.refused.bits === '' ? (weight.values?.levels ?? []) : [];
  const quantised = levels
    .map(({ bits, block, bytes, error }): ActionOption => {
      const action: PlannedAction = { action: 'quantize', bits, block };
      return { action, cost: bytes + addedBytes(weight, action), error: factor * error };
    })
    .filter(({ cost }) => cost < weight.bytes)
    .sort((a, b) => a.cost - b.cost || a.error - b.error);
  return undominated(
    optionColumns(quantised),
    ranks ? rankOptions(weight, scale, ranks.multiple, 'bytes') : whole,
  );
}

/** The same as a list. */
export function bytesOptions(
  ...[weight, scale, ranks]: Parameters<typeof storedOptions>
): readonly ActionOption[] {
  return optionList(storedOptions(weight, scale, ranks));
}

/** One budget of bytes over all weights: the best action of each, exact where the search can prove it. */
export function bytesPlanner(
  weights: readonly PlanWeight[],
  scale: ErrorScale,
  ranks: { readonly multiple: number } | undefined,
): AxisPlanner {
  const options = weights.map((weight) => storedOptions(weight, scale, ranks));
  const best = allocator(options);
  return {
    unit: 'bytes',
    least: best.least,
    within: (budget, draft) => {
      const found = best.within(budget, draft);
      return found && { ...found, actions: found.chosen.map((k, w) => options[w]!.actionAt(k)) };
    },
  };
}

/** Bits that all weights may be stored with, where each has them; 0 for as they are. */
const UNIFORM_BITS = [2, 4, 8, 0] as const;

/**
 * The same number of bits for every weight, the fewest that it can carry where that is more; of its levels
 * with them the one of least error. Of all such choices the best that fits.
 */
export function uniformBitsPlanner(weights: readonly PlanWeight[], scale: ErrorScale): AxisPlanner {
  const options = weights.map((weight) => storedOptions(weight, scale, undefined));
  const best = allocator(options);
  const lists = options.map(optionList);
  const choices = UNIFORM_BITS.flatMap((bits) =>
    [true, false].map((finest) => uniformChoice(weights, lists, bits, finest)),
  );
  const least = choices.reduce((fewest, { cost }) => Math.min(fewest, cost), Infinity);
  return {
    unit: 'bytes',
    least,
    within: (budget) => {
      const fits = choices.filter(({ cost }) => cost <= budget);
      const [first] = fits;
      if (!first) return undefined;
      const found = fits.reduce((a, b) => (b.error < a.error ? b : a), first);
      return { ...found, bound: Math.min(found.error, best.bound(budget)) };
    },
  };
}

function uniformChoice(
  weights: readonly PlanWeight[],
  lists: readonly (readonly ActionOption[])[],
  bits: (typeof UNIFORM_BITS)[number],
  finest: boolean,
): Omit<ActionChoice, 'bound'> & { readonly cost: number } {
  const chosen = lists.map((options, w) => {
    const whole = options.at(-1)!;
    if (bits === 0 || weights[w]!.locked) return whole;
    const carried = options.flatMap(({ action }) =>
      action.action === 'quantize' && action.bits >= bits ? [action.bits] : [],
    );
    const fewest = carried.reduce((a, b) => Math.min(a, b), Infinity);
    const alike = options.filter(
      ({ action }) => action.action === 'quantize' && action.bits === fewest,
    );
    // By rising cost and falling error.
    return (finest ? alike.at(-1) : alike[0]) ?? whole;
  });
  return {
    actions: chosen.map(({ action }) => action),
    error: chosen.reduce((total, each) => total + each.error, 0),
    cost: chosen.reduce((total, each) => total + each.cost, 0),
  };
}
