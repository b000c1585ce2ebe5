import { actionOf } from '../core/plan/action.ts';
import { makePlan } from '../core/plan/makePlan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { checkRequest, type PlanRequest } from '../core/plan/planRequest.ts';
import type {
  AnalyzeProgress,
  CallContext,
  PlanInputs,
  PlanInputsRequest,
  PlanModelRequest,
} from './engineApi.ts';
import { planInputs } from './planInputs.ts';
import type { WorkerPool } from './workerPool.ts';

/**
 * A plan for a model file. Throws TargetError and ActionError (before anything is solved where the request
 * alone is at fault), CheckpointError and CancelledError.
 */
export async function planModel(
  request: PlanModelRequest,
  pool: WorkerPool,
  version: string,
  context: CallContext<AnalyzeProgress> = {},
): Promise<Plan> {
  checkRequest(request);
  const { model, weights } = await plannedWeights(request, pool, context);
  return makePlan(model, weights, request, version);
}

/** What a plan of that request is made from, with the locked layers in their place. */
export async function plannedWeights(
  request: PlanModelRequest,
  pool: WorkerPool,
  context: CallContext<AnalyzeProgress> = {},
): Promise<PlanInputs> {
  const { file, memoryLimit, failed, locked } = request;
  const needs = { ...inputsFor(request), file, memoryLimit, failed };
  const { model, weights } = await planInputs(needs, pool, context);
  const fixed = new Map(locked.map((layer) => [layer.id, actionOf(layer)]));
  return {
    model,
    weights: weights.map((weight) => ({ ...weight, locked: fixed.get(weight.id) ?? null })),
  };
}

/** What the planners of a request read of the weights. */
function inputsFor({
  axis,
  method,
  settings,
}: PlanRequest): Pick<PlanInputsRequest, 'spectra' | 'estimator' | 'pruning' | 'levels'> {
  const mapped = method.startsWith('alpha-') || (axis === 'bits' && settings.alphaWeighting);
  return {
    spectra: axis === 'lowrank' || axis === 'mixed',
    estimator: mapped ? settings.estimator : null,
    pruning: axis === 'sparsity',
    levels: axis === 'bits' || axis === 'mixed',
  };
}
