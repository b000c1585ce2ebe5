import { actionOf } from '../core/plan/action.ts';
import { makePlan } from '../core/plan/makePlan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { lockedWeights } from '../core/plan/lockedWeights.ts';
import { planNeeds } from '../core/plan/planNeeds.ts';
import { TargetError } from '../core/plan/planTarget.ts';
import { checkRequest } from '../core/plan/planRequest.ts';
import type { AnalyzeProgress, CallContext, PlanInputs, PlanModelRequest } from './engineApi.ts';
import { planInputs, type PlanRuntime } from './planInputs.ts';
import type { WorkerPool } from './workerPool.ts';

/**
 * A plan for a model file. Throws TargetError and ActionError (before anything is solved where the request
 * alone is at fault), CheckpointError and CancelledError.
 */
export async function planModel(
  request: PlanModelRequest,
  pool: WorkerPool,
  version: string,
  runtime: PlanRuntime,
  context: CallContext<AnalyzeProgress> = {},
): Promise<Plan> {
  checkRequest(request);
  const { model, weights, calibration } = await plannedWeights(request, pool, runtime, context);
  const asked = calibration ? { ...request, calibration } : request;
  return makePlan(model, weights, asked, version);
}

/** What a plan of that request is made from, with the locked layers in their place. Throws TargetError. */
export async function plannedWeights(
  request: PlanModelRequest,
  pool: WorkerPool,
  runtime: PlanRuntime,
  context: CallContext<AnalyzeProgress> = {},
): Promise<PlanInputs> {
  const { file, memoryLimit, failed, locked, calibrate } = request;
  if (calibrate?.sensitivity && request.settings.scale === 'absolute')
    throw new TargetError(
      'A measured sensitivity says what the relative errors of weights do to the outputs; leave the scale relative.',
    );
  const needs = planNeeds(request.axis, [request.method], request.settings);
  const inputs = { ...needs, file, memoryLimit, failed, ...(calibrate ? { calibrate } : {}) };
  const found = await planInputs(inputs, pool, runtime, context);
  const actions = new Map(locked.map((layer) => [layer.id, actionOf(layer)]));
  return { ...found, weights: lockedWeights(found.weights, actions) };
}
