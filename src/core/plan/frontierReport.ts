import * as v from 'valibot';
import type { FrontierRequest, FrontierSeries } from './frontier.ts';
import { PLAN_METHODS, TARGET_KINDS } from './plan.ts';
import type { PlanModel } from './planTotals.ts';
import { PLAN_AXES } from './planWeight.ts';

/**
 * Predicted error against size of several methods, `eigenscope.frontier/1`. Types and published JSON Schema come
 * from this schema.
 */
export const FRONTIER_SCHEMA = 'eigenscope.frontier/1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const figure = v.pipe(v.number(), v.finite());

const pointSchema = v.strictObject({
  target: v.strictObject({ kind: v.picklist(TARGET_KINDS), value: figure }),
  /** Whether any plan of the method meets the target; where none does, there are no figures. */
  reachable: v.boolean(),
  /** Of the whole model, after the plan. */
  parameters: v.nullable(count),
  bytes: v.nullable(count),
  /** Predicted, over the weights that may change, as a plan's `achieved.error`. */
  error: v.nullable(v.pipe(figure, v.minValue(0))),
  /** No other point whose size is counted alike is as small with as little error, and better in one of the two. */
  best: v.boolean(),
});

export const frontierSchema = v.strictObject({
  schema: v.literal(FRONTIER_SCHEMA),
  tool: v.strictObject({ name: v.literal('eigenscope'), version: v.string() }),
  model: v.strictObject({
    file: v.string(),
    bytes: count,
    parameters: count,
    /** Of the model's file (and of its external data), lower-case hexadecimal. */
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  settings: v.record(v.string(), v.union([figure, v.string(), v.boolean()])),
  seed: count,
  /** Weights whose action a person has fixed. */
  locked: count,
  series: v.array(
    v.strictObject({
      axis: v.picklist(PLAN_AXES),
      method: v.picklist(PLAN_METHODS),
      /** What its size is: bytes of all files, or, where zeros shrink no file, values that are not zero. */
      unit: v.picklist(['bytes', 'parameters']),
      /** Why there is nothing to be planned; empty where there is. */
      reason: v.string(),
      /** By falling size. */
      points: v.array(pointSchema),
    }),
  ),
  /** What a person should know of the figures. */
  notes: v.array(v.string()),
});

export type FrontierReport = v.InferOutput<typeof frontierSchema>;
export type ReportedSeries = FrontierReport['series'][number];

/** @param locked how many weights keep an action that a person has fixed */
export function frontierReport(
  { file, bytes, parameters, sha256 }: PlanModel,
  series: readonly FrontierSeries[],
  { settings, seed }: Pick<FrontierRequest, 'settings' | 'seed'>,
  locked: number,
  version: string,
): FrontierReport {
  return {
    schema: FRONTIER_SCHEMA,
    tool: { name: 'eigenscope', version },
    model: { file, bytes, parameters, sha256 },
    settings: { ...settings },
    seed,
    locked,
    series: series.map(({ axis, method, unit, reason, points }) => ({
      axis,
      method,
      unit,
      reason,
      points: points.map(({ target, reachable, parameters: left, bytes: size, error, best }) => ({
        target: { ...target },
        reachable,
        parameters: left,
        bytes: size,
        error,
        best,
      })),
    })),
    notes: [
      'Errors are those of the weights, predicted without running the model, over the weights that the axis may change: of two axes that may change different weights they are not of the same ones.',
      ...(series.some(({ unit }) => unit === 'parameters')
        ? ['Zeros shrink no file: the size of a sparse model is the number of its other values.']
        : []),
    ],
  };
}
