import { toJsonSchema } from '@valibot/to-json-schema';
import { FRONTIER_SCHEMA, frontierSchema } from './frontierReport.ts';
import { PLAN_SCHEMA, planSchema } from './plan.ts';

/** The JSON Schema (draft-07) of a plan, as published in `schemas/`. */
export function planJsonSchema(): object {
  return {
    title: PLAN_SCHEMA,
    description: 'What to do with each weight of a checkpoint, and what that is predicted to give.',
    // JSON has no way to write a number that is not finite.
    ...toJsonSchema(planSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}

/** The JSON Schema (draft-07) of a frontier, as published in `schemas/`. */
export function frontierJsonSchema(): object {
  return {
    title: FRONTIER_SCHEMA,
    description: 'Predicted error against size of a checkpoint, over methods of compression.',
    ...toJsonSchema(frontierSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}
