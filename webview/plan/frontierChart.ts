import type { FrontierPoint, FrontierSeries } from '../../src/core/plan/frontier.ts';
import type { Plan, PlanMethod } from '../../src/core/plan/plan.ts';
import { frontierSpec } from '../frontier/frontierSpec.ts';
import type { ChartSpec } from '../ui/chartSpec.ts';
import { methodLabel } from './labels.ts';

/** What a click on a point asks for. */
export interface PickedPoint {
  readonly method: PlanMethod;
  readonly target: FrontierPoint['target'];
}

export function pickedPoint(key: string): PickedPoint {
  return JSON.parse(key) as PickedPoint;
}

/**
 * Predicted error against size, in percent, of every method of the plan's axis; the plan itself as a mark of its
 * own. Size is the model's bytes, or, where zeros shrink no file, its values that are not zero.
 */
export function frontierChart(plan: Plan, lines: readonly FrontierSeries[]): ChartSpec {
  const unit = plan.axis === 'sparsity' ? 'parameters' : 'bytes';
  const [before, after] = plan.achieved[unit];
  const { error } = plan.achieved;
  return frontierSpec(lines, {
    unit,
    whole: Math.max(1, before),
    label: ({ method }) => methodLabel(method),
    key: ({ method }, { target }) => JSON.stringify({ method, target } satisfies PickedPoint),
    complete: false,
    plan: error === null ? undefined : { size: after, error },
  });
}
