import { PlanError } from './parsePlan.ts';
import type { Plan, PlanLayer } from './plan.ts';

/** What a model says of one of its weights, as far as a plan can contradict it. */
export interface PlannedWeight {
  readonly id: string;
  /** Full rank of the matrix that a factorisation would replace; 0 where there is none. */
  readonly rank: number;
}

/**
 * Holds a plan against the model that it is to be applied to. Throws PlanError: another model (by its hash), a
 * layer that the model does not have, a rank above full.
 */
export function checkPlan(
  plan: Plan,
  file: string,
  model: { readonly file: string; readonly sha256: string },
  weights: readonly PlannedWeight[],
): void {
  if (plan.model.sha256 !== model.sha256)
    throw new PlanError(
      `${file} is a plan for ${plan.model.file} with the SHA-256 ${plan.model.sha256.slice(0, 12)}…, and ${model.file} has ${model.sha256.slice(0, 12)}…: another model, or one changed since. Plan again for this one.`,
    );
  const known = new Map(weights.map((weight) => [weight.id, weight]));
  for (const [k, layer] of plan.layers.entries()) {
    const weight = known.get(layer.id);
    if (!weight)
      throw new PlanError(
        `${file}: at layers.${k}.id: ${model.file} has no weight '${layer.id}'; its ids are those of its report.`,
      );
    checkRank(layer, `${file}: at layers.${k}.rank`, weight);
  }
}

function checkRank(layer: PlanLayer, place: string, { rank }: PlannedWeight): void {
  if (layer.action !== 'lowrank' || layer.rank <= rank) return;
  throw new PlanError(
    rank === 0
      ? `${place}: ${layer.name} is no single matrix and cannot be factorised; use the action keep.`
      : `${place}: ${layer.rank} is above the full rank of ${layer.name}, ${rank}; use a rank from 1 to ${rank}, or the action keep.`,
  );
}
