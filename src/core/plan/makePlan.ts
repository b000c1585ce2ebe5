import type { PlannedAction } from './action.ts';
import { effectOf } from './actionEffect.ts';
import type { ActionChoice } from './axisPlanner.ts';
import { plannerOf } from './axisPlanners.ts';
import { layerReason } from './layerReason.ts';
import { PLAN_SCHEMA, type Plan, type PlanLayer } from './plan.ts';
import { checkRequest, type PlanRequest } from './planRequest.ts';
import { TargetError } from './planTarget.ts';
import { actionTotals, plannable, totalsOf, type PlanModel } from './planTotals.ts';
import type { PlanAxis, PlanWeight } from './planWeight.ts';
import { choiceFor, targetReach, type PlanEffort, type TargetReach } from './targetBudget.ts';

/**
 * A whole plan: what to do with each weight so that the target is met with the least predicted error that the
 * method knows. The same model, weights and request give the same plan. No plan makes a weight larger,
 * except where a person has locked one that does.
 *
 * @param weights all weights of the model, in graph order
 * @throws TargetError for a target, method or setting that makes no sense, and for a target that cannot be
 *   met, saying what can; ActionError for a locked action that its weight cannot take.
 */
export function makePlan(
  model: PlanModel,
  weights: readonly PlanWeight[],
  request: PlanRequest,
  version: string,
): Plan {
  return planMaker(model, weights, request, version).plan(request.target.value);
}

/** Plans of one model that differ in nothing but the value of their target: what a slider asks for. */
export interface PlanMaker {
  readonly reach: TargetReach;
  /** With full effort, which is the default, as `makePlan`. */
  readonly plan: (value: number, effort?: PlanEffort) => Plan;
}

/**
 * What does not depend on the target's value is done once. The same parameters, and the same errors, as
 * `makePlan`; the value of the request's target is not read.
 */
export function planMaker(
  model: PlanModel,
  weights: readonly PlanWeight[],
  request: PlanRequest,
  version: string,
): PlanMaker {
  checkRequest(request);
  const { axis, target, settings } = request;
  const { kind } = target;
  const may = plannable(weights, axis, settings.pattern);
  if (!may.includes(true)) throw nothingToPlan(model, weights, axis);
  const planner = plannerOf(weights, request);
  const errorOf = ({ actions }: ActionChoice): number =>
    actionTotals(model, weights, actions, axis, settings).error ?? 0;
  return {
    get reach() {
      return targetReach(kind, planner, model, weights, may, errorOf);
    },
    plan: (value, effort) => {
      const choice = choiceFor({ kind, value }, planner, model, weights, may, errorOf, effort);
      return planOf(model, weights, { ...request, target: { kind, value } }, version, choice);
    },
  };
}

/** The plan of actions that were chosen already, one for each weight. Throws ActionError. */
export function planOf(
  model: PlanModel,
  weights: readonly PlanWeight[],
  request: PlanRequest,
  version: string,
  choice: ActionChoice,
): Plan {
  const { axis, method, target, settings, seed } = request;
  const layers = weights.map((weight, w) => planLayer(weight, choice.actions[w]!, request));
  return {
    schema: PLAN_SCHEMA,
    tool: { name: 'eigenscope', version },
    model: { file: model.file, bytes: model.bytes, sha256: model.sha256 },
    axis,
    method,
    settings: { ...settings },
    target: { ...target },
    achieved: totalsOf(model, weights, layers, axis, settings),
    objective: { error: choice.error, bound: choice.bound },
    seed,
    layers,
    notes: [...NOTES[axis], DATA_FREE],
  };
}

/** The layer of a plan for one weight. Throws ActionError where the weight cannot take the action. */
export function planLayer(
  weight: PlanWeight,
  action: PlannedAction,
  { axis, settings }: Pick<PlanRequest, 'axis' | 'settings'>,
): PlanLayer {
  const { id, name, tensor, parameters, bytes, locked } = weight;
  const effect = effectOf(weight, action);
  return {
    ...action,
    id,
    name,
    tensor,
    locked: locked !== null,
    parameters: [parameters, effect.parameters],
    bytes: [bytes, effect.bytes],
    error: effect.error === null ? null : Math.sqrt(effect.error),
    reason: layerReason(weight, action, axis, settings.pattern),
  };
}

const DATA_FREE =
  'Errors are those of the weights, predicted without running the model; what they do to its outputs is measured by verifying the result.';

const NOTES: Readonly<Record<PlanAxis, readonly string[]>> = {
  lowrank: [],
  sparsity: [
    'Zeros are stored like other values: the file stays as large as it is, and only compresses better.',
  ],
  bits: [],
  mixed: [
    'Weights are not pruned under a budget of bytes: a pruned weight is stored with its zeros.',
  ],
};

function nothingToPlan(
  { file }: PlanModel,
  weights: readonly PlanWeight[],
  axis: PlanAxis,
): TargetError {
  const [first] = weights;
  const such = first ? `; of ${first.name}: ${first.refused[axis]}` : '';
  return new TargetError(
    `${file} has no weight that a plan of the axis ${axis} may change (${weights.length} were looked at${such}).`,
  );
}
