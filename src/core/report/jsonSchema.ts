import { toJsonSchema } from '@valibot/to-json-schema';
import { REPORT_SCHEMA, reportSchema } from './report.ts';

/** The JSON Schema (draft-07) of a report, as published in `schemas/`. */
export function reportJsonSchema(): object {
  return {
    title: REPORT_SCHEMA,
    description: 'Spectra, figures and findings of every weight matrix of a checkpoint.',
    // JSON has no way to write a number that is not finite.
    ...toJsonSchema(reportSchema, { errorMode: 'throw', ignoreActions: ['finite'] }),
  };
}
