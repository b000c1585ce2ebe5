import * as v from 'valibot';
import { PLAN_AXES } from './planWeight.ts';
import { searchSummarySchema } from './searchSummary.ts';

/**
 * A plan, `eigenscope.plan/1`, kept in files named `*.eigenplan.json`. Types, parser and published JSON
 * Schema all come from this schema.
 */
export const PLAN_SCHEMA = 'eigenscope.plan/1';

export const PLAN_METHODS = [
  'uniform',
  'energy',
  'welore',
  'error-optimal',
  'alpha-linear',
  'alpha-softmax',
  'search',
] as const;

export type PlanMethod = (typeof PLAN_METHODS)[number];

/** What a target counts. Ratios are of the original; a number above 1 is absolute where both make sense. */
export const TARGET_KINDS = ['parameters', 'bytes', 'rank', 'bits', 'sparsity', 'error'] as const;

export type TargetKind = (typeof TARGET_KINDS)[number];

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const figure = v.nullable(v.pipe(v.number(), v.finite()));
const change = v.tuple([count, count]);

const layerFields = {
  id: v.string(),
  name: v.string(),
  tensor: v.string(),
  /** A person has fixed the action: planning again leaves it as it is. */
  locked: v.boolean(),
  /** Before and after; of a pruned weight those that are not zeroed. */
  parameters: change,
  /** In the file, before and after, with added names and nodes; of a pruned weight as the dense tensor that it stays. */
  bytes: change,
  /** Predicted relative Frobenius error of the weight; null where it is not known before the values are read. */
  error: figure,
  reason: v.string(),
};

export const planLayerSchema = v.variant('action', [
  v.strictObject({ action: v.literal('keep'), ...layerFields }),
  v.strictObject({ action: v.literal('lowrank'), rank: positive, ...layerFields }),
  v.strictObject({
    action: v.literal('prune'),
    sparsity: share,
    /** `unstructured`, or `N:M`: N of every M neighbours along the input dimension are kept. */
    pattern: v.pipe(v.string(), v.regex(/^(unstructured|[0-9]+:[0-9]+)$/)),
    ...layerFields,
  }),
  v.strictObject({
    action: v.literal('quantize'),
    bits: v.picklist([2, 4, 8]),
    /** Elements along the input dimension that share a scale; 0 for one scale per output channel. */
    block: count,
    ...layerFields,
  }),
]);

const totalsSchema = v.strictObject({
  /** Of the whole model, before and after. */
  parameters: change,
  bytes: change,
  /**
   * Kept share of all ranks, mean bits of a value with its scales and padding, share of zeros: of what the plan
   * may change. Null on other axes.
   */
  rank: figure,
  bits: figure,
  sparsity: figure,
  /**
   * Predicted, over the weights that may change: root mean square of their relative errors, or, where the scale
   * of the settings is absolute, the Frobenius norm of all changes over that of all weights.
   */
  error: figure,
});

export const planSchema = v.strictObject({
  schema: v.literal(PLAN_SCHEMA),
  tool: v.strictObject({ name: v.literal('eigenscope'), version: v.string() }),
  model: v.strictObject({
    file: v.string(),
    bytes: count,
    /** Of the model's file (and of its external data), lower-case hexadecimal. */
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  axis: v.picklist(PLAN_AXES),
  method: v.picklist(PLAN_METHODS),
  settings: v.record(
    v.string(),
    v.union([v.pipe(v.number(), v.finite()), v.string(), v.boolean()]),
  ),
  target: v.strictObject({ kind: v.picklist(TARGET_KINDS), value: v.pipe(v.number(), v.finite()) }),
  achieved: totalsSchema,
  /** Objective of the plan, and what no plan of this axis and target can do better than. */
  objective: v.strictObject({ error: figure, bound: figure }),
  seed: count,
  layers: v.array(planLayerSchema),
  /** Of a plan that was searched for by running the model: what was measured. */
  search: v.optional(searchSummarySchema),
  /** What a person should know of the plan as a whole. */
  notes: v.array(v.string()),
});

export type Plan = v.InferOutput<typeof planSchema>;
export type PlanLayer = v.InferOutput<typeof planLayerSchema>;
export type PlanTotals = Plan['achieved'];
