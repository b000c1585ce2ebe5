import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const figure = v.pipe(v.number(), v.finite(), v.minValue(0));

/** The mean error of the outputs, of the plan that the search began with and of the best one it found. */
const improvementSchema = v.strictObject({ start: figure, best: figure });

/** How the error of an output is measured. */
export const SEARCH_MEASURES = ['kl', 'relative-l2'] as const;

/** What a search measured by running the model: figures of both halves of the samples, and what they rest on. */
export const searchSummarySchema = v.strictObject({
  /** The method whose plan it began with. */
  start: v.string(),
  generations: count,
  /** Plans tried in each. */
  offspring: count,
  /** Whether all generations that were asked for are done. */
  finished: v.boolean(),
  /** Plans that were run on at least one sample. */
  evaluations: count,
  inputs: v.strictObject({
    /** `synthetic` is seeded noise, which is weak evidence. */
    kind: v.picklist(['given', 'synthetic']),
    sources: v.array(v.string()),
    scored: count,
    heldOut: count,
  }),
  /**
   * By output: `kl` the divergence from the original's probabilities in nats, `relative-l2` the norm of the
   * difference over that of the original's output.
   */
  measures: v.record(v.string(), v.picklist(SEARCH_MEASURES)),
  /** On the samples that plans were chosen by. */
  scored: improvementSchema,
  /** On samples that no plan was chosen by. */
  heldOut: improvementSchema,
  runtime: v.string(),
});

export type SearchSummary = v.InferOutput<typeof searchSummarySchema>;
export type SearchMeasure = (typeof SEARCH_MEASURES)[number];
export type Improvement = SearchSummary['scored'];
