import {
  DEFAULT_PLAN_SETTINGS,
  METHODS_OF,
  type PlanRequest,
} from '../../core/plan/planRequest.ts';
import { planMaker } from '../../core/plan/makePlan.ts';
import type { Plan, TargetKind } from '../../core/plan/plan.ts';
import { plannable } from '../../core/plan/planTotals.ts';
import type { PlanAxis } from '../../core/plan/planWeight.ts';
import { DEFAULT_SEED } from '../../engine/engineApi.ts';
import type { PlanSource } from '../../protocol/planPanelApi.ts';

/** What a model is first planned for: the first of these that some weight of it can take. */
export const FIRST_TARGETS = [
  { axis: 'lowrank', kind: 'parameters', value: 0.75 },
  { axis: 'bits', kind: 'bytes', value: 0.5 },
] as const satisfies readonly {
  readonly axis: PlanAxis;
  readonly kind: TargetKind;
  readonly value: number;
}[];

export type FirstTarget = (typeof FIRST_TARGETS)[number];

/** Whether any weight can take what the target asks for. */
export function suits({ weights }: PlanSource, { axis }: FirstTarget): boolean {
  return plannable(weights, axis, DEFAULT_PLAN_SETTINGS.pattern).includes(true);
}

/**
 * The plan that a person starts from: that target, or as near as the model can come. Throws TargetError where
 * it has no weight that such a plan may change.
 */
export function defaultPlan(
  { model, weights }: PlanSource,
  { axis, kind, value }: FirstTarget,
  version: string,
): Plan {
  const request: PlanRequest = {
    axis,
    method: METHODS_OF[axis][0]!,
    target: { kind, value },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: DEFAULT_SEED,
  };
  const { plan, reach } = planMaker(model, weights, request, version);
  return plan(Math.max(value, reach.furthest), 'brief');
}
