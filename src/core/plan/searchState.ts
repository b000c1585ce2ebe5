import * as v from 'valibot';
import type { PlannedAction } from './action.ts';
import { searchSummarySchema } from './searchSummary.ts';

/** What a search that was stopped goes on from, `eigenscope.search/1`, kept in files named `*.search.json`. */
export const SEARCH_STATE_SCHEMA = 'eigenscope.search/1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const actionSchema: v.GenericSchema<PlannedAction> = v.variant('action', [
  v.strictObject({ action: v.literal('keep') }),
  v.strictObject({ action: v.literal('lowrank'), rank: count }),
  v.strictObject({ action: v.literal('prune'), sparsity: v.number(), pattern: v.string() }),
  v.strictObject({ action: v.literal('quantize'), bits: v.picklist([2, 4, 8]), block: count }),
]);

export const searchStateSchema = v.strictObject({
  schema: v.literal(SEARCH_STATE_SCHEMA),
  model: v.strictObject({ file: v.string(), sha256: v.string() }),
  /** What the course of a search depends on, as text; the number of generations is not in it. */
  settings: v.record(v.string(), v.string()),
  /** SHA-256 of the samples' values, lower-case hexadecimal. */
  samples: v.string(),
  generation: count,
  evaluations: count,
  scored: searchSummarySchema.entries.scored,
  heldOut: searchSummarySchema.entries.heldOut,
  /** The best so far: the action of each weight by id, in graph order. */
  actions: v.array(v.strictObject({ id: v.string(), action: actionSchema })),
});

export type SearchState = v.InferOutput<typeof searchStateSchema>;

/** Thrown for a text that is not the state of a search; the message says where. */
export class SearchStateError extends Error {
  override readonly name = 'SearchStateError';
}

/** Reads the state of a search from JSON text. Throws SearchStateError naming the first field that is wrong. */
export function parseSearchState(text: string, file: string): SearchState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SearchStateError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(searchStateSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SearchStateError(
    `${file} is not the state of a search (${SEARCH_STATE_SCHEMA}): at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
  );
}
