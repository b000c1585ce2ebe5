import * as v from 'valibot';
import { withoutComments } from '../report/jsonComments.ts';
import { PLAN_SCHEMA, planSchema, type Plan, type PlanLayer } from './plan.ts';

/** Thrown for a text that is not a plan, or one that contradicts itself; the message says where. */
export class PlanError extends Error {
  override readonly name = 'PlanError';

  /** @param at the place in the JSON that is wrong: keys and indices from the root */
  constructor(
    message: string,
    readonly at: readonly (string | number)[] = [],
  ) {
    super(message);
  }
}

/**
 * Reads a plan from JSON text, which may have comments: plans are edited by hand. Throws PlanError naming the first field that is wrong: against the schema, a
 * layer that is there twice, or an action whose figures cannot be. What only the model can tell (an unknown
 * layer, a rank above full) is for `checkPlan`.
 */
export function parsePlan(text: string, file: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(withoutComments(text));
  } catch (error) {
    throw new PlanError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(planSchema, value);
  if (!result.success) {
    const issue = result.issues[0];
    throw new PlanError(
      `${file} is not a plan of schema ${PLAN_SCHEMA}: at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
      (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key))),
    );
  }
  const seen = new Map<string, number>();
  for (const [k, layer] of result.output.layers.entries()) {
    const problem = contradiction(layer);
    if (problem)
      throw new PlanError(`${file}: at layers.${k}.${problem} (${layer.name}).`, ['layers', k]);
    const before = seen.get(layer.id);
    if (before !== undefined)
      throw new PlanError(
        `${file}: at layers.${k}.id: '${layer.id}' is planned already, at layers.${before}; a weight has one action.`,
        ['layers', k, 'id'],
      );
    seen.set(layer.id, k);
  }
  return result.output;
}

/** Field and sentence; undefined where the layer can be. */
function contradiction(layer: PlanLayer): string | undefined {
  if (layer.action !== 'prune' || layer.pattern === 'unstructured') return undefined;
  const [kept, of] = layer.pattern.split(':').map(Number) as [number, number];
  if (kept < 1 || kept >= of)
    return `pattern: '${layer.pattern}' keeps ${kept} of ${of}; N:M keeps at least 1 and fewer than M`;
  const zeros = 1 - kept / of;
  if (Math.abs(layer.sparsity - zeros) > 1e-9)
    return `sparsity: ${layer.sparsity} is not what the pattern ${layer.pattern} gives, ${zeros}`;
  return undefined;
}
