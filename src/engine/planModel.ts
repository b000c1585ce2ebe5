import { actionOf } from '../core/plan/action.ts';
import { makePlan } from '../core/plan/makePlan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { TargetError } from '../core/plan/planTarget.ts';
import { checkRequest, type PlanRequest } from '../core/plan/planRequest.ts';
import type {
  AnalyzeProgress,
  CallContext,
  PlanInputsRequest,
  PlanModelRequest,
} from './engineApi.ts';
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
  if (request.calibrate?.sensitivity && request.settings.scale === 'absolute')
    throw new TargetError(
      'A measured sensitivity says what the relative errors of weights do to the outputs; leave the scale relative.',
    );
  const { file, memoryLimit, failed, locked, calibrate } = request;
  const needs = {
    ...inputsFor(request),
    ...{ file, memoryLimit, failed },
    ...(calibrate ? { calibrate } : {}),
  };
  const { model, weights, calibration } = await planInputs(needs, pool, runtime, context);
  const fixed = new Map(locked.map((layer) => [layer.id, actionOf(layer)]));
  const held = weights.map((weight) => ({ ...weight, locked: fixed.get(weight.id) ?? null }));
  const asked = calibration ? { ...request, calibration } : request;
  return makePlan(model, held, asked, version);
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
