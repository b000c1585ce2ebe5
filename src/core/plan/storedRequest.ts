import type { Plan } from './plan.ts';
import {
  ALPHA_ESTIMATORS,
  DEFAULT_PLAN_SETTINGS,
  METHODS_OF,
  type PlanRequest,
  type PlanSettings,
} from './planRequest.ts';
import { PRUNING_PATTERNS } from './sparsityPlanner.ts';

/**
 * What a stored plan was asked for; of one that was searched for, what the search began with. A setting that it
 * does not have, or not as one, is the default.
 */
export function storedRequest(plan: Plan): PlanRequest {
  const { axis, method, target, seed, settings, search } = plan;
  const known = METHODS_OF[axis];
  const asked =
    method === 'search' ? (known.find((each) => each === search?.start) ?? known[0]!) : method;
  return { axis, method: asked, target, seed, settings: storedSettings(settings) };
}

function storedSettings(stored: Plan['settings']): PlanSettings {
  const {
    multiple,
    minRatio,
    scale,
    pattern,
    estimator,
    epsilon,
    byBlock,
    highest,
    alphaWeighting,
  } = DEFAULT_PLAN_SETTINGS;
  const number = (name: string, fallback: number): number => {
    const value = stored[name];
    return typeof value === 'number' ? value : fallback;
  };
  const flag = (name: string, fallback: boolean): boolean => {
    const value = stored[name];
    return typeof value === 'boolean' ? value : fallback;
  };
  const oneOf = <T extends string>(name: string, known: readonly T[], fallback: T): T =>
    known.find((each) => each === stored[name]) ?? fallback;
  return {
    multiple: number('multiple', multiple),
    minRatio: number('minRatio', minRatio),
    scale: oneOf('scale', ['relative', 'absolute'], scale),
    pattern: oneOf('pattern', PRUNING_PATTERNS, pattern),
    estimator: oneOf('estimator', ALPHA_ESTIMATORS, estimator),
    epsilon: number('epsilon', epsilon),
    byBlock: flag('byBlock', byBlock),
    highest: number('highest', highest),
    alphaWeighting: flag('alphaWeighting', alphaWeighting),
  };
}
