import * as v from 'valibot';

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

export const DEFAULT_SPLIT = { columns: 58, rows: 44 };

const stateSchema = v.object({
  /** Id of the chosen layer; empty until one is chosen. */
  selected: v.fallback(v.string(), ''),
  sort: v.fallback(
    v.nullable(
      v.object({ column: v.string(), direction: v.picklist(['ascending', 'descending']) }),
    ),
    null,
  ),
  /** Percent that the left or upper part has. */
  split: v.fallback(v.object({ columns: percent, rows: percent }), DEFAULT_SPLIT),
});

export type PanelModel = v.InferOutput<typeof stateSchema>;

/** The panel's state from what was kept of it; every part that is missing or wrong is the default. */
export function parsePanelModel(kept: unknown): PanelModel {
  return v.parse(stateSchema, typeof kept === 'object' && kept !== null ? kept : {});
}
