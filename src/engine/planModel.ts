import { actionOf } from '../core/plan/action.ts';
import { makePlan } from '../core/plan/makePlan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { lockedWeights } from '../core/plan/lockedWeights.ts';
import { planNeeds } from '../core/plan/planNeeds.ts';
import { checkRequest } from '../core/plan/planRequest.ts';
import type { AnalyzeProgress, CallContext, PlanInputs, PlanModelRequest } from './engineApi.ts';
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
  const needs = planNeeds(request.axis, [request.method], request.settings);
  const inputs = { ...needs, file, memoryLimit, failed };
  const { model, weights } = await planInputs(inputs, pool, context);
  const actions = new Map(locked.map((layer) => [layer.id, actionOf(layer)]));
  return { model, weights: lockedWeights(weights, actions) };
}
