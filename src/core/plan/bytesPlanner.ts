import { fixedOption, errorFactor, undominated, type ActionOption } from './actionOption.ts';
import type { ActionChoice, AxisPlanner } from './axisPlanner.ts';
import { allocator } from './allocator.ts';
import type { ErrorScale } from './actionOption.ts';
import { lowRankOptions } from './lowRankOptions.ts';
import type { PlanWeight } from './planWeight.ts';

/**
 * Every way to store the weight in fewer bytes, by rising cost, then the weight as it is; its levels of
 * quantisation only, or its ranks too. Pruning is no way: what is zeroed is still stored. One option where
 * the weight is refused or locked.
 */
export function bytesOptions(
  weight: PlanWeight,
  scale: ErrorScale,
  ranks: { readonly multiple: number } | undefined,
): readonly ActionOption[] {
  const whole = fixedOption(weight, scale, 'bytes');
  if (weight.locked) return [whole];
  const factor = errorFactor(weight, scale);
  const levels = weight.refused.bits === '' ? (weight.values?.levels ?? []) : [];
  return undominated([
    ...levels
      .filter(({ bytes }) => bytes < weight.bytes)
      .map(({ bits, block, bytes, error }): ActionOption => ({
        action: { action: 'quantize', bits, block },
        cost: bytes,
        error: factor * error,
      })),
    ...(ranks ? lowRankOptions(weight, scale, ranks.multiple, 'bytes') : []),
    whole,
  ]);
}

/** One budget of bytes over all weights: the best action of each, exact where the search can prove it. */
export function bytesPlanner(
  weights: readonly PlanWeight[],
  scale: ErrorScale,
  ranks: { readonly multiple: number } | undefined,
): AxisPlanner {
  const options = weights.map((weight) => bytesOptions(weight, scale, ranks));
  const best = allocator(options);
  return {
    unit: 'bytes',
    least: best.least,
    within: (budget, draft) => {
      const found = best.within(budget, draft);
      return found && { ...found, actions: found.chosen.map((k, w) => options[w]![k]!.action) };
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
  const best = bytesPlanner(weights, scale, undefined);
  const choices = UNIFORM_BITS.flatMap((bits) =>
    [true, false].map((finest) => uniformChoice(weights, scale, bits, finest)),
  );
  const least = choices.reduce((fewest, { cost }) => Math.min(fewest, cost), Infinity);
  return {
    unit: 'bytes',
    least,
    within: (budget, draft) => {
      const fits = choices.filter(({ cost }) => cost <= budget);
      const [first] = fits;
      if (!first) return undefined;
      const found = fits.reduce((a, b) => (b.error < a.error ? b : a), first);
      const bound = best.within(budget, draft)?.bound ?? null;
      return { ...found, bound: bound === null ? null : Math.min(found.error, bound) };
    },
  };
}

function uniformChoice(
  weights: readonly PlanWeight[],
  scale: ErrorScale,
  bits: (typeof UNIFORM_BITS)[number],
  finest: boolean,
): Omit<ActionChoice, 'bound'> & { readonly cost: number } {
  const chosen = weights.map((weight) => {
    const options = bytesOptions(weight, scale, undefined);
    const whole = options.at(-1)!;
    if (bits === 0 || weight.locked) return whole;
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
