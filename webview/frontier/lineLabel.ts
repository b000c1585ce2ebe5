import type { PlanMethod } from '../../src/core/plan/plan.ts';
import type { PlanAxis } from '../../src/core/plan/planWeight.ts';
import { axisLabel, methodLabel } from '../plan/labels.ts';
import { t } from '../ui/localise.ts';

/** What a line of the chart is called; an axis that has one method needs no name of it. */
export function lineLabel({
  axis,
  method,
}: {
  readonly axis: PlanAxis;
  readonly method: PlanMethod;
}): string {
  return axis === 'mixed' ? axisLabel(axis) : t('{0}, {1}', axisLabel(axis), methodLabel(method));
}
