import type { PlannedAction } from '../plan/action.ts';
import { effectOf } from '../plan/actionEffect.ts';
import { errorFactor } from '../plan/actionOption.ts';
import { planOf } from '../plan/makePlan.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanRequest } from '../plan/planRequest.ts';
import type { PlanModel } from '../plan/planTotals.ts';
import type { PlanWeight } from '../plan/planWeight.ts';
import type { SearchSummary } from '../plan/searchSummary.ts';
import { counted } from '../report/counted.ts';

export interface SearchedPlanRequest {
  readonly model: PlanModel;
  readonly weights: readonly PlanWeight[];
  /** As the plan that the search began with was asked for. */
  readonly request: PlanRequest;
  readonly start: Plan;
  /** One for each weight. */
  readonly actions: readonly PlannedAction[];
  readonly summary: SearchSummary;
  /** Weights whose action was not part of what was measured, by id, with the reason. */
  readonly unmeasured: Readonly<Record<string, string>>;
  readonly version: string;
}

/** The plan of the actions that a search found, with what it measured. */
export function searchedPlan(of: SearchedPlanRequest): Plan {
  const { model, weights, request, start, actions, summary, unmeasured } = of;
  const { scale, alphaWeighting } = request.settings;
  const error = weights.reduce(
    (sum, weight, w) =>
      sum + errorFactor(weight, scale) * (effectOf(weight, actions[w]!).error ?? 0),
    0,
  );
  // Weighted errors of the start have another unit, so that its bound is none of this sum.
  const bound = alphaWeighting ? null : start.objective.bound;
  const plan = planOf(model, weights, request, of.version, { actions, error, bound });
  return {
    ...plan,
    method: 'search',
    search: summary,
    notes: [...plan.notes, ...searchNotes(summary), ...unmeasuredNotes(unmeasured)],
  };
}

function searchNotes({ inputs, scored, heldOut, finished, generations }: SearchSummary): string[] {
  const weak =
    inputs.kind === 'synthetic'
      ? [
          'The outputs were measured on seeded noise, which is weak evidence: what is best there need not be best on real inputs. Give those with --inputs.',
        ]
      : [];
  const [on, off] = [gain(scored), gain(heldOut)];
  const overfit =
    on > 0 && off < on / 2
      ? [
          `The error fell by ${percent(on)} on the samples that plans were chosen by and by ${percent(off)} on the others: the search fits its samples. Give more of them.`,
        ]
      : [];
  const stopped = finished
    ? []
    : [
        `The search was stopped after ${counted(generations, 'generation')}; this is the best plan so far.`,
      ];
  return [...weak, ...overfit, ...stopped];
}

function gain({ start, best }: SearchSummary['scored']): number {
  return start > 0 ? 1 - best / start : 0;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** One sentence for each reason. */
function unmeasuredNotes(unmeasured: Readonly<Record<string, string>>): string[] {
  const byReason = new Map<string, string[]>();
  for (const [id, reason] of Object.entries(unmeasured))
    byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return [...byReason].map(([reason, [first, ...others]]) => {
    const more = others.length > 0 ? ` and of ${others.length} more` : '';
    return `The action of '${first}'${more} is that of the plan that the search began with, and no part of what was measured: ${reason}.`;
  });
}
