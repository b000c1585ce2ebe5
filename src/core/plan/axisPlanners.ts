import type { CostUnit } from './actionEffect.ts';
import type { AxisPlanner } from './axisPlanner.ts';
import { bytesPlanner, uniformBitsPlanner } from './bytesPlanner.ts';
import { LOW_RANK_METHODS, lowRankPlanner } from './lowRankPlanner.ts';
import type { PlanRequest, PlanSettings } from './planRequest.ts';
import type { PlanWeight } from './planWeight.ts';
import { remembered } from './remembered.ts';
import { SPARSITY_METHODS, sparsityPlanner } from './sparsityPlanner.ts';
import { linearShares, mappedAlphas } from './sparsityMap.ts';

/** Of one list of weights: what a person goes back and forth between. */
const planners = remembered<AxisPlanner>(4);

/**
 * The planner of a request that has been checked. What does not depend on the target's value is done here, and
 * remembered with the list of weights, which is not to change.
 */
export function plannerOf(weights: readonly PlanWeight[], request: PlanRequest): AxisPlanner {
  const { axis, method, target, settings } = request;
  const counted = axis === 'lowrank' ? lowRankUnit(target.kind) : target.kind === 'bits';
  const key = JSON.stringify([axis, method, counted, settings]);
  return planners(weights, key, () => newPlanner(weights, request));
}

function newPlanner(
  weights: readonly PlanWeight[],
  { axis, method, target, settings }: PlanRequest,
): AxisPlanner {
  switch (axis) {
    case 'lowrank':
      return lowRankPlanner(
        weights,
        chosen(LOW_RANK_METHODS, method),
        settings,
        lowRankUnit(target.kind),
      );
    case 'sparsity':
      return sparsityPlanner(weights, chosen(SPARSITY_METHODS, method), settings);
    case 'bits': {
      const counted = target.kind === 'bits' ? weights.map(valuesAlone) : weights;
      const weighed = settings.alphaWeighting ? alphaWeighed(counted, settings) : counted;
      return method === 'uniform'
        ? uniformBitsPlanner(weighed, settings.scale)
        : bytesPlanner(weighed, settings.scale, undefined);
    }
    case 'mixed':
      return bytesPlanner(weights, settings.scale, settings);
  }
}

function chosen<T extends string>(methods: readonly T[], method: string): T {
  const found = methods.find((each) => each === method);
  if (found === undefined) throw new RangeError(`No planner is called '${method}'.`);
  return found;
}

function lowRankUnit(kind: PlanRequest['target']['kind']): CostUnit {
  return kind === 'bytes' || kind === 'rank' ? kind : 'parameters';
}

/** Mean bits are those of values with their scales and padding, not of nodes. */
function valuesAlone(weight: PlanWeight): PlanWeight {
  return { ...weight, added: { lowrank: 0, channel: 0, blocks: 0 } };
}

/** Errors of heavy-tailed weights count more: each over the share that the linear map would give the weight. */
function alphaWeighed(
  weights: readonly PlanWeight[],
  { byBlock, epsilon }: PlanSettings,
): readonly PlanWeight[] {
  const shares = linearShares(weights, mappedAlphas(weights, byBlock), 1, epsilon);
  return weights.map((weight, w) => ({ ...weight, sensitivity: weight.sensitivity / shares[w]! }));
}
